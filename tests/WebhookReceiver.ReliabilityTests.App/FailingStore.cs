using Microsoft.Extensions.DependencyInjection;
using WebhookReceiver.Inbox;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.PostgreSql;

namespace WebhookReceiver.ReliabilityTests.App;

/// <summary>The product's own store, with its settings, between failpoints.</summary>
internal sealed class FailingStore(IInboxStore store, Failpoint failpoint) : IInboxStore
{
    public event Action? OwnershipLost
    {
        add => store.OwnershipLost += value;
        remove => store.OwnershipLost -= value;
    }

    public string Location => store.Location;

    public bool HasFailed => store.HasFailed;

    public bool IsOwner => store.IsOwner;

    public InboxSpace? Space => store.Space;

    public IInboxReader Reader => store.Reader;

    /// <summary>Puts it in the place of the product's.</summary>
    public static void Add(IServiceCollection services, Failpoint failpoint)
    {
        var original = services.Single(static service => service.ServiceType == typeof(IInboxStore)).ImplementationFactory!;
        services.AddSingleton<IInboxStore>(provider =>
        {
            var store = (IInboxStore)original(provider);
            return new FailingStore(store is PostgreSqlInboxStore postgres ? new PostgreSqlInboxStore(postgres.Options with { BeforeCommit = BeforeCommitAsync })
                : new SqliteInboxStore(((SqliteInboxStore)store).Options with { BeforeCommit = BeforeCommit }), failpoint);
        });

        void BeforeCommit() => failpoint.Reach(FailpointName.BeforeCommit);

        Task BeforeCommitAsync()
        {
            BeforeCommit();
            return Task.CompletedTask;
        }
    }

    public Task<RecoveredWork> OpenAsync(CancellationToken cancellationToken) => store.OpenAsync(cancellationToken);

    public int NumberOf(HandlerIdentity handler) => store.NumberOf(handler);

    public async ValueTask<AppendStatus> AppendAsync(InboxDelivery delivery)
    {
        failpoint.Reach(FailpointName.BeforeBegin);
        var status = await store.AppendAsync(delivery).ConfigureAwait(false);
        failpoint.Reach(FailpointName.BeforeAnswer);
        return status;
    }

    public ValueTask<bool> StartAsync(WorkItem item, int slot, DateTimeOffset now) => store.StartAsync(item, slot, now);

    public void Return(int slot) => store.Return(slot);

    public void Complete(WorkCompletion completion, Action<WorkCompletion, CompletionStatus> recorded)
    {
        failpoint.Reach(FailpointName.BeforeComplete);
        store.Complete(completion, recorded);
    }

    public async ValueTask<IReadOnlyList<WorkItem>> ClaimAsync(int limit, DateTimeOffset now)
    {
        var items = await store.ClaimAsync(limit, now).ConfigureAwait(false);
        foreach (var _ in items)
        {
            failpoint.Reach(FailpointName.AfterClaim);
        }

        return items;
    }

    public ValueTask<ChangeStatus> ReplayAsync(long seq, IReadOnlyList<int> handlers, string reason, DateTimeOffset now) => store.ReplayAsync(seq, handlers, reason, now);

    public ValueTask AuditAsync(long seq, string action, string reason, DateTimeOffset now) => store.AuditAsync(seq, action, reason, now);

    public ValueTask<ChangeStatus> CancelAsync(long seq, string reason, DateTimeOffset now) => store.CancelAsync(seq, reason, now);

    public ValueTask<PurgeSlice> PurgeAsync(RetentionLimits limits) => store.PurgeAsync(limits);

    public ValueTask ProbeAsync() => store.ProbeAsync();

    public ValueTask PingAsync() => store.PingAsync();

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
