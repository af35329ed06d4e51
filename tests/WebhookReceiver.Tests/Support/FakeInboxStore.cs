using WebhookReceiver.Inbox;

namespace WebhookReceiver.Tests.Support;

/// <summary>A store that a test makes fail. It keeps nothing.</summary>
internal sealed class FakeInboxStore : IInboxStore
{
    /// <summary>What becomes of the next appends: <see langword="null"/> to commit them.</summary>
    public Func<AppendStatus>? OnAppend { get; set; }

    /// <summary>Whether a claim is still good when its handler is about to be called.</summary>
    public Func<bool> OnStart { get; set; } = static () => true;

    /// <summary>What becomes of a probe.</summary>
    public Func<Task> OnProbe { get; set; } = static () => Task.CompletedTask;

    /// <summary>What becomes of a ping.</summary>
    public Func<Task> OnPing { get; set; } = static () => Task.CompletedTask;

    /// <summary>What is read of it.</summary>
    public Func<IInboxReader> OnRead { get; set; } = static () => throw new NotSupportedException();

    /// <summary>What a purge does.</summary>
    public Func<RetentionLimits, PurgeSlice> OnPurge { get; set; } = static _ => new PurgeSlice(PurgeStatus.Done);

    /// <summary>How many deliveries came.</summary>
    public int Appends { get; private set; }

    /// <summary>How often it was shown that a commit is possible.</summary>
    public int Probes { get; private set; }

    public event Action? OwnershipLost;

    public string Location => "nowhere";

    public bool HasFailed { get; set; }

    public bool IsOwner { get; private set; } = true;

    public InboxSpace? Space { get; set; }

    public IInboxReader Reader => OnRead();

    public Task<RecoveredWork> OpenAsync(CancellationToken cancellationToken) => Task.FromResult(RecoveredWork.None);

    /// <summary>As when the store has not been reached for a while.</summary>
    public void LoseOwnership()
    {
        IsOwner = false;
        OwnershipLost?.Invoke();
    }

    public int NumberOf(HandlerIdentity handler) => 1;

    public ValueTask<AppendStatus> AppendAsync(InboxDelivery delivery)
    {
        Appends++;
        return ValueTask.FromResult(OnAppend?.Invoke() ?? AppendStatus.Committed);
    }

    public ValueTask<bool> StartAsync(WorkItem item, int slot, DateTimeOffset now) => new(OnStart());

    public void Return(int slot)
    {
    }

    public void Complete(WorkCompletion completion, Action<WorkCompletion, CompletionStatus> recorded) => recorded(completion, CompletionStatus.Recorded);

    public ValueTask<IReadOnlyList<WorkItem>> ClaimAsync(int limit, DateTimeOffset now) => ValueTask.FromResult<IReadOnlyList<WorkItem>>([]);

    public ValueTask<ChangeStatus> ReplayAsync(long seq, IReadOnlyList<int> handlers, string reason, DateTimeOffset now) => throw new NotSupportedException();

    public ValueTask AuditAsync(long seq, string action, string reason, DateTimeOffset now) => throw new NotSupportedException();

    public ValueTask<ChangeStatus> CancelAsync(long seq, string reason, DateTimeOffset now) => throw new NotSupportedException();

    public ValueTask<PurgeSlice> PurgeAsync(RetentionLimits limits) => ValueTask.FromResult(OnPurge(limits));

    public async ValueTask ProbeAsync()
    {
        Probes++;
        await OnProbe();
    }

    public async ValueTask PingAsync() => await OnPing();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
