using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Host.Configuration;

/// <summary>
/// Checks the settings of Kestrel that name one of a few choices. Kestrel takes a word that it does not know for none, and so would ask nobody
/// for a certificate, for example; it would speak versions of TLS that are broken,
/// and versions of HTTP whose floods cost their sender little.
/// </summary>
internal static class TlsSettings
{
    private static readonly Dictionary<string, string[]> Choices = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Protocols"] = [nameof(HttpProtocols.Http1)],
        ["SslProtocols"] = ["Tls12", "Tls13"],
        ["ClientCertificateMode"] = Enum.GetNames<ClientCertificateMode>(),
    };

    public static IEnumerable<ConfigurationProblem> Problems(IConfiguration configuration)
    {
        var kestrel = configuration.GetSection("Kestrel");
        var endpoints = kestrel.GetSection("Endpoints").GetChildren().Append(kestrel.GetSection("EndpointDefaults")).ToArray();
        return endpoints.Concat(endpoints.SelectMany(static endpoint => endpoint.GetSection("Sni").GetChildren())).SelectMany(OfEndpoint);
    }

    private static IEnumerable<ConfigurationProblem> OfEndpoint(IConfigurationSection endpoint) =>
        from setting in endpoint.GetChildren()
        where Choices.ContainsKey(setting.Key)
        from value in setting.GetChildren().Prepend(setting)
        where value.Value is not null && !Choices[setting.Key].Contains(value.Value, StringComparer.OrdinalIgnoreCase)
        select new ConfigurationProblem(
            ErrorCodes.ServerSettingsRefused, value.Path, $"'{value.Value}' is not a choice of the server.", $"Write one of {string.Join(", ", Choices[setting.Key])}.");
}
