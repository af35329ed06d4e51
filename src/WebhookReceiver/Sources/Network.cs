using System.Net;
using System.Net.Sockets;

namespace WebhookReceiver.Sources;

/// <summary>Networks as they are configured: <c>10.0.0.0/8</c>, or an address as a network of its own.</summary>
internal static class Network
{
    public static bool TryParse(string text, out IPNetwork network)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            network = new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
            return true;
        }

        return IPNetwork.TryParse(text, out network);
    }

    /// <summary>Whether an address is in one of the networks. A listener of both families shows IPv4 addresses as IPv6 ones, and they are the same.</summary>
    public static bool Contains(this IPNetwork[] networks, IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in networks)
        {
            if (network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }
}
