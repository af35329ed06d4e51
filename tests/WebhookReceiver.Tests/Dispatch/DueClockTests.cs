using WebhookReceiver.Dispatch;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Dispatch;

public sealed class DueClockTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly JumpingClock _wall = new(new(TestEvents.Start));
    private readonly DueClock _due;

    public DueClockTests() => _due = new DueClock(_wall);

    [Fact]
    public void Now_WallClockGoesOn_IsTheWallClock()
    {
        _wall.Steady.Advance(Minute);

        Assert.Equal(TestEvents.Start + Minute, _due.Now);
    }

    [Fact]
    public void Now_WallClockIsSetBack_GoesOn()
    {
        _wall.Steady.Advance(Minute);
        _wall.Jump(-Hour);
        _wall.Steady.Advance(Minute);

        Assert.Equal(TestEvents.Start + (2 * Minute), _due.Now);
    }

    [Fact]
    public void Now_WallClockIsSetOn_GoesWithIt()
    {
        _wall.Jump(Hour);

        Assert.Equal(TestEvents.Start + Hour, _due.Now);
    }

    [Fact]
    public void Now_WallClockIsSetOnAndBack_GoesOnFromTheLatest()
    {
        _wall.Jump(Hour);
        _ = _due.Now;
        _wall.Jump(-Hour);
        _wall.Steady.Advance(Minute);

        Assert.Equal(TestEvents.Start + Hour + Minute, _due.Now);
    }
}
