using Microsoft.Data.Sqlite;
using SQLitePCL;
using WebhookReceiver.Inbox;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox;

/// <summary>The ledger on SQLite: what is rolled back is not counted, what is cut off is, and counting does not walk through what is stored.</summary>
public sealed class SqliteLedgerTests : IDisposable
{
    private static readonly HandlerIdentity[] Handlers = [new("", "new_order", "First"), new("", "new_order", "Second")];

    private readonly TemporaryDirectory _directory = new();
    private Action _beforeCommit = static () => { };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Count_OneBadRowInABatch_LeavesItOut()
    {
        using var gate = new ManualResetEventSlim();
        await using var store = await OpenAsync("inbox.db");
        var running = await NewRunningAsync(store, "running");

        // The first command holds the writer, so that the others make one batch.
        _beforeCommit = gate.Wait;
        var appends = new List<Task<AppendStatus>> { AppendAsync(store, "first", 1) };
        appends.Add(AppendAsync(store, "good", 1));
        var ended = EndAsync(store, running);
        appends.Add(AppendAsync(store, "bad", 1, 1)); // the same handler twice breaks the key of the work
        appends.Add(AppendAsync(store, "parked"));
        gate.Set();

        Assert.Equal([AppendStatus.Committed, AppendStatus.Committed, AppendStatus.Failed, AppendStatus.Committed], await Task.WhenAll(appends));
        Assert.True(await ended);
        await AssertCountsAsync(store, (WorkState.Running, 2), (WorkState.Parked, 1), (WorkState.Succeeded, 1));
    }

    [Fact]
    public async Task Count_CommitThatFails_LeavesAllOfItOut()
    {
        await using var store = await OpenAsync("inbox.db");
        var running = await NewRunningAsync(store, "e1");
        _beforeCommit = static () => throw new SqliteException("There is no room.", raw.SQLITE_FULL);

        Assert.Equal(AppendStatus.Failed, await AppendAsync(store, "e2", 1, 2));
        Assert.False(await EndAsync(store, running));
        _beforeCommit = static () => { };

        await AssertCountsAsync(store, (WorkState.Running, 1));
        Assert.True(await EndAsync(store, running));
        await AssertCountsAsync(store, (WorkState.Succeeded, 1));
    }

    [Fact]
    public async Task Count_CrashBeforeAnyCommit_MissesNothing()
    {
        // What lies on disk when a transaction is about to commit is what a crash would leave.
        var copies = 0;
        await using (var store = await OpenAsync("inbox.db"))
        {
            _beforeCommit = () => Copy("inbox.db", $"copy{copies++}.db");
            var first = await NewRunningAsync(store, "e1");
            await AppendAsync(store, "e2", 1, 2);
            await AppendAsync(store, "e3");
            await EndAsync(store, first);
            await store.ReplayAsync(3, [1, 2], "handlers were added", TestEvents.Start);
            var claimed = await store.ClaimAsync(1, TestEvents.Start);
            await EndAsync(store, claimed[0]);
            await store.CancelAsync(3, "enough", TestEvents.Start);
            await store.ReplayAsync(3, [1], "not enough", TestEvents.Start);
            await store.ReplayAsync(1, [1, 2], "again", TestEvents.Start);
            _beforeCommit = static () => { };
        }

        Assert.True(copies >= 10);
        for (var i = 0; i < copies; i++)
        {
            await using var store = await OpenAsync($"copy{i}.db");
            var counts = await store.Reader.CountAsync(TestContext.Current.CancellationToken);
            Assert.Equal((i, 0), (i, counts.Unaccounted));
            Assert.Equal(Math.Min(i, 3), counts.ByState.Values.Sum());
        }
    }

    [Fact]
    public async Task Count_WorkThatRunsForLong_IsCountedThoughTheMarkHasMovedOn()
    {
        await using (var store = await OpenAsync("inbox.db"))
        {
            var slow = await NewRunningAsync(store, "slow");
            await AppendAsync(store, "scheduled", 1, 2);
            await AppendManyAsync(store, 20_000);

            Assert.True(RunningFrom("inbox.db") > 10_000);
            await AssertCountsAsync(store, (WorkState.Running, 2 + 20_000));
            Assert.True(await EndAsync(store, slow));
            await AssertCountsAsync(store, (WorkState.Running, 1 + 20_000), (WorkState.Succeeded, 1));
        }

        // The same after a crash: all of it is found again.
        await using var reopened = NewStore("inbox.db");
        Assert.Equal(2 + 20_000, (await reopened.OpenAsync(TestContext.Current.CancellationToken)).Count);
        await AssertCountsAsync(reopened, (WorkState.Pending, 1 + 20_000), (WorkState.Succeeded, 1));
    }

    [Fact]
    public async Task Count_OldEventThatRunsAgain_IsCountedAndTheMarkStays()
    {
        await using (var store = await OpenAsync("inbox.db"))
        {
            await EndAsync(store, await NewRunningAsync(store, "e1"));
            await EndAsync(store, await NewRunningAsync(store, "e2"));
        }

        await using (var store = await OpenAsync("inbox.db"))
        {
            var mark = RunningFrom("inbox.db");
            await store.ReplayAsync(1, [1], "again", TestEvents.Start);
            Assert.Single(await store.ClaimAsync(10, TestEvents.Start));

            Assert.Equal((3, 3), (mark, RunningFrom("inbox.db")));
            await AssertCountsAsync(store, (WorkState.Running, 1), (WorkState.Succeeded, 1));
            Assert.Null(Assert.Single((await store.Reader.FindAsync(1, await TokenAsync(store), TestContext.Current.CancellationToken))!.Work).DueAt);
        }

        await using var reopened = NewStore("inbox.db");
        Assert.Equal(1, (await reopened.OpenAsync(TestContext.Current.CancellationToken)).Count);
        await AssertCountsAsync(reopened, (WorkState.Pending, 1), (WorkState.Succeeded, 1));

        static async Task<long> TokenAsync(SqliteInboxStore store) =>
            PublicId.TryParse((await store.Reader.ListAsync(new EventFilter(null, null, null, 1, 2), TestContext.Current.CancellationToken))[0].Id, out _, out var token) ? token : 0;
    }

    [Fact]
    public async Task Count_HoweverMuchIsStored_NeitherWalksThroughTheWorkNorReadsEvents()
    {
        await using (await OpenAsync("inbox.db"))
        {
        }

        var plan = new List<string>();
        using (var connection = DatabaseFile.Connect(_directory.File("inbox.db")))
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "EXPLAIN QUERY PLAN " + SqliteInboxReader.OpenEventsQuery;
            using var row = command.ExecuteReader();
            while (row.Read())
            {
                plan.Add(row.GetString(3));
            }
        }

        Assert.Equal(3, plan.Count(static step => step.StartsWith("SEARCH work USING ", StringComparison.Ordinal)));
        Assert.DoesNotContain(plan, static step => step.StartsWith("SCAN work", StringComparison.Ordinal) || step.Contains(" event", StringComparison.Ordinal));
    }

    private async Task<SqliteInboxStore> OpenAsync(string name)
    {
        var store = NewStore(name);
        await store.OpenAsync(TestContext.Current.CancellationToken);
        return store;
    }

    private SqliteInboxStore NewStore(string name) =>
        new(new SqliteInboxOptions { Path = _directory.File(name), Handlers = Handlers, BeforeCommit = () => _beforeCommit() });

    private static async Task<AppendStatus> AppendAsync(SqliteInboxStore store, string id, params int[] handlers) =>
        await store.AppendAsync(TestEvents.Delivery(TestEvents.New(id), true, handlers));

    /// <summary>In several transactions, as the mark moves on between them.</summary>
    private static async Task AppendManyAsync(SqliteInboxStore store, int count)
    {
        for (var from = 0; from < count; from += 1000)
        {
            var events = Enumerable.Range(from, 1000).Select(static i => TestEvents.New($"many-{i}")).ToArray();
            Assert.Equal(AppendStatus.Committed, await store.AppendAsync(new InboxDelivery(events, [.. events.Select(static _ => new[] { 1 })], BornRunning: true)));
        }
    }

    private static async Task<WorkItem> NewRunningAsync(SqliteInboxStore store, string id)
    {
        var stored = TestEvents.New(id);
        Assert.Equal(AppendStatus.Committed, await store.AppendAsync(TestEvents.Delivery(stored, true, 1)));
        return new WorkItem(stored, Handler: 1, Generation: 0, Attempt: 1, Epoch: 1);
    }

    private static async Task<bool> EndAsync(SqliteInboxStore store, WorkItem item)
    {
        var recorded = new TaskCompletionSource<CompletionStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Complete(new WorkCompletion(item, AttemptOutcome.Succeeded, TestEvents.Start, TestEvents.Start), (_, status) => recorded.SetResult(status));
        return await recorded.Task == CompletionStatus.Recorded;
    }

    private static async Task AssertCountsAsync(SqliteInboxStore store, params (WorkState State, long Count)[] expected)
    {
        var counts = await store.Reader.CountAsync(TestContext.Current.CancellationToken);
        Assert.Equal(expected, counts.ByState.Where(static pair => pair.Value != 0).Select(static pair => (pair.Key, pair.Value)).Order());
        Assert.Equal(0, counts.Unaccounted);
    }

    private void Copy(string name, string copy)
    {
        foreach (var suffix in new[] { "", "-wal" })
        {
            File.Copy(_directory.File(name + suffix), _directory.File(copy + suffix));
        }
    }

    private long RunningFrom(string name) => (long)DatabaseFile.Read(_directory.File(name), "SELECT value FROM meta WHERE key = 'running_from'");
}
