using System.Globalization;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Management;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Management;

public sealed class TokenThrottleTests
{
    private static readonly IPAddress Attacker = IPAddress.Parse("198.51.100.7");

    private readonly FakeTimeProvider _clock = new(TestEvents.Start);
    private readonly TokenThrottle _throttle;

    public TokenThrottleTests() => _throttle = new TokenThrottle(_clock);

    [Fact]
    [Trait("Attack", "A82")]
    public void Take_ThousandInAMinute_AreTenAtOnceAndOneEachSixSeconds()
    {
        var taken = 0;
        for (var i = 0; i < 1000; i++)
        {
            taken += _throttle.Take(Attacker) == TimeSpan.Zero ? 1 : 0;
            _clock.Advance(TimeSpan.FromMilliseconds(60));
        }

        // All of them at the beginning, and one for each six seconds of the minute.
        Assert.InRange(taken, 10 + 9, 10 + 10);
    }

    [Fact]
    [Trait("Attack", "A82")]
    public void Take_BeyondTheBurst_SaysWhenToComeAgain()
    {
        Exhaust(Attacker);

        Assert.Equal(TimeSpan.FromSeconds(6), _throttle.Take(Attacker));
        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(TimeSpan.FromSeconds(2), _throttle.Take(Attacker));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.Zero, _throttle.Take(Attacker));
        Assert.Equal(TimeSpan.FromSeconds(6), _throttle.Take(Attacker));
        _clock.Advance(TimeSpan.FromDays(1));
        Exhaust(Attacker);
        Assert.Equal(TimeSpan.FromSeconds(6), _throttle.Take(Attacker));
    }

    [Theory]
    [Trait("Attack", "A82")]
    [InlineData("198.51.100.8", false)]
    [InlineData("::ffff:198.51.100.7", true)]
    [InlineData("2001:db8::1", false)]
    public void Take_OfAnotherAddress_IsItsOwn(string other, bool isTheSame)
    {
        Exhaust(Attacker);

        Assert.Equal(isTheSame, _throttle.Take(IPAddress.Parse(other)) > TimeSpan.Zero);
    }

    [Theory]
    [Trait("Attack", "A82")]
    [InlineData("2001:db8:0:1:ffff::9", true)]
    [InlineData("2001:db8:0:2::1", false)]
    public void Take_OfIPv6_IsThatOfTheNetwork(string other, bool isTheSame)
    {
        Exhaust(IPAddress.Parse("2001:db8:0:1::1"));

        Assert.Equal(isTheSame, _throttle.Take(IPAddress.Parse(other)) > TimeSpan.Zero);
    }

    [Fact]
    [Trait("Attack", "A82")]
    public void Take_OfMoreAddressesThanAreKept_ForgetsTheOneHeardOfLeastRecently()
    {
        var first = Address(0);
        Exhaust(first);
        Exhaust(Address(1));
        for (var i = 2; i < TokenThrottle.MaxAddresses; i++)
        {
            _throttle.Take(Address(i));
        }

        Assert.True(_throttle.Take(first) > TimeSpan.Zero);
        _throttle.Take(Address(TokenThrottle.MaxAddresses));

        Assert.Equal(TokenThrottle.MaxAddresses, _throttle.Count);
        Assert.True(_throttle.Take(first) > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, _throttle.Take(Address(1)));
        for (var i = 0; i < 10 * TokenThrottle.MaxAddresses; i++)
        {
            _throttle.Take(Address(i));
        }

        Assert.Equal(TokenThrottle.MaxAddresses, _throttle.Count);
    }

    [Fact]
    public void Take_WithoutASocket_IsOneAddressAsWell()
    {
        Exhaust(null);

        Assert.True(_throttle.Take(null) > TimeSpan.Zero);
    }

    private static IPAddress Address(int i) => IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"10.0.{i / 256}.{i % 256}"));

    private void Exhaust(IPAddress? address)
    {
        for (var i = 0; i < TokenThrottle.Burst; i++)
        {
            Assert.Equal(TimeSpan.Zero, _throttle.Take(address));
        }
    }
}
