using System.Net;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Tests.Sources;

public sealed class NetworkTests
{
    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.255", true)]
    [InlineData("192.0.2.0/24", "192.0.3.0", false)]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("192.0.2.0/24", "::ffff:192.0.2.7", true)]
    [InlineData("192.0.2.0/24", "::ffff:198.51.100.7", false)]
    [InlineData("::ffff:192.0.2.0/120", "192.0.2.7", true)]
    [InlineData("::ffff:192.0.2.0/120", "192.0.3.7", false)]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7/24", "192.0.2.200", true)]
    [InlineData("2001:db8::/32", "2001:db8::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("2001:db8::/32", "192.0.2.7", false)]
    public void Contains_Address_IsWhetherItIsInTheNetwork(string network, string address, bool expected)
    {
        Assert.True(Network.TryParse(network, out var parsed));

        Assert.Equal(expected, new[] { parsed }.Contains(IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("everywhere")]
    [InlineData("192.0.2.0/33")]
    [InlineData("")]
    public void TryParse_AnythingElse_IsNone(string text) => Assert.False(Network.TryParse(text, out _));
}
