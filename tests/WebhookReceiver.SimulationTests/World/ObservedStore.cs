using WebhookReceiver.Inbox;

namespace WebhookReceiver.SimulationTests.World;

/// <summary>Stands before a process's store, tells the model what the receiver asks of it and what it is told, and lets a process that has ended ask nothing.</summary>
internal sealed class ObservedStore(IInboxStore inner, SimulatedProcess process, ReferenceModel model) : IInboxStore
{
    public IInboxStore Inner => inner;

    public event Action? OwnershipLost
    {
        add => inner.OwnershipLost += value;
        remove => inner.OwnershipLost -= value;
    }

    public string Location => inner.Location;

    public bool HasFailed => inner.HasFailed;

    public bool IsOwner => inner.IsOwner;

    public InboxSpace? Space => inner.Space;

    public IInboxReader Reader => inner.Reader;

    public Task<RecoveredWork> OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

    public int NumberOf(HandlerIdentity handler) => inner.NumberOf(handler);

    public async ValueTask<AppendStatus> AppendAsync(InboxDelivery delivery)
    {
        Enter();
        var status = await inner.AppendAsync(delivery);
        for (var i = 0; i < delivery.Events.Length && status == AppendStatus.Committed; i++)
        {
            if (delivery.BornRunning && !delivery.Events[i].IsDuplicate)
            {
                foreach (var handler in delivery.Handlers[i])
                {
                    model.Holds(process, new WorkItem(delivery.Events[i], handler, Generation: 0, Attempt: 1, Epoch: 1));
                }
            }
        }

        return status;
    }

    public async ValueTask<bool> StartAsync(WorkItem item, int slot, DateTimeOffset now)
    {
        Enter();
        var isMine = await inner.StartAsync(item, slot, now);
        if (isMine)
        {
            model.Began(process, item, slot);
        }

        return isMine;
    }

    public void Return(int slot)
    {
        if (!process.HasEnded)
        {
            model.Returned(process, slot);
            inner.Return(slot);
        }
    }

    public void Complete(WorkCompletion completion, Action<WorkCompletion, CompletionStatus> recorded)
    {
        if (process.HasEnded)
        {
            return;
        }

        Enter();
        model.Ends(process, completion);
        inner.Complete(completion, (ended, status) =>
        {
            if (!process.HasEnded)
            {
                process.Simulation.ReadChanges();
                model.Recorded(process, ended, status);
                recorded(ended, status);
            }
        });
    }

    public async ValueTask<IReadOnlyList<WorkItem>> ClaimAsync(int limit, DateTimeOffset now)
    {
        Enter();
        var items = await inner.ClaimAsync(limit, now);
        foreach (var item in items)
        {
            model.Holds(process, item);
        }

        return items;
    }

    public ValueTask<ChangeStatus> ReplayAsync(long seq, IReadOnlyList<int> handlers, string reason, DateTimeOffset now)
    {
        Enter();
        return inner.ReplayAsync(seq, handlers, reason, now);
    }

    public ValueTask AuditAsync(long seq, string action, string reason, DateTimeOffset now) => inner.AuditAsync(seq, action, reason, now);

    public ValueTask<ChangeStatus> CancelAsync(long seq, string reason, DateTimeOffset now)
    {
        Enter();
        return inner.CancelAsync(seq, reason, now);
    }

    public ValueTask<PurgeSlice> PurgeAsync(RetentionLimits limits) => inner.PurgeAsync(limits);

    public ValueTask PingAsync() => inner.PingAsync();

    public ValueTask ProbeAsync()
    {
        Enter();
        return inner.ProbeAsync();
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void Enter()
    {
        process.Simulation.Thread.Check();
        process.Threads.MayTurn = true;
    }
}
