using Microsoft.Extensions.Time.Testing;

namespace WebhookReceiver.Tests.Support;

/// <summary>A wall clock that somebody sets; timers and the monotonic clock do not notice, as on a real machine.</summary>
internal sealed class JumpingClock(FakeTimeProvider steady) : TimeProvider
{
    private TimeSpan _offset;

    public FakeTimeProvider Steady => steady;

    public override long TimestampFrequency => steady.TimestampFrequency;

    public void Jump(TimeSpan by) => _offset += by;

    public override DateTimeOffset GetUtcNow() => steady.GetUtcNow() + _offset;

    public override long GetTimestamp() => steady.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => steady.CreateTimer(callback, state, dueTime, period);
}
