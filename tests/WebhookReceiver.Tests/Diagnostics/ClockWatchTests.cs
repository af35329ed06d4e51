using WebhookReceiver.Diagnostics;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Diagnostics;

/// <summary>When this machine's clock has made a leap beside the monotonic one.</summary>
public sealed class ClockWatchTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly JumpingClock _clock = new(new(TestEvents.Start));
    private readonly ClockWatch _watch;

    public ClockWatchTests() => _watch = new ClockWatch(_clock);

    [Theory]
    [InlineData(0)]
    [InlineData(3600)]
    public void Look_TimeThatPasses_IsNoLeap(int seconds)
    {
        _clock.Steady.Advance(TimeSpan.FromSeconds(seconds));
        _watch.Look();
        Assert.Equal(TimeSpan.Zero, _watch.Leap);
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(30)]
    [InlineData(-30)]
    [InlineData(-3600)]
    public void Look_ClockThatIsSet_IsALeapOfThatLength(int seconds)
    {
        _clock.Steady.Advance(Pause);
        _clock.Jump(TimeSpan.FromSeconds(seconds));
        _watch.Look();
        Assert.Equal(TimeSpan.FromSeconds(seconds), _watch.Leap);
    }

    [Theory]
    [InlineData(29)]
    [InlineData(-29)]
    public void Look_SmallCorrections_AreNoLeapHoweverManyThereAre(int seconds)
    {
        for (var i = 0; i < 10; i++)
        {
            _clock.Jump(TimeSpan.FromSeconds(seconds));
            _watch.Look();
            Assert.Equal(TimeSpan.Zero, _watch.Leap);
        }
    }

    [Fact]
    public void Look_AWhileAfterALeap_ForgetsIt()
    {
        _clock.Jump(TimeSpan.FromHours(1));
        _watch.Look();
        _clock.Steady.Advance(ClockWatch.TellFor - Pause);
        _watch.Look();
        Assert.Equal(TimeSpan.FromHours(1), _watch.Leap);

        _clock.Steady.Advance(Pause);
        _watch.Look();
        Assert.Equal(TimeSpan.Zero, _watch.Leap);
    }
}
