using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace WebhookReceiver.Management;

/// <summary>Knows which requests are for management. That it is registered tells the validator that there is a management listener.</summary>
/// <param name="publicUrls">What the server would listen on without the management address.</param>
/// <param name="services">Where the options come from, when they are first needed: their validator asks for this class.</param>
internal sealed class ManagementSurface(IReadOnlyList<string> publicUrls, IServiceProvider services)
{
    private int _port = -1;

    public IReadOnlyList<string> PublicUrls { get; } = publicUrls;

    private string Url => services.GetRequiredService<IOptions<WebhookReceiverOptions>>().Value.Management.Url;

    /// <summary>Whether a request came by the management listener: by the port of its connection, or by what a test server says.</summary>
    public bool Includes(HttpContext context)
    {
        if (_port < 0)
        {
            _port = ManagementListener.TryParse(Url, out var address) ? address.Port : 0;
        }

        return context.Connection.LocalPort == _port && _port > 0 || context.Features.Get<ManagementSurfaceFeature>() is not null;
    }

    /// <summary>Takes over the port that the system chose for an address with port 0: ours was added last.</summary>
    public void Bound(IServerAddressesFeature addresses)
    {
        if (ManagementListener.TryParse(Url, out var address) && address.Port == 0 && addresses.Addresses.LastOrDefault() is { } last)
        {
            _port = ManagementListener.TryParse(last, out var bound) ? bound.Port : 0;
        }
    }
}
