using Microsoft.Extensions.Time.Testing;
using SQLitePCL;
using WebhookReceiver.Inbox;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox;

/// <summary>Retention on SQLite: the statements themselves, the pages they give back, and who goes first.</summary>
public sealed class SqliteRetentionTests : IDisposable
{
    private static readonly DateTimeOffset Later = TestEvents.Start.AddDays(1);

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _clock = new(TestEvents.Start);
    private Action _beforeCommit = static () => { };

    private string Database => _directory.File("inbox.db");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("running")]
    [InlineData("pending")]
    [InlineData("scheduled")]
    [InlineData("dead")]
    [InlineData("parked")]
    [InlineData(null)] // its work is gone: nobody knows what it was
    public async Task Remove_EventThatIsNotDone_IsRefusedByTheStatementItself(string? state)
    {
        await using (var store = await OpenAsync())
        {
            await NewSucceededAsync(store, "e1");
            await NewSucceededAsync(store, "newest");
        }

        DatabaseFile.Execute(Database, state is not null ? $"UPDATE work SET state = {Array.IndexOf(WorkStates.Names, state)} WHERE seq = 1" : "DELETE FROM work WHERE seq = 1");
        using (var connection = DatabaseFile.Connect(Database))
        using (var ledger = new SqliteLedger(connection.Handle!))
        using (var purge = new SqlitePurge(connection.Handle!, ledger))
        {
            Assert.False(purge.RemoveBody(1, Later, Later));
            Assert.False(purge.RemoveEvent(1, Later));
        }

        Assert.Equal(1L, DatabaseFile.Read(Database, "SELECT COUNT(*) FROM event WHERE seq = 1 AND purged_at IS NULL AND length(body) > 0"));
    }

    [Fact]
    public async Task Purge_Bodies_GivesTheirPagesToNewEvents()
    {
        const int Count = 2_000;
        await using var store = await OpenAsync();
        await NewManySucceededAsync(store, "old", Count);
        var before = Pages();

        while ((await store.PurgeAsync(Limits(bodies: Later))).Status != PurgeStatus.Done)
        {
        }

        Assert.True(FreePages() > before / 2, $"{FreePages()} of {before} pages are free.");
        await NewManySucceededAsync(store, "new", Count / 2);
        Assert.Equal(before, Pages());
    }

    [Fact]
    public async Task Purge_AllEvents_KeepsTheNewestFromWhichTheNextNumberIsMade()
    {
        await using (var store = await OpenAsync())
        {
            await NewSucceededAsync(store, "e1");
            await NewSucceededAsync(store, "e2");
            while ((await store.PurgeAsync(Limits(Later, Later))).Status != PurgeStatus.Done)
            {
            }
        }

        Assert.Equal(2L, DatabaseFile.Read(Database, "SELECT group_concat(seq) + 0 FROM event"));
        File.Delete(Database + ".last"); // as in a copy
        await using var reopened = await OpenAsync();
        var next = TestEvents.New("e3");
        await reopened.AppendAsync(TestEvents.Delivery(next, true, 1));
        Assert.Equal(3, next.Seq);
    }

    [Fact]
    public async Task Purge_NothingIsPastItsTime_WritesNothing()
    {
        await using var store = await OpenAsync();
        await NewSucceededAsync(store, "e1");
        var commits = 0;
        _beforeCommit = () => commits++;

        while ((await store.PurgeAsync(Limits(bodies: TestEvents.Start))).Status != PurgeStatus.Done)
        {
        }

        Assert.Equal(0, commits);
    }

    [Fact]
    public async Task Purge_ManyDeliveriesWait_LetsThemGoFirst()
    {
        await using var store = await OpenAsync();
        await NewSucceededAsync(store, "e1");
        using var gate = new ManualResetEventSlim();
        _beforeCommit = gate.Wait;
        var appends = Enumerable.Range(0, 200).Select(i => store.AppendAsync(TestEvents.Delivery(TestEvents.New($"waits{i}"), true, 1)).AsTask()).ToArray();

        Assert.Equal(PurgeStatus.Busy, (await store.PurgeAsync(Limits(bodies: Later))).Status);

        gate.Set();
        await Task.WhenAll(appends);
    }

    [Fact]
    public async Task Purge_AuditPastItsTime_IsForgottenAndTheNewerIsNot()
    {
        await using var store = await OpenAsync();
        await NewSucceededAsync(store, "e1");
        await store.ReplayAsync(1, [1], "first", TestEvents.Start);
        await store.CancelAsync(1, "second", Later);

        while ((await store.PurgeAsync(Limits(audit: Later))).Status != PurgeStatus.Done)
        {
        }

        Assert.Equal("second", DatabaseFile.Read(Database, "SELECT group_concat(reason) FROM audit"));
    }

    [Fact]
    public async Task Purge_TransactionFails_LosesNothing()
    {
        await using var store = await OpenAsync();
        await NewSucceededAsync(store, "e1");
        await NewSucceededAsync(store, "e2");
        var full = true;
        _beforeCommit = () =>
        {
            if (full)
            {
                throw new Microsoft.Data.Sqlite.SqliteException("There is no room.", raw.SQLITE_FULL);
            }
        };

        await Assert.ThrowsAsync<Microsoft.Data.Sqlite.SqliteException>(async () => await store.PurgeAsync(Limits(Later, Later)));
        full = false;

        var events = 0;
        for (var status = PurgeStatus.More; status != PurgeStatus.Done;)
        {
            var slice = await store.PurgeAsync(Limits(Later, Later));
            (status, events) = (slice.Status, events + slice.Events);
        }

        var counts = await store.Reader.CountAsync(TestContext.Current.CancellationToken);
        Assert.Equal((1, 1, 1, 0), (events, counts.Purged, counts.ByState[WorkState.Succeeded], counts.Unaccounted));
    }

    [Fact]
    public async Task Open_Version3_CanBePurged()
    {
        InboxOfVersion3.Create(Database);
        await using var store = await OpenAsync();

        var (bodies, events) = (0, 0);
        for (var status = PurgeStatus.More; status != PurgeStatus.Done;)
        {
            var slice = await store.PurgeAsync(Limits(TestEvents.Start.AddYears(1), TestEvents.Start.AddYears(1)));
            (status, bodies, events) = (slice.Status, bodies + slice.Bodies, events + slice.Events);
        }

        // Event 1 has succeeded, and 7 and 11 were cancelled, one of them before any attempt; whatever else there is has open work or none.
        Assert.Equal((0, 3), (bodies, events));
        var counts = await store.Reader.CountAsync(TestContext.Current.CancellationToken);
        Assert.Equal((3, 1, 0, 0), (counts.Purged, counts.Unaccounted, counts.ByState[WorkState.Succeeded], counts.ByState[WorkState.Cancelled]));
    }

    private static RetentionLimits Limits(DateTimeOffset? bodies = null, DateTimeOffset? events = null, DateTimeOffset? audit = null) =>
        new(bodies ?? DateTimeOffset.UnixEpoch, events ?? DateTimeOffset.UnixEpoch, audit ?? DateTimeOffset.UnixEpoch);

    private long Pages() => (long)DatabaseFile.Read(Database, "PRAGMA page_count");

    private long FreePages() => (long)DatabaseFile.Read(Database, "PRAGMA freelist_count");

    private async Task<SqliteInboxStore> OpenAsync()
    {
        var store = new SqliteInboxStore(new SqliteInboxOptions
        {
            Path = Database,
            Handlers = [new("", "new_order", "First")],
            Clock = _clock,
            BeforeCommit = () => _beforeCommit(),
        });
        await store.OpenAsync(TestContext.Current.CancellationToken);
        return store;
    }

    private static Task NewSucceededAsync(SqliteInboxStore store, string id) => EndAsync(store, [TestEvents.New(id)]);

    private static Task NewManySucceededAsync(SqliteInboxStore store, string id, int count) =>
        EndAsync(store, [.. Enumerable.Range(0, count).Select(i => TestEvents.New($"{id}{i}", body: new string('x', 1024)))]);

    private static async Task EndAsync(SqliteInboxStore store, InboxEvent[] events)
    {
        await store.AppendAsync(new InboxDelivery(events, [.. events.Select(static _ => new[] { 1 })], BornRunning: true));
        await Task.WhenAll(events.Select(stored =>
        {
            var recorded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            store.Complete(
                new WorkCompletion(new WorkItem(stored, 1, 0, 1, 1), AttemptOutcome.Succeeded, TestEvents.Start, TestEvents.Start), (_, _) => recorded.SetResult());
            return recorded.Task;
        }));
    }
}
