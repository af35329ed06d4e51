namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>Measures what is free on the inbox's disk, every two seconds, so that a delivery costs no measurement of its own.</summary>
internal sealed class SpaceMonitor : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Func<InboxSpace> _measure;
    private readonly Action<InboxSpace> _onChanged;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private volatile InboxSpace _last;
    private bool _isDisposed;

    /// <param name="measure">Measures once.</param>
    /// <param name="onChanged">Called when the space has become low, or is not low any more.</param>
    /// <param name="clock">Says when to measure again.</param>
    public SpaceMonitor(Func<InboxSpace> measure, Action<InboxSpace> onChanged, TimeProvider clock)
    {
        (_measure, _onChanged) = (measure, onChanged);
        _last = measure();
        if (_last.IsLow)
        {
            onChanged(_last);
        }

        // Once, and again after each measurement: a clock that jumps must not make up for all that it has left out.
        _timer = clock.CreateTimer(static state => ((SpaceMonitor)state!).Measure(), this, Interval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What was found the last time.</summary>
    public InboxSpace Last => _last;

    /// <summary>What the system says of the volume that holds a directory.</summary>
    public static InboxSpace MeasureVolumeOf(string directory)
    {
        var volume = new DriveInfo(directory);
        return new InboxSpace(volume.AvailableFreeSpace, volume.TotalSize);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _timer.Dispose();
        }
    }

    private void Measure()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            try
            {
                var (before, now) = (_last, _measure());
                _last = now;
                if (now.IsLow != before.IsLow)
                {
                    _onChanged(now);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // What was true a moment ago still counts: a write will say what is wrong.
            }

            _timer.Change(Interval, Timeout.InfiniteTimeSpan);
        }
    }
}
