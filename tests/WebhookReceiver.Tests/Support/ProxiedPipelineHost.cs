using System.Net;

namespace WebhookReceiver.Tests.Support;

/// <summary>
/// The same where HTTPS is required, on a listener for IPv4 and IPv6 at once. A client that names no address is the proxy next to it, which is
/// trusted, and so is the network of another proxy; <see cref="Stranger"/> is neither.
/// </summary>
public sealed class ProxiedPipelineHost : PipelineHost
{
    /// <summary>The proxy, which the receiver sees as <c>::ffff:127.0.0.1</c>.</summary>
    internal const string Proxy = "127.0.0.1";

    /// <summary>Who is no proxy.</summary>
    internal static readonly IPAddress Stranger = IPAddress.Parse("127.0.0.2");

    protected override string ListenUrl => "http://*:0";

    /// <summary>The same, as the proxy passes it on.</summary>
    internal override WireRequest NewRequest() => base.NewRequest().Add("X-Forwarded-For", "198.51.100.1").Add("X-Forwarded-Proto", "https");

    /// <summary>A request that nobody signed, so that it is refused and its address recorded.</summary>
    internal WireRequest NewForgery() => base.NewRequest().Without("webhook-signature");

    protected override Dictionary<string, string?> Settings() => new(base.Settings())
    {
        ["WebhookReceiver:RequireHttps"] = "true",
        ["WebhookReceiver:TrustedProxies:0"] = Proxy,
        ["WebhookReceiver:TrustedProxies:1"] = "10.0.0.0/8",
        ["WebhookReceiver:TrustedProxies:2"] = "2001:db8:1::/48",
    };
}
