using System.Net;
using WebhookReceiver.Host.Configuration;
using WebhookReceiver.Management;

namespace WebhookReceiver.Host.Commands;

/// <summary>
/// <c>healthcheck</c>: asks the running program's <c>/readyz</c> from inside its container, which has neither a shell nor curl. It reads the
/// management address from the same configuration.
/// </summary>
internal static class HealthCheckCommand
{
    private const string Name = "healthcheck";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2.5);

    public static bool IsMeant(string[] args) => args is [Name, ..];

    /// <returns>0 if the program is ready, else 1.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            var builder = WebApplication.CreateBuilder(args);
            builder.AddSecretFiles();
            var url = builder.Configuration[WebhookReceiverOptions.SectionName + ":Management:Url"] is { Length: > 0 } text ? text : new ManagementOptions().Url;
            if (!ManagementListener.TryParse(url, out var address) || address.Port == 0)
            {
                return await FailAsync($"'{url}' is not an address that can be asked.");
            }

            return await AskAsync($"{address.Scheme}://{Loopback(address)}:{address.Port}/readyz");
        }
        catch (Exception error) when (UnreadableConfiguration.Explains(error))
        {
            return await FailAsync(error.Message);
        }
    }

    /// <summary>An address that stands for all of this machine's is asked at the one that it surely has.</summary>
    private static string Loopback(BindingAddress address) =>
        IPAddress.TryParse(address.Host, out var ip) && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any) ? address.Host
        : address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? "localhost"
        : "127.0.0.1";

    private static async Task<int> AskAsync(string url)
    {
        // The certificate is for the name that others use; nothing secret is sent.
#pragma warning disable CA5359
        using var handler = new SocketsHttpHandler { UseProxy = false, SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true } };
#pragma warning restore CA5359
        using var client = new HttpClient(handler) { Timeout = Timeout };
        try
        {
            using var response = await client.GetAsync(url);
            return response.IsSuccessStatusCode ? ExitCodes.Success : await FailAsync($"{url} answered {(int)response.StatusCode}.");
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return await FailAsync($"{url} did not answer: {error.Message}");
        }
    }

    private static async Task<int> FailAsync(string problem)
    {
        await Console.Error.WriteLineAsync("Not ready: " + problem);
        return 1;
    }
}
