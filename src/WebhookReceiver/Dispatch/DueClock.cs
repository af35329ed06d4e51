namespace WebhookReceiver.Dispatch;

/// <summary>
/// The time by which work is due: the wall clock, but while the process lives it is never set back. Otherwise work that waits would wait as much longer as the clock was wrong.
/// Safe from any thread.
/// </summary>
internal sealed class DueClock(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private DateTimeOffset _at = clock.GetUtcNow();
    private long _timestamp = clock.GetTimestamp();

    public DateTimeOffset Now
    {
        get
        {
            lock (_gate)
            {
                var timestamp = clock.GetTimestamp();
                var steady = _at + clock.GetElapsedTime(_timestamp, timestamp);
                var wall = clock.GetUtcNow();
                if (wall <= steady)
                {
                    return steady;
                }

                (_at, _timestamp) = (wall, timestamp);
                return wall;
            }
        }
    }
}
