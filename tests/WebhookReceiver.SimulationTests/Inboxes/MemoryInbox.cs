using WebhookReceiver.Inbox;
using WebhookReceiver.SimulationTests.World;

namespace WebhookReceiver.SimulationTests.Inboxes;

/// <summary>
/// The reference: what every database does, in its plainest form, made of the same table of transitions. With one process it is the embedded inbox,
/// whose file is the lease; with several, each holds what it claimed for as long as it says that it lives.
/// </summary>
internal sealed class MemoryInbox(SimulatedTime time, int processes, BrokenGuard broken) : ISimulatedInbox
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Sweep = TimeSpan.FromSeconds(5);

    /// <summary>Without a heartbeat for so long a process claims nothing.</summary>
    public static readonly TimeSpan ClaimWithin = TimeSpan.FromSeconds(20);

    private readonly Dictionary<long, InboxEvent> _events = [];
    private readonly SortedDictionary<(long Seq, int Handler), (WorkRow Row, SimulatedProcess? Owner)> _work = [];
    private readonly Dictionary<string, long> _known = [];
    private readonly Dictionary<(SimulatedProcess Owner, int Slot), (long Seq, int Handler, int Epoch)> _started = [];
    private readonly List<InboxChange> _changes = [];
    private readonly List<InboxChange> _transaction = [];
    private readonly Stack<Action> _undo = new();
    private readonly Dictionary<HandlerIdentity, int> _numbers = [];
    private long _lastSeq;

    public int MaxProcesses => processes;

    public bool IsShared => processes > 1;

    public SimulatedTime Time => time;

    public BrokenGuard Broken => broken;

    public IInboxStore StoreFor(SimulatedProcess process) => new MemoryInboxStore(this, process);

    public IReadOnlyList<InboxChange> TakeChanges()
    {
        InboxChange[] taken = [.. _changes];
        _changes.Clear();
        return taken;
    }

    public void Killed(SimulatedProcess process, IInboxStore store)
    {
    }

    public string? Check(ReferenceModel model) =>
        model.Rows.Order(Comparer<(long, int, WorkRow)>.Create(static (x, y) => (x.Item1, x.Item2).CompareTo((y.Item1, y.Item2))))
            .SequenceEqual(_work.Select(static pair => (pair.Key.Seq, pair.Key.Handler, pair.Value.Row)))
            ? null
            : "The rows are not what was committed.";

    public void Dispose()
    {
    }

    public void Commit()
    {
        _changes.AddRange(_transaction);
        _transaction.Clear();
        _undo.Clear();
    }

    public void Rollback()
    {
        _transaction.Clear();
        while (_undo.TryPop(out var undo))
        {
            if (broken != BrokenGuard.FailedCommitIsKept)
            {
                undo();
            }
        }
    }

    public int NumberOf(HandlerIdentity handler)
    {
        _numbers.TryAdd(handler, _numbers.Count + 1);
        return _numbers[handler];
    }

    /// <summary>A process begins to use it.</summary>
    public void Open(SimulatedProcess process)
    {
        process.LastHeartbeat = time.Elapsed;
        if (broken == BrokenGuard.IdsForgottenAtRestart)
        {
            _known.Clear();
        }

        if (!IsShared && broken != BrokenGuard.RecoveryForgetsWhatRan)
        {
            Recover(static _ => true);
        }
    }

    /// <summary>Takes over what processes held that are gone.</summary>
    public void SweepExpired()
    {
        if (broken != BrokenGuard.NobodySweeps)
        {
            Recover(owner => broken == BrokenGuard.LiveOwnerIsSwept ? time.Elapsed - owner.LastHeartbeat > Heartbeat : IsExpired(owner));
        }
    }

    public bool IsExpired(SimulatedProcess owner) => owner.HasLeft || time.Elapsed - owner.LastHeartbeat > Lease;

    /// <returns>Whether the claim is still good.</returns>
    public bool Start(SimulatedProcess owner, int slot, WorkItem item)
    {
        var isGood = _work.TryGetValue((item.Event.Seq, item.Handler), out var value) && value.Row.State == WorkState.Running && value.Row.Epoch == item.Epoch;
        if (isGood && broken != BrokenGuard.StartNotRecorded)
        {
            _started[(owner, slot)] = (item.Event.Seq, item.Handler, item.Epoch);
        }

        return isGood || broken == BrokenGuard.LostClaimIsStarted;
    }

    public void Return(SimulatedProcess owner, int slot) => _started.Remove((owner, slot));

    public void Append(InboxDelivery delivery, SimulatedProcess owner, long now)
    {
        for (var i = 0; i < delivery.Events.Length; i++)
        {
            var e = delivery.Events[i];
            var key = e.Source + "\0" + e.EventId;
            var received = e.ReceivedAt.ToUnixTimeMilliseconds();
            if (_known.TryGetValue(key, out var seq)
                && _events[seq] is var first && first.ReceivedAt.ToUnixTimeMilliseconds() > received - (long)e.DedupeWindow.TotalMilliseconds)
            {
                (e.Seq, e.Token, e.IsDuplicate) = (first.Seq, first.Token, true);
                e.IsBodyMismatch = !first.BodySha256.AsSpan().SequenceEqual(e.BodySha256);
                continue;
            }

            (e.Seq, e.Token, e.IsDuplicate, e.IsBodyMismatch) = (++_lastSeq, _lastSeq * 7919, false, false);
            Remember(key, e.Seq);
            _events[e.Seq] = e;
            _transaction.Add(new InboxChange(e.Seq, InboxChange.TheEvent, null, null, e.EventId, received));
            foreach (var handler in delivery.Handlers[i].DefaultIfEmpty(0))
            {
                Set(e.Seq, handler, (handler, delivery.BornRunning) switch
                {
                    (0, _) => new WorkRow(WorkState.Parked, 0, 0, 0, null, 0),
                    (_, true) => new WorkRow(WorkState.Running, 0, 1, 1, null, 0, StartsAtOnce: IsShared && delivery.StartsAtOnce),
                    _ => new WorkRow(WorkState.Pending, 0, 0, 0, now, 0),
                }, owner);
            }
        }
    }

    public bool Complete(WorkCompletion completion)
    {
        var item = completion.Item;
        var end = completion.Outcome.Transition();
        var due = end.To == WorkState.Pending ? completion.EndedAt : completion.DueAt;
        due = broken switch
        {
            BrokenGuard.RetryWithoutDueTime when end == WorkTransitions.Retry => null,
            BrokenGuard.RetryAtOnce when end == WorkTransitions.Retry => completion.EndedAt,
            _ => due,
        };
        end = broken == BrokenGuard.ReleaseCountsTheAttempt && end == WorkTransitions.Release ? end with { Attempt = AttemptNumber.Kept } : end;
        return TryChange((item.Event.Seq, item.Handler), end, item.Epoch, row => row with { DueAt = due?.ToUnixTimeMilliseconds() });
    }

    public IReadOnlyList<WorkItem> Claim(SimulatedProcess owner, int limit, DateTimeOffset now)
    {
        var at = now.ToUnixTimeMilliseconds();
        var due = _work
            .Where(pair => (WorkTransitions.Claim.StartsFrom(pair.Value.Row.State) || (broken == BrokenGuard.ClaimTakesRunningWork && pair.Value.Row.State == WorkState.Running)) && pair.Value.Row.DueAt <= at)
            .OrderBy(static pair => pair.Value.Row.DueAt).Take(limit).Select(static pair => pair.Key).ToList();
        return [.. due.Select(key =>
        {
            TryChange(key, WorkTransitions.Claim, null, static row => row, owner);
            var row = _work[key].Row;
            return new WorkItem(_events[key.Seq], key.Handler, row.Generation, row.Attempt, row.Epoch, row.Crashes);
        })];
    }

    public ChangeStatus Replay(long seq, IReadOnlyList<int> handlers, DateTimeOffset now)
    {
        var work = WorkOf(seq);
        if (work.Count == 0)
        {
            return ChangeStatus.NotFound;
        }

        if (handlers.Count == 0 || !work.TrueForAll(pair => WorkTransitions.Replay.StartsFrom(pair.Value.Row.State)))
        {
            return ChangeStatus.Refused;
        }

        var generation = work.Max(static pair => pair.Value.Row.Generation) + 1;
        var epoch = broken == BrokenGuard.EpochBeginsAnew ? 0 : work.Max(static pair => pair.Value.Row.Epoch) + 1;
        var due = now.ToUnixTimeMilliseconds();
        foreach (var (key, value) in work)
        {
            if (key.Handler == 0 || value.Row.State == WorkState.Parked)
            {
                Set(key.Seq, key.Handler, null, null);
            }
        }

        foreach (var handler in handlers)
        {
            if (_work.ContainsKey((seq, handler)))
            {
                TryChange((seq, handler), WorkTransitions.Replay, null, row => row with { Generation = generation, DueAt = due });
            }
            else
            {
                Set(seq, handler, new WorkRow(WorkState.Pending, generation, 0, epoch, due, 0), null);
            }
        }

        return ChangeStatus.Changed;
    }

    public ChangeStatus Cancel(long seq)
    {
        var work = WorkOf(seq);
        if (work.Count == 0)
        {
            return ChangeStatus.NotFound;
        }

        var changed = false;
        foreach (var (key, _) in work)
        {
            changed |= TryChange(key, WorkTransitions.Cancel, null, static row => row with { DueAt = null });
        }

        return changed ? ChangeStatus.Changed : ChangeStatus.Refused;
    }

    private void Recover(Func<SimulatedProcess, bool> isGone)
    {
        var now = time.Wall.ToUnixTimeMilliseconds();
        var gone = _work.Where(pair => pair.Value is { Row.State: WorkState.Running, Owner: { } owner } && isGone(owner)).ToList();
        foreach (var (key, (row, owner)) in gone)
        {
            owner!.LostAt = IsExpired(owner) ? time.Elapsed : owner.LostAt;
            var wasCalled = broken == BrokenGuard.EverythingIsSuspected
                || (row.StartsAtOnce && !owner.HasLeft)
                || _started.Any(pair => pair.Key.Owner == owner && pair.Value == (key.Seq, key.Handler, row.Epoch));
            var crashes = row.Crashes + (wasCalled ? 1 : 0);
            var transition = !wasCalled ? WorkTransitions.Recover : crashes < WorkTransitions.MaxCrashes ? WorkTransitions.Suspect : WorkTransitions.Condemn;
            TryChange(key, transition, null, changed => changed with { Crashes = crashes, DueAt = transition.To == WorkState.Pending ? now : null });
        }

        foreach (var slot in _started.Keys.Where(slot => isGone(slot.Owner)).ToList())
        {
            var (seq, handler, epoch) = _started[slot];
            if (!_work.TryGetValue((seq, handler), out var value) || value.Row.State != WorkState.Running || value.Row.Epoch != epoch)
            {
                var entry = _started[slot];
                _started.Remove(slot);
                _undo.Push(() => _started[slot] = entry);
            }
        }
    }

    private bool TryChange((long Seq, int Handler) key, WorkTransition transition, int? epoch, Func<WorkRow, WorkRow> set, SimulatedProcess? owner = null)
    {
        if (!_work.TryGetValue(key, out var value))
        {
            return false;
        }

        var row = value.Row;
        var ignoresState = transition.IsFenced && broken == BrokenGuard.StateNotCompared
            || transition == WorkTransitions.Claim && broken == BrokenGuard.ClaimTakesRunningWork
            || transition == WorkTransitions.Cancel && broken == BrokenGuard.RunningWorkCancelled && row.State == WorkState.Running;
        var ignoresEpoch = broken == BrokenGuard.EpochNotCompared;
        if ((!ignoresState && !transition.StartsFrom(row.State)) || (transition.IsFenced && !ignoresEpoch && epoch != row.Epoch))
        {
            return false;
        }

        var keepsEpoch = transition.IsFenced || (broken == BrokenGuard.RecoveryKeepsTheEpoch && transition.By == WorkActor.Recovery);
        row = row with
        {
            State = transition.To,
            Epoch = keepsEpoch ? row.Epoch : row.Epoch + 1,
            Attempt = transition.Attempt switch
            {
                AttemptNumber.Raised => row.Attempt + 1,
                AttemptNumber.Lowered => row.Attempt - 1,
                AttemptNumber.Reset => 0,
                _ => row.Attempt,
            },
            Crashes = transition.Attempt == AttemptNumber.Reset ? 0 : row.Crashes,
            StartsAtOnce = false,
        };
        Set(key.Seq, key.Handler, set(row), owner);
        return true;
    }

    private List<KeyValuePair<(long Seq, int Handler), (WorkRow Row, SimulatedProcess? Owner)>> WorkOf(long seq) => [.. _work.Where(pair => pair.Key.Seq == seq)];

    private void Set(long seq, int handler, WorkRow? row, SimulatedProcess? owner)
    {
        var existed = _work.TryGetValue((seq, handler), out var old);
        _undo.Push(() =>
        {
            if (existed)
            {
                _work[(seq, handler)] = old;
            }
            else
            {
                _work.Remove((seq, handler));
            }
        });
        _transaction.Add(new InboxChange(seq, handler, existed ? old.Row : null, row));
        if (row is null)
        {
            _work.Remove((seq, handler));
        }
        else
        {
            _work[(seq, handler)] = (row, owner);
        }
    }

    private void Remember(string key, long seq)
    {
        var existed = _known.TryGetValue(key, out var old);
        _undo.Push(() =>
        {
            if (existed)
            {
                _known[key] = old;
            }
            else
            {
                _known.Remove(key);
            }
        });
        _known[key] = seq;
    }
}
