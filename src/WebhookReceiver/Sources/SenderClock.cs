namespace WebhookReceiver.Sources;

/// <summary>
/// How far this machine's clock is from a sender's, by the times that it signs. A delivery can only arrive after it was signed, and some were signed long before: so of those of the last
/// minutes the one that is nearest to our time counts. Safe from any thread.
/// </summary>
internal sealed class SenderClock
{
    /// <summary>How far back deliveries are compared, twice: those of this stretch of time and of the one before.</summary>
    public static readonly TimeSpan Stretch = TimeSpan.FromMinutes(5);

    /// <summary>Fewer say nothing: one sender's machine among many may be wrong.</summary>
    public const int LeastDeliveries = 3;

    private readonly Lock _gate = new();
    private Compared _this, _before;

    /// <summary>Compares the time that a sender has signed. Only what is proved to be its own tells of its clock.</summary>
    public void Compare(DateTimeOffset signedAt, DateTimeOffset arrivedAt)
    {
        var (apart, number) = (arrivedAt - signedAt, NumberOf(arrivedAt));
        lock (_gate)
        {
            if (number < _this.Number)
            {
                // A delivery that was refused and is admitted now. That the clock was set back is noticed where somebody asks.
                return;
            }

            TurnTo(number);
            _this = _this with { Count = _this.Count + 1, Nearest = _this.Count == 0 || apart.Duration() < _this.Nearest.Duration() ? apart : _this.Nearest };
        }
    }

    /// <summary>Positive where this machine's clock is ahead of the sender's; <see langword="null"/> where too little has come of late.</summary>
    public TimeSpan? Skew(DateTimeOffset now)
    {
        lock (_gate)
        {
            TurnTo(NumberOf(now));
            return _this.Count + _before.Count < LeastDeliveries ? null
                : _before.Count == 0 || (_this.Count > 0 && _this.Nearest.Duration() <= _before.Nearest.Duration()) ? _this.Nearest
                : _before.Nearest;
        }
    }

    // A clock that was set back, or far ahead, begins anew: what was compared before was compared with another clock.
    private void TurnTo(long number)
    {
        if (number != _this.Number)
        {
            _before = number == _this.Number + 1 ? _this : default;
            _this = new Compared(number, 0, TimeSpan.Zero);
        }
    }

    private static long NumberOf(DateTimeOffset time) => time.UtcTicks / Stretch.Ticks;

    private readonly record struct Compared(long Number, int Count, TimeSpan Nearest);
}
