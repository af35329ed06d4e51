using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace WebhookReceiver.Tests.Support;

/// <summary>A test's clock that says when somebody has begun to wait for it: time that passes before that would be missed.</summary>
internal sealed class TimedClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<TimeSpan> _timers = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _timers.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Lets time pass, once one more timer has been started.</summary>
    public async Task AdvanceOnceAwaitedAsync(TimeSpan time)
    {
        await _timers.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, System, TestContext.Current.CancellationToken);
        Advance(time);
    }
}
