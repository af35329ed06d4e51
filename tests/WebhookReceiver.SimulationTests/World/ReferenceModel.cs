using System.Globalization;
using WebhookReceiver.Inbox;
using WebhookReceiver.SimulationTests.Inboxes;

namespace WebhookReceiver.SimulationTests.World;

/// <summary>
/// What must hold, described apart from the code that makes it hold: it sees what senders were answered, what handlers did, what the receiver asked of its
/// store and what was committed, and says at the first contradiction what is broken.
/// </summary>
internal sealed class ReferenceModel(SimulatedTime time, Trace trace)
{
    public const int MaxAttempts = 4;

    private static readonly TimeSpan[] Schedule = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(45)];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Times are stored in milliseconds.</summary>
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(2);

    private readonly Dictionary<(long Seq, int Handler), Work> _work = [];
    private readonly Dictionary<(long Seq, int Handler, int Epoch), Run> _runs = [];
    private readonly Dictionary<long, Event> _events = [];
    private readonly Dictionary<string, Event> _newest = [];
    private readonly Dictionary<long, int> _persons = [];
    private readonly HashSet<string> _genuine = [];
    private bool _isOpening;
    private int _open;

    /// <summary>The first contradiction.</summary>
    public string? Failure { get; private set; }

    /// <summary>Since when nothing has stood in the way of due work.</summary>
    public TimeSpan HealthySince { get; set; }

    /// <summary>Whether no work is owed any more.</summary>
    public bool IsDone => _open == 0;

    public int Events => _events.Count;

    public IEnumerable<(long Seq, int Handler, WorkRow Row)> Rows => _work.Select(static pair => (pair.Key.Seq, pair.Key.Handler, pair.Value.Row));

    public IReadOnlyList<long> Seqs => [.. _events.Keys];

    public string EventIdOf(long seq) => _events[seq].EventId;

    public void Fail(string failure)
    {
        Failure ??= failure;
        trace.Add("FAILED: " + failure);
    }

    // What senders see.

    public void Sends(SimulatedDelivery delivery)
    {
        if (!delivery.IsForged)
        {
            _genuine.Add(delivery.EventId);
        }
    }

    public void Answered(SimulatedDelivery delivery, ReceiveResult result)
    {
        if (delivery.IsForged != result is ReceiveResult.Rejected { Reason: RejectionReason.SignatureMismatch })
        {
            Fail($"{delivery.EventId}, {(delivery.IsForged ? "forged" : "genuine")}, was answered {result}.");
        }

        foreach (var answered in result is ReceiveResult.Stored stored ? stored.Events : [])
        {
            if (!_events.TryGetValue(answered.Seq, out var known) || known.EventId != delivery.EventId)
            {
                Fail($"{delivery.EventId} was answered 2xx and is not stored as {answered.Seq}.");
                continue;
            }

            if (!answered.IsDuplicate && known.WasAnsweredAccepted)
            {
                Fail($"{delivery.EventId} was accepted twice as {answered.Seq}.");
            }

            known.WasAnsweredAccepted |= !answered.IsDuplicate;
            known.PublicId ??= answered.PublicId;
            if (known.PublicId != answered.PublicId)
            {
                Fail($"{delivery.EventId} was answered {answered.PublicId} after {known.PublicId}.");
            }
        }
    }

    // What the receiver does.

    /// <summary>A process has opened the inbox.</summary>
    public void Opened(SimulatedProcess process)
    {
        _isOpening = false;
        foreach (var (key, work) in _work)
        {
            if (process.Simulation.Inbox.MaxProcesses == 1 && work.Row.State == WorkState.Running)
            {
                Fail($"{Name(key)} still runs in epoch {work.Row.Epoch} when {process} has opened the inbox.");
            }
        }
    }

    public void Opening() => _isOpening = true;

    /// <summary>A process was told that a claim is its own.</summary>
    public void Holds(SimulatedProcess process, WorkItem item)
    {
        var run = RunOf(item);
        if (run.Owner is not null && run.Owner != process)
        {
            Fail($"{Name(item)} was given to {process} and to {run.Owner}.");
        }

        run.Owner = process;
    }

    /// <summary>A handler is about to be called.</summary>
    public void Began(SimulatedProcess process, WorkItem item, int slot)
    {
        trace.Add($"{process}: begins {Name(item)} attempt {item.Attempt} epoch {item.Epoch} in slot {slot}");
        var run = RunOf(item);
        if (run.HasBegun)
        {
            Fail($"{Name(item)} is begun twice in epoch {item.Epoch}.");
        }

        var row = RowOf(item);
        var holds = row is { State: WorkState.Running } && (row.Epoch, row.Attempt, row.Generation) == (item.Epoch, item.Attempt, item.Generation);
        if (!holds)
        {
            Fail($"{Name(item)} begins in epoch {item.Epoch}, attempt {item.Attempt}, and on disk stands {row}.");
        }

        if (holds && item.Crashes != row!.Crashes)
        {
            Fail($"{Name(item)} begins with {item.Crashes} crashes instead of {row.Crashes}.");
        }

        if (item.Attempt > MaxAttempts + WorkTransitions.MaxCrashes - 1)
        {
            Fail($"{Name(item)} begins attempt {item.Attempt}.");
        }

        foreach (var (key, other) in _runs)
        {
            if (!other.IsLive || other.Owner != process)
            {
                continue;
            }

            if (other.Slot == slot)
            {
                Fail($"Slot {slot} runs two attempts.");
            }

            // A process that has lost its lease may be given the work again that its own handler has not let go of.
            if ((key.Seq, key.Handler) == (item.Event.Seq, item.Handler) && process.Simulation.Inbox.MaxProcesses == 1)
            {
                Fail($"{Name(item)} runs beside itself in {process}.");
            }

            if (other.IsSuspect && item.Crashes > 0)
            {
                Fail($"Two suspects run in {process}: {Name(item)} and {Name((key.Seq, key.Handler))}.");
            }
        }

        (run.Slot, run.BeganAt, run.IsSuspect, run.Owner) = (slot, time.Elapsed, item.Crashes > 0, process);
    }

    /// <summary>The handler is called.</summary>
    public Run Called(SimulatedProcess process, InboxEvent stored, int handler, int attempt)
    {
        foreach (var (key, run) in _runs)
        {
            if ((key.Seq, key.Handler) == (stored.Seq, handler) && run.IsLive && run.Owner == process && !run.WasCalled)
            {
                run.WasCalled = true;
                return run;
            }
        }

        Fail($"{Name((stored.Seq, handler))} attempt {attempt} is called without having begun.");
        return new Run();
    }

    public void Returned(SimulatedProcess process, int slot)
    {
        foreach (var run in _runs.Values)
        {
            if (run.IsLive && run.Owner == process && run.Slot == slot)
            {
                run.HasReturned = true;
            }
        }
    }

    /// <summary>The receiver says how an attempt ended.</summary>
    public void Ends(SimulatedProcess process, WorkCompletion completion)
    {
        trace.Add($"{process}: says {completion.Outcome} of {Name(completion.Item)} epoch {completion.Item.Epoch}");
        var (item, run, outcome) = (completion.Item, RunOf(completion.Item), completion.Outcome);
        if (!run.Said.Contains(completion))
        {
            run.Said.Add(completion);
            run.SaidAt = time.Elapsed;
            run.Delay = completion.DueAt - process.Due.Now;
        }

        var isRight = run.Ended switch
        {
            RunEnd.Returned => outcome is AttemptOutcome.Succeeded,
            RunEnd.FailedForGood => outcome is AttemptOutcome.Permanent,
            RunEnd.Deferred => outcome is AttemptOutcome.Deferred,
            RunEnd.Cancelled when time.Elapsed - run.BeganAt < new DispatchOptions().HandlerTimeout => outcome is AttemptOutcome.Released,
            RunEnd.Failed or RunEnd.Cancelled => outcome == (item.Attempt < MaxAttempts ? AttemptOutcome.Transient : AttemptOutcome.Exhausted),
            _ => !run.WasCalled && outcome is AttemptOutcome.Unhandled && process.Handlers.Find(item.Handler) is null,
        };
        // What has not begun is given back: the host stops, or somebody else has it by now.
        if (!isRight && !((process.IsStopping || !run.HasBegun) && outcome is AttemptOutcome.Released))
        {
            Fail($"{Name(item)} ended with {run.Ended} and became {outcome} at attempt {item.Attempt}.");
        }

        if (outcome == AttemptOutcome.Transient)
        {
            var (delay, asked) = (run.Delay, Schedule[item.Attempt - 1]);
            if (delay < asked * 0.8 || delay > asked * 1.2)
            {
                Fail($"{Name(item)} is tried again after {delay} instead of {asked}.");
            }
        }
    }

    /// <summary>The receiver was told what became of that on disk.</summary>
    public void Recorded(SimulatedProcess process, WorkCompletion completion, CompletionStatus status)
    {
        trace.Add($"{process}: {completion.Outcome} of {Name(completion.Item)} epoch {completion.Item.Epoch} is {status}");
        var (item, run, row) = (completion.Item, RunOf(completion.Item), RowOf(completion.Item));
        switch (status)
        {
            case CompletionStatus.Recorded when run.Written != completion.Outcome.Transition():
                Fail($"{Name(item)}: {completion.Outcome} in epoch {item.Epoch} is said to be on disk, where stands {row}.");
                break;
            case CompletionStatus.Stale when row is { State: WorkState.Running } && row.Epoch == item.Epoch:
                Fail($"{Name(item)}: {completion.Outcome} in epoch {item.Epoch} was dropped although it was valid.");
                break;
        }
    }

    /// <summary>A process has ended, in whatever way.</summary>
    public void ProcessEnded(SimulatedProcess process) => trace.Add($"{process}: ended");

    public void PersonAsks(long seq) => _persons[seq] = _persons.GetValueOrDefault(seq) + 1;

    public void PersonIsAnswered(long seq) => _persons[seq]--;

    // What was committed.

    public void Changed(IReadOnlyList<InboxChange> changes)
    {
        foreach (var change in changes)
        {
            if (change.IsEvent)
            {
                EventStored(change);
            }
            else
            {
                WorkChanged(change);
            }
        }
    }

    /// <summary>What may not wait any longer; when everything has been done that could be done at this time.</summary>
    public void CheckTimes()
    {
        foreach (var (key, work) in _work)
        {
            switch (work.Row.State)
            {
                case WorkState.Pending or WorkState.Scheduled when time.Elapsed - Later(work.DueElapsed, HealthySince) > Patience + time.SetBack:
                    Fail($"{Name(key)} waits since {time.Elapsed - work.DueElapsed}: {work.Row}.");
                    break;
                case WorkState.Running:
                    var owner = _runs.GetValueOrDefault((key.Seq, key.Handler, work.Row.Epoch))?.Owner;
                    if (owner is null or { HasEnded: true } && time.Elapsed - Later(work.ChangedAt, Later(owner?.EndedAt ?? TimeSpan.Zero, HealthySince)) > Patience)
                    {
                        Fail($"{Name(key)} runs in epoch {work.Row.Epoch} without an owner since {time.Elapsed - work.ChangedAt}.");
                    }

                    break;
            }
        }
    }

    private static TimeSpan Later(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private void EventStored(InboxChange change)
    {
        trace.Add($"disk: {change.EventId} is stored as {change.Seq}");
        if (!_genuine.Contains(change.EventId!))
        {
            Fail($"{change.EventId} is stored and was never sent, or forged.");
        }

        if (_newest.TryGetValue(change.EventId!, out var known) && change.ReceivedAt - known.ReceivedAt < InboxEvent.DefaultDedupeWindow.TotalMilliseconds)
        {
            Fail($"{change.EventId} is stored as {known.Seq} and as {change.Seq}.");
        }

        var stored = new Event(change.Seq, change.EventId!, change.ReceivedAt);
        if (!_events.TryAdd(change.Seq, stored))
        {
            Fail($"There are two events {change.Seq}.");
        }

        _newest[change.EventId!] = stored;
    }

    private void WorkChanged(InboxChange change)
    {
        var key = (change.Seq, change.Handler);
        trace.Add($"disk: {Name(key)} {change.Old} -> {change.New}");
        var work = _work.GetValueOrDefault(key);
        if (work?.Row != change.Old)
        {
            Fail($"{Name(key)} changed from {change.Old}, and {work?.Row} stood there.");
        }

        _open += (change.New is { State: var to } && IsOwed(to) ? 1 : 0) - (change.Old is { State: var from } && IsOwed(from) ? 1 : 0);
        switch (change)
        {
            case { New: null }:
                if (change.Old is not { State: WorkState.Parked } || !IsAskedFor(change.Seq))
                {
                    Fail($"{Name(key)} is removed: {change.Old}.");
                }

                _work.Remove(key);
                return;
            case { Old: null }:
                Born(key, change.New);
                break;
            default:
                Moved(key, change.Old, change.New);
                break;
        }

        _work[key] = new Work(change.New, DueOf(key, change), time.Elapsed);
        if (change.New is { State: WorkState.Pending or WorkState.Scheduled, DueAt: null })
        {
            Fail($"{Name(key)} waits without a due time: {change.New}.");
        }
    }

    private void Born((long Seq, int Handler) key, WorkRow row)
    {
        var isRight = row.State switch
        {
            WorkState.Running => row is { Generation: 0, Attempt: 1, Epoch: 1, Crashes: 0 },
            WorkState.Pending => row is { Attempt: 0, Crashes: 0 } && (row is { Generation: 0, Epoch: 0 } || IsAskedFor(key.Seq)),
            WorkState.Parked => row is { Generation: 0, Attempt: 0, Epoch: 0 },
            _ => false,
        };
        if (!isRight || !_events.ContainsKey(key.Seq))
        {
            Fail($"{Name(key)} begins as {row}.");
        }
    }

    private void Moved((long Seq, int Handler) key, WorkRow old, WorkRow row)
    {
        var transition = WorkTransitions.All.FirstOrDefault(transition => Explains(transition, old, row));
        if (transition is null)
        {
            Fail($"{Name(key)} went from {old} to {row}, which the table does not have.");
            return;
        }

        var run = _runs.GetValueOrDefault((key.Seq, key.Handler, old.Epoch));
        switch (transition.By)
        {
            case WorkActor.Dispatcher when time.Elapsed + Rounding + time.SetOn < _work[key].DueElapsed:
                Fail($"{Name(key)} is claimed {_work[key].DueElapsed - time.Elapsed} too early.");
                break;
            case WorkActor.Owner:
                CheckWritten(key, old, transition, run);
                break;
            case WorkActor.Recovery:
                CheckRecovered(key, old, transition, run);
                break;
            case WorkActor.Person when !IsAskedFor(key.Seq):
                Fail($"{Name(key)} was {transition.Name} and nobody asked for it.");
                break;
        }
    }

    private void CheckWritten((long Seq, int Handler) key, WorkRow old, WorkTransition transition, Run? run)
    {
        if (run is null || !run.Said.Exists(said => said.Outcome.Transition() == transition))
        {
            Fail($"{Name(key)} became {transition.To} in epoch {old.Epoch}, of which its owner did not say so.");
        }
        else if (run.Written is not null)
        {
            Fail($"{Name(key)} ended twice in epoch {old.Epoch}.");
        }
        else
        {
            run.Written = transition;
        }
    }

    private void CheckRecovered((long Seq, int Handler) key, WorkRow old, WorkTransition transition, Run? run)
    {
        var owner = run?.Owner;
        var hasLost = owner is null || owner.HasEnded || owner.HasLeft || owner.LostAt == time.Elapsed || time.Elapsed - owner.LastHeartbeat > MemoryInbox.Lease;
        if (!hasLost || (owner?.Simulation.Inbox.MaxProcesses == 1 && !_isOpening))
        {
            Fail($"{Name(key)} was taken from {owner}, which holds it in epoch {old.Epoch}.");
        }

        var wasCalled = run is { HasBegun: true, HasReturned: false } || (old.StartsAtOnce && owner is not { HasLeft: true });
        var expected = wasCalled
            ? old.Crashes + 1 < WorkTransitions.MaxCrashes ? WorkTransitions.Suspect : WorkTransitions.Condemn
            : WorkTransitions.Recover;
        // A process that was never told of it has left, or was killed.
        var mayHaveLeft = old.StartsAtOnce && owner is null && transition == WorkTransitions.Recover;
        if (transition != expected && !mayHaveLeft)
        {
            Fail($"{Name(key)} {transition.Name} instead of {expected.Name}.");
        }
    }

    private static bool Explains(WorkTransition transition, WorkRow old, WorkRow row) =>
        transition.StartsFrom(old.State) && transition.To == row.State && !row.StartsAtOnce
        && row.Epoch == (transition.IsFenced ? old.Epoch : old.Epoch + 1)
        && row.Attempt == transition.Attempt switch
        {
            AttemptNumber.Raised => old.Attempt + 1,
            AttemptNumber.Lowered => old.Attempt - 1,
            AttemptNumber.Reset => 0,
            _ => old.Attempt,
        }
        && (transition.Attempt == AttemptNumber.Reset ? row.Generation > old.Generation : row.Generation == old.Generation)
        && row.Crashes == (transition.Attempt == AttemptNumber.Reset ? 0 : old.Crashes + (transition == WorkTransitions.Suspect || transition == WorkTransitions.Condemn ? 1 : 0));

    /// <summary>When it may be claimed, by what has really passed.</summary>
    private TimeSpan DueOf((long Seq, int Handler) key, InboxChange change)
    {
        var run = change is { New.State: WorkState.Scheduled, Old: { } old } ? _runs.GetValueOrDefault((key.Seq, key.Handler, old.Epoch)) : null;
        return run?.Delay is { } delay ? run.SaidAt + delay : time.Elapsed;
    }

    private static bool IsOwed(WorkState state) => state is WorkState.Running or WorkState.Pending or WorkState.Scheduled;

    private bool IsAskedFor(long seq) => _persons.GetValueOrDefault(seq) > 0;

    private WorkRow? RowOf(WorkItem item) => _work.GetValueOrDefault((item.Event.Seq, item.Handler))?.Row;

    private Run RunOf(WorkItem item)
    {
        var key = (item.Event.Seq, item.Handler, item.Epoch);
        return _runs.TryGetValue(key, out var run) ? run : _runs[key] = new Run();
    }

    private string Name(WorkItem item) => Name((item.Event.Seq, item.Handler));

    private string Name((long Seq, int Handler) key) =>
        string.Create(CultureInfo.InvariantCulture, $"{(_events.TryGetValue(key.Seq, out var known) ? known.EventId : "?")}({key.Seq})/{key.Handler}");

    private sealed record Work(WorkRow Row, TimeSpan DueElapsed, TimeSpan ChangedAt);

    private sealed class Event(long seq, string eventId, long receivedAt)
    {
        public long Seq => seq;

        public string EventId => eventId;

        public long ReceivedAt => receivedAt;

        public string? PublicId { get; set; }

        public bool WasAnsweredAccepted { get; set; }
    }
}
