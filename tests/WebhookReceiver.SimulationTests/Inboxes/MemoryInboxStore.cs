using WebhookReceiver.Inbox;
using WebhookReceiver.SimulationTests.World;

namespace WebhookReceiver.SimulationTests.Inboxes;

/// <summary>One process's way to the <see cref="MemoryInbox"/>: gathers, commits in one piece, and tells who waits; as the real ones do.</summary>
internal sealed class MemoryInboxStore(MemoryInbox inbox, SimulatedProcess process) : IInboxStore
{
    private readonly List<Command> _gathered = [];
    private readonly List<ITimer> _timers = [];
    private Action? _join;
    private bool _isClosed;

    /// <summary>Nobody is told: what a process that was held up still does is what is simulated.</summary>
    public event Action? OwnershipLost
    {
        add { }
        remove { }
    }

    public string Location => "memory";

    public bool HasFailed { get; private set; }

    public bool IsOwner => !inbox.IsShared || inbox.Time.Elapsed - process.LastHeartbeat < MemoryInbox.ClaimWithin;

    public InboxSpace? Space => null;

    public IInboxReader Reader => throw new NotSupportedException();

    public Task<RecoveredWork> OpenAsync(CancellationToken cancellationToken)
    {
        inbox.Open(process);
        inbox.Commit();
        _join = process.Threads.Start(TryTurn);
        if (inbox.IsShared)
        {
            Repeat(MemoryInbox.Heartbeat, () => process.LastHeartbeat = inbox.Time.Elapsed);
            Repeat(MemoryInbox.Sweep, inbox.SweepExpired);
        }

        return Task.FromResult(RecoveredWork.None);
    }

    public int NumberOf(HandlerIdentity handler) => inbox.NumberOf(handler);

    public ValueTask<AppendStatus> AppendAsync(InboxDelivery delivery)
    {
        if (HasFailed || _isClosed)
        {
            return new(AppendStatus.Failed);
        }

        var answer = new TaskCompletionSource<AppendStatus>();
        Gather(new Command(
            () => inbox.Append(delivery, process, inbox.Time.Wall.ToUnixTimeMilliseconds()),
            () => answer.TrySetResult(AppendStatus.Committed),
            _ => answer.TrySetResult(AppendStatus.Failed),
            inbox.Broken == BrokenGuard.AnsweredBeforeTheCommit));
        return new(answer.Task);
    }

    public ValueTask<bool> StartAsync(WorkItem item, int slot, DateTimeOffset now) => new(inbox.Start(process, slot, item));

    public void Return(int slot) => inbox.Return(process, slot);

    public void Complete(WorkCompletion completion, Action<WorkCompletion, CompletionStatus> recorded)
    {
        if (_isClosed)
        {
            recorded(completion, CompletionStatus.Failed);
            return;
        }

        if (inbox.Broken == BrokenGuard.EndToldBeforeTheCommit)
        {
            recorded(completion, CompletionStatus.Recorded);
            Gather(new Command(() => inbox.Complete(completion), static () => { }, static _ => { }));
            return;
        }

        var changed = false;
        Gather(new Command(
            () => changed = inbox.Complete(completion),
            () => recorded(completion, changed ? CompletionStatus.Recorded : CompletionStatus.Stale),
            _ => recorded(completion, CompletionStatus.Failed))
        {
            IsUrgent = false,
        });
    }

    public ValueTask<IReadOnlyList<WorkItem>> ClaimAsync(int limit, DateTimeOffset now) =>
        ChangeAsync(() => IsOwner ? inbox.Claim(process, limit, now) : []);

    public ValueTask<ChangeStatus> ReplayAsync(long seq, IReadOnlyList<int> handlers, string reason, DateTimeOffset now) =>
        ChangeAsync(() => inbox.Replay(seq, handlers, now));

    public ValueTask AuditAsync(long seq, string action, string reason, DateTimeOffset now) => ValueTask.CompletedTask;

    public ValueTask<ChangeStatus> CancelAsync(long seq, string reason, DateTimeOffset now) => ChangeAsync(() => inbox.Cancel(seq));

    public ValueTask<PurgeSlice> PurgeAsync(RetentionLimits limits) => throw new NotSupportedException();

    public ValueTask PingAsync() => ValueTask.CompletedTask;

    public async ValueTask ProbeAsync() => await ChangeAsync(static () => true);

    public ValueTask DisposeAsync()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            _join?.Invoke();
            _timers.ForEach(static timer => timer.Dispose());
            process.HasLeft = true;
        }

        return ValueTask.CompletedTask;
    }

    private void Repeat(TimeSpan period, Action action) => _timers.Add(process.Clock.CreateTimer(
        _ => Gather(new Command(action, static () => { }, static _ => { })), null, period, period));

    private ValueTask<T> ChangeAsync<T>(Func<T> change)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        var result = default(T);
        var answer = new TaskCompletionSource<T>();
        Gather(new Command(() => result = change(), () => answer.TrySetResult(result!), error => answer.TrySetException(error)));
        return new(answer.Task);
    }

    private void Gather(Command command)
    {
        _gathered.Add(command);
        process.Threads.MayTurn = true;
    }

    private bool TryTurn()
    {
        if (_gathered.Count == 0)
        {
            return false;
        }

        Command[] batch = [.. _gathered];
        _gathered.Clear();
        if (HasFailed)
        {
            Fail(batch, new IOException("The store has failed."));
            return true;
        }

        try
        {
            foreach (var command in batch)
            {
                command.Execute();
                if (command.IsToldEarly)
                {
                    command.Succeed();
                }
            }

            process.BeforeCommit();
            inbox.Commit();
        }
        catch (SimulatedCrash)
        {
            inbox.Rollback();
            throw;
        }
        catch (SimulatedDiskException error)
        {
            inbox.Rollback();
            HasFailed = error.IsForGood;
            Fail(batch, error);
            if (error.IsForGood)
            {
                process.StorageFailed();
            }

            return true;
        }

        foreach (var command in batch)
        {
            if (command.IsUrgent)
            {
                process.Threads.Run(static told => told.Succeed(), command);
            }
        }

        foreach (var command in batch)
        {
            if (!command.IsUrgent)
            {
                command.Succeed();
            }
        }

        return true;
    }

    private void Fail(Command[] batch, Exception error)
    {
        foreach (var command in batch)
        {
            process.Threads.Run(static failed => failed.command.Fail(failed.error), (command, error));
        }
    }

    private sealed record Command(Action Execute, Action Succeed, Action<Exception> Fail, bool IsToldEarly = false)
    {
        public bool IsUrgent { get; init; } = true;
    }
}
