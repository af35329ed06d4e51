using WebhookReceiver.Management;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Host.Configuration;

/// <summary>Checks the addresses that ASP.NET Core is told to listen on, which it would refuse with a stack trace.</summary>
internal static class PublicAddresses
{
    private static readonly string[] PortKeys = [WebHostDefaults.HttpPortsKey, WebHostDefaults.HttpsPortsKey];

    public static IEnumerable<ConfigurationProblem> Problems(IConfiguration configuration)
    {
        foreach (var url in Split(configuration[WebHostDefaults.ServerUrlsKey]))
        {
            if (!ManagementListener.TryParse(url, out _) && !url.Contains("://unix:", StringComparison.Ordinal))
            {
                yield return new ConfigurationProblem("WHR1051", WebHostDefaults.ServerUrlsKey, $"'{url}' is not an address to listen on.", "Write one such as http://*:8080.");
            }
        }

        foreach (var key in PortKeys)
        {
            foreach (var port in Split(configuration[key]))
            {
                if (!ushort.TryParse(port, out _))
                {
                    yield return new ConfigurationProblem("WHR1051", key, $"'{port}' is not a port.", "Write a number such as 8080.");
                }
            }
        }
    }

    private static string[] Split(string? list) => (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
