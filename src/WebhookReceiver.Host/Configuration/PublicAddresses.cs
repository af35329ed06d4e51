using WebhookReceiver.Diagnostics;
using WebhookReceiver.Management;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Host.Configuration;

/// <summary>Checks the addresses that ASP.NET Core is told to listen on, which it would refuse with a stack trace.</summary>
internal static class PublicAddresses
{
    private const string Endpoints = "Kestrel:Endpoints";

    private static readonly (string Key, string Variable)[] PortKeys =
        [(WebHostDefaults.HttpPortsKey, "ASPNETCORE_HTTP_PORTS"), (WebHostDefaults.HttpsPortsKey, "ASPNETCORE_HTTPS_PORTS")];

    public static IEnumerable<ConfigurationProblem> Problems(IConfiguration configuration)
    {
        foreach (var url in Split(configuration[WebHostDefaults.ServerUrlsKey]).Where(static url => !IsAddress(url)))
        {
            yield return Problem(WebHostDefaults.ServerUrlsKey, url, "ASPNETCORE_URLS");
        }

        foreach (var endpoint in configuration.GetSection(Endpoints).GetChildren().Where(static endpoint => !IsAddress(endpoint["Url"] ?? "")))
        {
            yield return Problem($"{Endpoints}:{endpoint.Key}:Url", endpoint["Url"] ?? "");
        }

        foreach (var (key, variable) in PortKeys)
        {
            foreach (var port in Split(configuration[key]).Where(static port => !ushort.TryParse(port, out _)))
            {
                yield return new ConfigurationProblem(ErrorCodes.ListenAddressRefused, key, $"'{port}' is not a port.", "Write a number such as 8080.", variable);
            }
        }
    }

    private static bool IsAddress(string url) => ManagementListener.TryParse(url, out _) || url.Contains("://unix:", StringComparison.Ordinal);

    private static ConfigurationProblem Problem(string key, string url, string? variable = null) =>
        new(ErrorCodes.ListenAddressRefused, key, $"'{url}' is not an address to listen on.", "Write one such as http://*:8080, without a path.", variable);

    private static string[] Split(string? list) => (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
