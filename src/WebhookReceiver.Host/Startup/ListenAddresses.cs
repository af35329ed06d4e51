using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using WebhookReceiver.Management;

namespace WebhookReceiver.Host.Startup;

/// <summary>Where the server listens, once it does. Empty for a test server.</summary>
internal sealed class ListenAddresses(IServer server, IOptions<WebhookReceiverOptions> options)
{
    private static readonly string[] AnyHosts = ["*", "+", "0.0.0.0", "[::]"];

    public IReadOnlyList<string> Public => [.. Addresses.Where(url => url != Management)];

    /// <summary>The management address, which is added last; its configured port finds it also where endpoints come from configuration.</summary>
    public string? Management => Addresses.LastOrDefault(url => PortOf(url) == PortOf(options.Value.Management.Url)) ?? Addresses.LastOrDefault();

    private ICollection<string> Addresses => server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];

    /// <summary>The URL by which this machine reaches a listener.</summary>
    public static string ForThisMachine(string url)
    {
        var address = BindingAddress.Parse(url);
        var host = AnyHosts.Contains(address.Host) ? "localhost" : address.Host;
        return $"{address.Scheme}://{host}:{address.Port}{address.PathBase}";
    }

    private static int PortOf(string url) => ManagementListener.TryParse(url, out var address) ? address.Port : -1;
}
