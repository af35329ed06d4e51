using WebhookReceiver.Sources;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Sources;

/// <summary>Of what a sender has signed of late, what is nearest to our time says how far the clocks are apart.</summary>
public sealed class SenderClockTests
{
    private static readonly DateTimeOffset Now = TestEvents.Start;

    private readonly SenderClock _clock = new();

    [Fact]
    public void Skew_FewerDeliveriesThanSayAnything_IsUnknown()
    {
        Assert.Null(_clock.Skew(Now));
        Compare(SenderClock.LeastDeliveries - 1, 0);
        Assert.Null(_clock.Skew(Now));
    }

    [Fact]
    public void Skew_OurClockAhead_IsPositive()
    {
        Compare(SenderClock.LeastDeliveries, secondsAgo: 40);
        Assert.Equal(TimeSpan.FromSeconds(40), _clock.Skew(Now));
    }

    [Fact]
    public void Skew_OurClockBehind_IsNegative()
    {
        Compare(SenderClock.LeastDeliveries, secondsAgo: -40);
        Assert.Equal(TimeSpan.FromSeconds(-40), _clock.Skew(Now));
    }

    [Theory]
    [InlineData(3600, 0.5, 7200)]
    [InlineData(-3600, 0.5, -7200)]
    [InlineData(0.5, 3600, -3600)]
    public void Skew_DeliveriesThatWereSignedAtOtherTimes_IsTheNearest(double first, double second, double third)
    {
        Compare(1, first);
        Compare(1, second);
        Compare(1, third);
        Assert.Equal(TimeSpan.FromSeconds(0.5), _clock.Skew(Now));
    }

    [Fact]
    public void Skew_DeliveriesThatCameBeforeTheyWereSigned_SayMoreThanOneThatIsSentAgain()
    {
        Compare(SenderClock.LeastDeliveries, -600);
        Compare(1, 1);
        Assert.Equal(TimeSpan.FromMinutes(-10), _clock.Skew(Now));
    }

    [Fact]
    public void Skew_OneDeliveryThatIsSentAgainAndAgain_IsUnknown()
    {
        for (var i = 0; i < SenderClock.LeastDeliveries; i++)
        {
            _clock.Compare(Now.AddHours(-1), Now.AddSeconds(i));
        }

        Assert.Null(_clock.Skew(Now));
    }

    [Fact]
    public void Skew_AskedWithATimeThatWasReadBeforeTheStretchBegan_ForgetsNothing()
    {
        Compare(SenderClock.LeastDeliveries, 1);
        Assert.Equal(TimeSpan.FromSeconds(1), _clock.Skew(Now - SenderClock.Stretch));
        Assert.Equal(TimeSpan.FromSeconds(1), _clock.Skew(Now));
    }

    [Fact]
    public void Forget_BeginsAnew()
    {
        Compare(SenderClock.LeastDeliveries, 1);
        _clock.Forget();
        Assert.Null(_clock.Skew(Now));

        Compare(SenderClock.LeastDeliveries, 100);
        Assert.Equal(TimeSpan.FromSeconds(100), _clock.Skew(Now));
    }

    [Fact]
    public void Skew_DeliveriesOfTheStretchBefore_CountAsWell()
    {
        Compare(SenderClock.LeastDeliveries - 1, 2);
        var later = Now + SenderClock.Stretch;
        _clock.Compare(later.AddSeconds(-3), later);

        Assert.Equal(TimeSpan.FromSeconds(2), _clock.Skew(later));
        Assert.Null(_clock.Skew(later + SenderClock.Stretch));
    }

    [Fact]
    public void Skew_DeliveriesOfLongAgo_CountNoMore()
    {
        Compare(SenderClock.LeastDeliveries, 1);
        Assert.Null(_clock.Skew(Now + (2 * SenderClock.Stretch)));
    }

    [Fact]
    public void Skew_ClockThatWasSetBack_IsOfWhatIsComparedSince()
    {
        Compare(SenderClock.LeastDeliveries, 1);
        var back = Now.AddHours(-1);
        Assert.Null(_clock.Skew(back));

        for (var i = 0; i < SenderClock.LeastDeliveries; i++)
        {
            _clock.Compare(Now.AddSeconds(i), back.AddSeconds(i));
        }

        Assert.Equal(TimeSpan.FromHours(-1), _clock.Skew(back));
    }

    [Fact]
    public void Compare_DeliveryThatIsAdmittedLater_ForgetsNothing()
    {
        Compare(SenderClock.LeastDeliveries, 1);
        _clock.Compare(Now.AddHours(-3), Now.AddHours(-2));
        Assert.Equal(TimeSpan.FromSeconds(1), _clock.Skew(Now));
    }

    private void Compare(int count, double secondsAgo)
    {
        for (var i = 0; i < count; i++)
        {
            var at = Now.AddMilliseconds(i);
            _clock.Compare(at.AddSeconds(-secondsAgo), at);
        }
    }
}
