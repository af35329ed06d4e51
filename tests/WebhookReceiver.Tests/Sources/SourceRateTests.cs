using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Tests.Sources;

public sealed class SourceRateTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Take_TenSecondsWorthAtOnce_IsTakenAndNoMore()
    {
        var rate = new SourceRate(5);

        Assert.Equal(50, Enumerable.Range(0, 60).Count(_ => rate.Take(1, _clock) == 0));
    }

    [Fact]
    public void Take_AfterTheBurst_IsTheRate()
    {
        var rate = new SourceRate(5);
        rate.Take(50, _clock);

        var taken = 0;
        for (var tick = 0; tick < 100; tick++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            taken += rate.Take(1, _clock) == 0 ? 1 : 0;
        }

        Assert.Equal(50, taken);
    }

    [Fact]
    public void Take_Refused_SaysWhenItIsWorthTryingAgain()
    {
        var rate = new SourceRate(2);
        Assert.Equal(0, rate.Take(30, _clock));

        var seconds = rate.Take(1, _clock);

        Assert.Equal(6, seconds);
        _clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(501));
        Assert.NotEqual(0, rate.Take(1, _clock));
        _clock.Advance(TimeSpan.FromMilliseconds(501));
        Assert.Equal(0, rate.Take(1, _clock));
    }

    [Fact]
    public void Take_AMomentBeforeThereIsOneAgain_IsRefusedForASecond()
    {
        // A hundredth of an event comes with each tick, but for a little: what lacks after a hundred of them takes less than a tick.
        var rate = new SourceRate(99_999);
        rate.Take(999_990, _clock);
        _clock.Advance(TimeSpan.FromTicks(100));

        Assert.Equal(1, rate.Take(1, _clock));
    }

    [Fact]
    public void Take_AfterALongRest_IsNoMoreThanTheBurst()
    {
        var rate = new SourceRate(1);
        rate.Take(10, _clock);
        _clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal(10, Enumerable.Range(0, 20).Count(_ => rate.Take(1, _clock) == 0));
    }
}
