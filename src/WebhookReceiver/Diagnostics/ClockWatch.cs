namespace WebhookReceiver.Diagnostics;

/// <summary>
/// Watches, look by look, whether this machine's clock goes as time does: a clock that is set, or a machine that was suspended, makes a leap beside the monotonic clock. Not safe from
/// several threads.
/// </summary>
internal sealed class ClockWatch(TimeProvider clock)
{
    /// <summary>A smaller leap is nothing that anybody must know: no delivery is refused for it alone.</summary>
    public static readonly TimeSpan LeastLeap = TimeSpan.FromSeconds(30);

    /// <summary>Between the two clocks a process can be stopped: what was read then says nothing.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>How long a leap is told.</summary>
    public static readonly TimeSpan TellFor = TimeSpan.FromMinutes(5);

    private DateTimeOffset _time = clock.GetUtcNow();
    private long _timestamp = clock.GetTimestamp();
    private long _leaptAt;

    /// <summary>The last leap, forwards or, negative, back; zero where there was none of late.</summary>
    public TimeSpan Leap { get; private set; }

    /// <summary>Looks at both clocks.</summary>
    /// <returns>Whether there has been a leap since it was looked last.</returns>
    public bool Look()
    {
        var (before, time, timestamp) = (clock.GetTimestamp(), clock.GetUtcNow(), clock.GetTimestamp());
        if (clock.GetElapsedTime(before, timestamp) > Pause)
        {
            return false;
        }

        var leap = time - _time - clock.GetElapsedTime(_timestamp, timestamp);
        (_time, _timestamp) = (time, timestamp);
        if (leap.Duration() >= LeastLeap)
        {
            (Leap, _leaptAt) = (leap, timestamp);
            return true;
        }

        if (Leap != TimeSpan.Zero && clock.GetElapsedTime(_leaptAt, timestamp) >= TellFor)
        {
            Leap = TimeSpan.Zero;
        }

        return false;
    }
}
