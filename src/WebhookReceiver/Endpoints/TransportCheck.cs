using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Management;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Endpoints;

/// <summary>
/// Once the server listens, says whether HTTPS can be had at all: by TLS here or by a proxy that is trusted. With neither, every delivery
/// would be refused, and that is better said at start.
/// </summary>
internal sealed class TransportCheck(
    IServer server, IOptions<WebhookReceiverOptions> options, IHostEnvironment environment, ILogger<TransportCheck> logger, ManagementSurface? management = null)
    : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        var addresses = server.Features.Get<IServerAddressesFeature>();
        if (addresses is not null)
        {
            management?.Bound(addresses);
        }

        if (settings.RequireHttps == false)
        {
            Log.HttpsNotRequired(logger);
        }

        return IsKestrel(server) && addresses is { Addresses.Count: > 0 } && Problem(settings, environment, addresses.Addresses) is { } problem
            ? throw new OptionsValidationException(Options.DefaultName, typeof(WebhookReceiverOptions), [problem.ToString()])
            : Task.CompletedTask;
    }

    /// <summary>The same from the configured addresses, so that it is said with everything else where they are known.</summary>
    public static void Validate(
        WebhookReceiverOptions options, IHostEnvironment environment, IEnumerable<string> urls, IServiceProvider services, List<ConfigurationProblem> problems)
    {
        if (IsKestrel(services.GetService<IServer>()) && Problem(options, environment, urls) is { } problem)
        {
            problems.Add(problem);
        }
    }

    /// <summary>
    /// Kestrel's addresses tell how requests can come. A test server has addresses and no socket, and says of each request whether it came by
    /// HTTPS; IIS has the TLS in front of us.
    /// </summary>
    private static bool IsKestrel(IServer? server) => server?.GetType().Assembly == typeof(KestrelServer).Assembly;

    private static ConfigurationProblem? Problem(WebhookReceiverOptions options, IHostEnvironment environment, IEnumerable<string> urls)
    {
        var isRequired = options.RequireHttps ?? !environment.IsDevelopment();
        return isRequired && options.TrustedProxies.Count == 0 && !urls.Any(static url => url.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
            ? new ConfigurationProblem(
                ErrorCodes.HttpsUnreachable, $"{WebhookReceiverOptions.SectionName}:TrustedProxies:0", "HTTPS is required, no listener has TLS, and no proxy is trusted to have it: every delivery would be refused.",
                "Name your proxy's network, configure TLS in Kestrel, or set WebhookReceiver:RequireHttps to false.")
            : null;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
