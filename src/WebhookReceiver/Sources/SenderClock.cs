namespace WebhookReceiver.Sources;

/// <summary>
/// How far this machine's clock is from a sender's, by the times that it signs. Some deliveries were signed long before they come, so of those of the last minutes the one that is nearest
/// to our time counts; but none can come before it was signed, so that some which do say more than any other. Safe from any thread.
/// </summary>
internal sealed class SenderClock
{
    /// <summary>How far back deliveries are compared, twice: those of this stretch of time and of the one before.</summary>
    public static readonly TimeSpan Stretch = TimeSpan.FromMinutes(5);

    /// <summary>How far apart clocks may be that need not be told of.</summary>
    public static readonly TimeSpan MaxSkew = TimeSpan.FromSeconds(30);

    /// <summary>Fewer say nothing: one sender's machine among many may be wrong.</summary>
    public const int LeastDeliveries = 3;

    private readonly Lock _gate = new();
    private Compared _this, _before;
    private DateTimeOffset _lastSigned;

    /// <summary>Compares the time that a sender has signed. Only what is proved to be its own tells of its clock; what is sent again as it was signed before tells nothing new.</summary>
    public void Compare(DateTimeOffset signedAt, DateTimeOffset arrivedAt)
    {
        var (apart, number) = (arrivedAt - signedAt, NumberOf(arrivedAt));
        lock (_gate)
        {
            if (number < _this.Number || signedAt == _lastSigned)
            {
                // The first is a delivery that was refused and is admitted now. That the clock was set back is noticed where somebody asks.
                return;
            }

            _lastSigned = signedAt;
            TurnTo(number);
            _this = new Compared(number, _this.All.With(apart), apart < -MaxSkew ? _this.Early.With(apart) : _this.Early);
        }
    }

    /// <summary>Positive where this machine's clock is ahead of the sender's; <see langword="null"/> where too little has come of late.</summary>
    public TimeSpan? Skew(DateTimeOffset now)
    {
        lock (_gate)
        {
            // The last moment of a stretch, read before another thread has begun the next one, ends nothing.
            if (NumberOf(now) is var number && number != _this.Number - 1)
            {
                TurnTo(number);
            }

            return _this.Early.With(_before.Early).Told ?? _this.All.With(_before.All).Told;
        }
    }

    /// <summary>Begins anew: what was compared with another time says nothing of this one.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            (_this, _before) = (_this with { All = default, Early = default }, default);
        }
    }

    // A clock that was set back, or far ahead, begins anew as well.
    private void TurnTo(long number)
    {
        if (number != _this.Number)
        {
            _before = number == _this.Number + 1 ? _this : default;
            _this = new Compared(number, default, default);
        }
    }

    private static long NumberOf(DateTimeOffset time) => time.UtcTicks / Stretch.Ticks;

    /// <summary>What was compared in one stretch of time: all, and what came before it was signed.</summary>
    private readonly record struct Compared(long Number, Some All, Some Early);

    /// <summary>How many deliveries, and how far the one is off that is nearest.</summary>
    private readonly record struct Some(int Count, TimeSpan Nearest)
    {
        public TimeSpan? Told => Count >= LeastDeliveries ? Nearest : null;

        public Some With(TimeSpan apart) => With(new Some(1, apart));

        public Some With(Some other) => other.Count == 0 ? this
            : new Some(Count + other.Count, Count > 0 && Nearest.Duration() <= other.Nearest.Duration() ? Nearest : other.Nearest);
    }
}
