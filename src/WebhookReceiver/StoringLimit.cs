using WebhookReceiver.Dispatch;

namespace WebhookReceiver;

/// <summary>
/// How long a sender waits for its delivery to be stored, whatever the database. Beyond that it is told to send it again: a disk or a server that stalls must not
/// hold on to it for longer than it is willing to wait. Safe from any thread.
/// </summary>
/// <remarks>All wait equally long, so that the oldest is due first: one timer serves them all, and under load it fires once in ten seconds.</remarks>
internal sealed class StoringLimit : IDisposable
{
    /// <summary>Most senders hang up after ten seconds or later.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _clock;
    private readonly WorkThreads _threads;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private StoringDelivery? _oldest;
    private StoringDelivery? _newest;
    private bool _isTimed;

    public StoringLimit(TimeProvider clock, WorkThreads threads)
    {
        (_clock, _threads) = (clock, threads);
        _timer = clock.CreateTimer(static state => ((StoringLimit)state!).EndLate(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(StoringDelivery delivery)
    {
        lock (_gate)
        {
            delivery.Since = _clock.GetTimestamp();
            delivery.IsWaiting = true;
            delivery.Older = _newest;
            if (_newest is null)
            {
                _oldest = delivery;
            }
            else
            {
                _newest.Newer = delivery;
            }

            _newest = delivery;
            if (_isTimed)
            {
                return;
            }

            _isTimed = true;
        }

        _timer.Change(Time, Timeout.InfiniteTimeSpan);
    }

    /// <returns><see langword="false"/> if it has waited too long, and is told so or was.</returns>
    public bool TryRemove(StoringDelivery delivery)
    {
        lock (_gate)
        {
            if (!delivery.IsWaiting)
            {
                return false;
            }

            Remove(delivery);
            return true;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void EndLate()
    {
        var next = TimeSpan.Zero;
        lock (_gate)
        {
            while (_oldest is { } oldest && (next = Time - _clock.GetElapsedTime(oldest.Since)) <= TimeSpan.Zero)
            {
                Remove(oldest);
                _threads.Run(oldest);
            }

            // A timer that finds nothing rests until somebody waits again.
            _isTimed = _oldest is not null;
            if (!_isTimed)
            {
                return;
            }
        }

        _timer.Change(next, Timeout.InfiniteTimeSpan);
    }

    private void Remove(StoringDelivery delivery)
    {
        delivery.IsWaiting = false;
        if (delivery.Older is { } older)
        {
            older.Newer = delivery.Newer;
        }
        else
        {
            _oldest = delivery.Newer;
        }

        if (delivery.Newer is { } newer)
        {
            newer.Older = delivery.Older;
        }
        else
        {
            _newest = delivery.Older;
        }

        (delivery.Older, delivery.Newer) = (null, null);
    }
}
