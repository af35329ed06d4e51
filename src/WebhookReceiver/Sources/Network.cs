using System.Net;
using System.Net.Sockets;

namespace WebhookReceiver.Sources;

/// <summary>Networks as they are configured: <c>10.0.0.0/8</c>, or an address as a network of its own.</summary>
internal static class Network
{
    /// <summary>How much of an IPv6 address says that it is an IPv4 one.</summary>
    private const int MappedPrefix = 96;

    public static bool TryParse(string text, out IPNetwork network)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            network = new IPNetwork(Plain(address), address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6 ? 32 : 128);
            return true;
        }

        if (!IPNetwork.TryParse(text, out network))
        {
            return false;
        }

        if (network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= MappedPrefix)
        {
            network = new IPNetwork(network.BaseAddress.MapToIPv4(), network.PrefixLength - MappedPrefix);
        }

        return true;
    }

    /// <summary>A listener of both families shows IPv4 addresses as IPv6 ones, and they are the same.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>Where something comes from: an address, of IPv6 the first half of it. Whoever has one address of such a network has all of them.</summary>
    public static IPAddress OriginOf(IPAddress address)
    {
        var plain = Plain(address);
        if (plain.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return plain;
        }

        var bytes = plain.GetAddressBytes();
        Array.Clear(bytes, bytes.Length / 2, bytes.Length / 2);
        return new IPAddress(bytes);
    }

    /// <summary>Whether an address is in one of the networks.</summary>
    public static bool Contains(this IPNetwork[] networks, IPAddress address)
    {
        var plain = Plain(address);
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
