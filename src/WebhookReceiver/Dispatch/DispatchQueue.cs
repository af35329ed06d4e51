using System.Diagnostics.CodeAnalysis;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.Dispatch;

/// <summary>
/// The work that waits in memory, and the slots that run it. A slot that runs takes one item after another without leaving its thread; a
/// further one is woken, one at a time, while work waits. So handlers that return at once cost no change of threads, and handlers that
/// block or wait never hold up what is behind them, as long as a slot is free. Suspects go first, and one at a time: of those that ran when the
/// process ended, only one can end it again. Safe from any thread.
/// </summary>
internal sealed class DispatchQueue(WorkThreads threads) : IDisposable
{
    /// <summary>
    /// How many attempts are expected for each idle slot. Storing takes longer than most handlers do, so that a slot runs several while one is stored; and an
    /// expected attempt that has to wait for a slot after all is, when the process ends, blamed for what it had no part in.
    /// </summary>
    private const int ExpectedPerSlot = 2;

    private readonly Lock _gate = new();
    private readonly Queue<WorkItem> _waiting = new();
    private readonly Queue<WorkItem> _suspects = new();
    private readonly Stack<DispatchSlot> _idle = new();
    private readonly TaskCompletionSource _quiet = new();
    private DispatchSlot[] _slots = [];
    private DispatchSlot? _slotOfSuspect;
    private int _expected;
    private bool _isWaking;
    private bool _isClosed;

    /// <summary>Completed once the queue is closed and no slot runs any more.</summary>
    public Task Quiet => _quiet.Task;

    /// <summary>What the slots are running now.</summary>
    public IEnumerable<WorkItem> Running => _slots.Select(static slot => slot.Running).OfType<WorkItem>();

    /// <summary>How many slots are held by attempts that have gone on for so long after their token was cancelled.</summary>
    public int Overrun(TimeSpan time) => _slots.Count(slot => slot.HasOverrun(time));

    /// <summary>Starts to run what waits.</summary>
    public void Open(DispatchSlot[] slots)
    {
        DispatchSlot? woken;
        lock (_gate)
        {
            _slots = slots;
            foreach (var slot in slots)
            {
                _idle.Push(slot);
            }

            woken = SlotToWake();
        }

        Wake(woken);
    }

    /// <summary>Whether so many attempts will be called as soon as they are added. Each is expected until a slot takes it, or it is dismissed.</summary>
    public bool TryExpect(int attempts)
    {
        lock (_gate)
        {
            if (_isClosed || _expected + attempts > _idle.Count * ExpectedPerSlot)
            {
                return false;
            }

            _expected += attempts;
            return true;
        }
    }

    /// <summary>So many attempts that were expected will not come.</summary>
    public void Dismiss(int attempts)
    {
        lock (_gate)
        {
            _expected -= attempts;
        }
    }

    /// <summary>Adds work behind what waits.</summary>
    /// <returns><see langword="false"/> if the queue is closed: the item was not taken.</returns>
    public bool TryAdd(WorkItem item)
    {
        DispatchSlot? woken;
        lock (_gate)
        {
            if (_isClosed)
            {
                _expected -= Expected(item);
                return false;
            }

            (item.IsSuspect ? _suspects : _waiting).Enqueue(item);
            woken = SlotToWake();
        }

        Wake(woken);
        return true;
    }

    /// <summary>Takes the next item for a slot; a slot that gets none is idle from then on.</summary>
    /// <param name="slot">The slot that asks.</param>
    /// <param name="wasWoken">Whether it asks for the first time since it was woken.</param>
    /// <param name="item">What it shall run.</param>
    public bool TryTake(DispatchSlot slot, bool wasWoken, [NotNullWhen(true)] out WorkItem? item)
    {
        DispatchSlot? woken;
        lock (_gate)
        {
            _isWaking &= !wasWoken;
            _slotOfSuspect = _slotOfSuspect == slot ? null : _slotOfSuspect;
            if (MayRunSuspect && _suspects.TryDequeue(out item))
            {
                _slotOfSuspect = slot;
            }
            else if (!_waiting.TryDequeue(out item))
            {
                BecomeIdle(slot);
                return false;
            }

            _expected -= Expected(item);
            woken = SlotToWake();
        }

        Wake(woken);
        return true;
    }

    /// <summary>Takes nothing from now on.</summary>
    /// <returns>What waited and will not be run.</returns>
    public IReadOnlyList<WorkItem> Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            CheckQuiet();
            return Empty();
        }
    }

    /// <summary>Takes back what waits, and goes on with what comes.</summary>
    public IReadOnlyList<WorkItem> TakeBack()
    {
        lock (_gate)
        {
            return Empty();
        }
    }

    /// <summary>Disposes of the slots that are idle. One that runs a handler which ignores its token is left to the handler.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var slot in _idle)
            {
                slot.Dispose();
            }
        }
    }

    private WorkItem[] Empty()
    {
        WorkItem[] left = [.. _suspects, .. _waiting];
        _suspects.Clear();
        _waiting.Clear();
        _expected -= left.Sum(Expected);
        return left;
    }

    private static int Expected(WorkItem item) => item.StartsAtOnce ? 1 : 0;

    private bool MayRunSuspect => _slotOfSuspect is null && _suspects.Count > 0;

    private void BecomeIdle(DispatchSlot slot)
    {
        _idle.Push(slot);
        CheckQuiet();
    }

    private void CheckQuiet()
    {
        if (_isClosed && _idle.Count == _slots.Length)
        {
            threads.Run(static quiet => quiet.TrySetResult(), _quiet);
        }
    }

    /// <summary>One at a time: the slot that is woken wakes the next one, if there still is work when it starts.</summary>
    private DispatchSlot? SlotToWake()
    {
        if (_isWaking || (_waiting.Count == 0 && !MayRunSuspect) || !_idle.TryPop(out var slot))
        {
            return null;
        }

        _isWaking = true;
        return slot;
    }

    private void Wake(DispatchSlot? slot)
    {
        if (slot is not null)
        {
            threads.Run(slot);
        }
    }
}
