using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Inbox;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.PostgreSql.Tests.Support;

/// <summary>A store that stands for one process, with a clock of its own and all that it reports.</summary>
internal sealed class StoreUnderTest : IAsyncDisposable
{
    private static readonly HandlerIdentity[] DefaultHandlers = [new("", "new_order", "First"), new("", "new_order", "Second")];

    private StoreUnderTest(PostgreSqlInboxOptions options, FakeTimeProvider clock)
    {
        Clock = clock;
        Store = new PostgreSqlInboxStore(options with { Clock = clock, OnFailed = Failures.Enqueue, OnTakenOver = TakenOver.Enqueue, OnTurnFailed = TurnFailures.Enqueue });
        Store.OwnershipLost += () => Losses++;
    }

    public PostgreSqlInboxStore Store { get; }

    public FakeTimeProvider Clock { get; }

    public ConcurrentQueue<Exception> Failures { get; } = new();

    public ConcurrentQueue<Exception> TurnFailures { get; } = new();

    public ConcurrentQueue<RecoveredWork> TakenOver { get; } = new();

    public volatile int Losses;

    /// <summary>The number of the first handler.</summary>
    public int First { get; private set; }

    public static async Task<StoreUnderTest> OpenAsync(string connectionString, IReadOnlyList<HandlerIdentity>? handlers = null, Func<Task>? beforeCommit = null)
    {
        var options = new PostgreSqlInboxOptions { ConnectionString = connectionString, Handlers = handlers ?? DefaultHandlers, BeforeCommit = beforeCommit };
        var store = new StoreUnderTest(options, new FakeTimeProvider(TestEvents.Start));
        await store.Store.OpenAsync(TestContext.Current.CancellationToken);
        store.First = store.Store.NumberOf(options.Handlers[0]);
        return store;
    }

    /// <summary>Stores an event, running or pending.</summary>
    public async Task<InboxEvent> AppendAsync(string id, bool bornRunning = true, bool startsAtOnce = false)
    {
        var stored = TestEvents.New(id);
        Assert.Equal(AppendStatus.Committed, await Store.AppendAsync(TestEvents.Delivery(stored, bornRunning, First) with { StartsAtOnce = startsAtOnce }));
        return stored;
    }

    public WorkItem Claim(InboxEvent stored) => new(stored, First, Generation: 0, Attempt: 1, Epoch: 1);

    public async Task<CompletionStatus> EndAsync(WorkItem item, AttemptOutcome outcome = AttemptOutcome.Succeeded, string? error = null)
    {
        var recorded = new TaskCompletionSource<CompletionStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        Store.Complete(new WorkCompletion(item, outcome, TestEvents.Start, TestEvents.Start, TestEvents.Start, error), (_, status) => recorded.SetResult(status));
        return await recorded.Task;
    }

    public async Task<IReadOnlyList<WorkItem>> ClaimAsync() => await Store.ClaimAsync(100, TestEvents.Start.AddYears(1));

    public async Task<EventDetail> FindAsync(InboxEvent stored) => (await Store.Reader.FindAsync(stored.Seq, stored.Token, TestContext.Current.CancellationToken))!;

    /// <summary>Lets turns come until something is so.</summary>
    public Task TurnUntilAsync(string what, Func<Task<bool>> isSo) => Until.TrueAsync(what, () =>
    {
        Clock.Advance(TimeSpan.FromSeconds(1));
        return isSo();
    });

    public async ValueTask DisposeAsync() => await Store.DisposeAsync();
}
