namespace WebhookReceiver.SimulationTests.World;

/// <summary>The clock of one process. Its timers fire when the simulation says so: when they are due, or later.</summary>
internal sealed class SimulatedClock(SimulatedTime time, SimulationThread thread) : TimeProvider
{
    private readonly List<Timer> _timers = [];

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        thread.Check();
        return time.Wall;
    }

    public override long GetTimestamp() => time.Elapsed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        thread.Check();
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>When the next timer is due; <see langword="null"/> if there is none.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            TimeSpan? next = null;
            foreach (var timer in _timers)
            {
                next = next is { } known && known <= timer.Due ? known : timer.Due;
            }

            return next;
        }
    }

    public int CountDue()
    {
        var count = 0;
        foreach (var timer in _timers)
        {
            count += timer.Due <= time.Elapsed ? 1 : 0;
        }

        return count;
    }

    /// <summary>Fires one of the timers that are due.</summary>
    public void FireDue(int index)
    {
        foreach (var timer in _timers)
        {
            if (timer.Due <= time.Elapsed && index-- == 0)
            {
                timer.Fire();
                return;
            }
        }
    }

    /// <summary>The process has ended.</summary>
    public void Clear() => _timers.Clear();

    private sealed class Timer(SimulatedClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public TimeSpan Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock._timers.Remove(this);
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                Due = clock.Time.Elapsed + dueTime;
                clock._timers.Add(this);
            }

            return true;
        }

        public void Fire()
        {
            clock._timers.Remove(this);
            if (_period > TimeSpan.Zero)
            {
                Due = clock.Time.Elapsed + _period;
                clock._timers.Add(this);
            }

            callback(state);
        }

        public void Dispose() => clock._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private SimulatedTime Time => time;
}
