using Microsoft.Extensions.Options;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Host.Startup;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Host.Configuration;

/// <summary>Mistakes that were found before the options are checked; they are reported with everything else.</summary>
internal sealed class HostProblems
{
    private readonly List<ConfigurationProblem> _found = [];

    public IReadOnlyList<ConfigurationProblem> Found => _found;

    public void Add(ConfigurationProblem problem) => _found.Add(problem);
}

/// <summary>Says what is wrong about the settings that only this host has.</summary>
internal sealed class HostConfigurationCheck(HostProblems problems, ServerCertificates certificates, IConfiguration configuration) : IValidateOptions<WebhookReceiverOptions>
{
    // WebApplication reads this key by itself and then believes the forwarded headers of everybody.
    private const string ForwardedHeadersKey = "ForwardedHeaders_Enabled";

    public ValidateOptionsResult Validate(string? name, WebhookReceiverOptions options)
    {
        var all = new List<ConfigurationProblem>(problems.Found);
        if (string.Equals(configuration[ForwardedHeadersKey], "true", StringComparison.OrdinalIgnoreCase))
        {
            all.Add(new ConfigurationProblem(
                ErrorCodes.ForwardedHeadersOfEverybody, ForwardedHeadersKey, "This switch believes the X-Forwarded headers of everybody who can reach the listener.",
                "Remove it and name your proxies in WebhookReceiver:TrustedProxies.", "ASPNETCORE_FORWARDEDHEADERS_ENABLED"));
        }

        all.AddRange(PublicAddresses.Problems(configuration));
        all.AddRange(TlsSettings.Problems(configuration));
        all.AddRange(certificates.Problems);
        return all.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(all.Select(static problem => problem.ToString()));
    }
}

/// <summary>Registers the check.</summary>
internal static class HostConfigurationCheckRegistration
{
    public static void AddHostConfigurationCheck(this IServiceCollection services, HostProblems problems)
    {
        services.AddSingleton(problems);
        services.AddSingleton<IValidateOptions<WebhookReceiverOptions>, HostConfigurationCheck>();
    }
}
