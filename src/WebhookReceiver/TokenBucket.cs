namespace WebhookReceiver;

/// <summary>So many a second in the long run, and some at once. Full at first. Not safe from several threads.</summary>
/// <param name="perSecond">How many are there again after a second.</param>
/// <param name="burst">How many there are at most.</param>
internal sealed class TokenBucket(double perSecond, double burst)
{
    private double _taken;
    private long? _filledAt;

    /// <summary>When there is one again, once there is none.</summary>
    public TimeSpan Wait => TimeSpan.FromSeconds((1 - Left) / perSecond);

    private double Left => burst - _taken;

    /// <summary>Takes some, if at least one is there. What is taken beyond that is owed.</summary>
    public bool TryTake(TimeProvider clock, int count = 1)
    {
        var now = clock.GetTimestamp();
        if (_filledAt is { } filledAt)
        {
            _taken = Math.Max(0, _taken - (perSecond * clock.GetElapsedTime(filledAt, now).TotalSeconds));
        }

        _filledAt = now;
        if (Left < 1)
        {
            return false;
        }

        _taken += count;
        return true;
    }
}
