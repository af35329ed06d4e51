using Microsoft.Data.Sqlite;
using SQLitePCL;
using WebhookReceiver.Inbox;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox;

/// <summary>The contract on SQLite, and what is SQLite's own.</summary>
public sealed class SqliteInboxStoreTests : InboxStoreContract
{
    private readonly TemporaryDirectory _directory = new();
    private Exception? _failure;
    private volatile int _failNextCommitWith;

    private string Database => _directory.File("inbox.db");

    private protected override async Task<IInboxStore> OpenAsync(IReadOnlyList<HandlerIdentity> handlers)
    {
        var store = new SqliteInboxStore(Options(handlers));
        await store.OpenAsync(TestContext.Current.CancellationToken);
        return store;
    }

    private protected override Task<string> ReadAuditAsync() =>
        Task.FromResult((string)DatabaseFile.Read(Database, "SELECT group_concat(action || ': ' || reason, ', ' ORDER BY id) FROM audit"));

    private protected override void DeleteBehindTheProductsBack(InboxEvent stored, bool withEvent)
    {
        DatabaseFile.Execute(Database, $"DELETE FROM work WHERE seq = {stored.Seq}");
        if (withEvent)
        {
            DatabaseFile.Execute(Database, $"DELETE FROM event WHERE seq = {stored.Seq}");
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Open_ByTwoStores_RefusesTheSecondClearly()
    {
        var second = new SqliteInboxStore(Options([]));

        var error = await Assert.ThrowsAsync<InboxException>(() => second.OpenAsync(TestContext.Current.CancellationToken));

        Assert.Contains("in use by another process", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_FileThatIsNoDatabase_SaysSo()
    {
        var path = _directory.File("text.db");
        await File.WriteAllTextAsync(path, new string('x', 4096), TestContext.Current.CancellationToken);
        var store = new SqliteInboxStore(Options([]) with { Path = path });

        var error = await Assert.ThrowsAsync<InboxException>(() => store.OpenAsync(TestContext.Current.CancellationToken));

        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_NewerSchema_IsRefused()
    {
        var path = _directory.File("newer.db");
        await using (var store = new SqliteInboxStore(Options([]) with { Path = path }))
        {
            await store.OpenAsync(TestContext.Current.CancellationToken);
        }

        DatabaseFile.Execute(path, "UPDATE meta SET value = 6 WHERE key = 'schema'");
        var error = await Assert.ThrowsAsync<InboxException>(() => new SqliteInboxStore(Options([]) with { Path = path }).OpenAsync(TestContext.Current.CancellationToken));

        Assert.Contains("schema version 6", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NewFile_IsOursAlone()
    {
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Database));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Database + "-wal"));
    }

    [Fact]
    public async Task Append_CommitFails_AcknowledgesNobodyAndEndsTheStore()
    {
        await using var store = await OpenOtherAsync("failing.db");
        var handler = store.NumberOf(new HandlerIdentity("", "new_order", "First"));
        await store.AppendAsync(TestEvents.Delivery(TestEvents.New("before"), true, handler));
        _failNextCommitWith = raw.SQLITE_IOERR;

        var twins = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
            await store.AppendAsync(TestEvents.Delivery(TestEvents.New("e1"), true, handler)))));

        Assert.All(twins, status => Assert.Equal(AppendStatus.Failed, status));
        Assert.True(store.HasFailed);
        Assert.IsType<SqliteException>(_failure);
        Assert.Equal(AppendStatus.Failed, await store.AppendAsync(TestEvents.Delivery(TestEvents.New("e2"), true, handler)));
    }

    [Fact]
    public async Task Append_DiskFullAtCommit_FailsTheBatchAndHeals()
    {
        await using var store = await OpenOtherAsync("full.db");
        var handler = store.NumberOf(new HandlerIdentity("", "new_order", "First"));
        _failNextCommitWith = raw.SQLITE_FULL;

        Assert.Equal(AppendStatus.Failed, await store.AppendAsync(TestEvents.Delivery(TestEvents.New("e1"), true, handler)));
        _failNextCommitWith = 0;
        var again = TestEvents.New("e1");

        Assert.Equal(AppendStatus.Committed, await store.AppendAsync(TestEvents.Delivery(again, true, handler)));
        Assert.False(again.IsDuplicate);
        Assert.False(store.HasFailed);
        Assert.Single(await store.Reader.ListAsync(new EventFilter(null, null, null, 10, null), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Append_OneBadRowInABatch_DoesNotFailItsNeighbours()
    {
        await using var store = await OpenOtherAsync("bad.db");
        var handler = store.NumberOf(new HandlerIdentity("", "new_order", "First"));

        // The same handler twice breaks the key of the work, after the event itself was inserted.
        var bad = new InboxDelivery([TestEvents.New("bad")], [[handler, handler]], BornRunning: true);
        var good = Enumerable.Range(0, 20).Select(i => TestEvents.New($"good{i}")).ToArray();
        var appends = good.Select(stored => store.AppendAsync(TestEvents.Delivery(stored, true, handler)).AsTask()).ToList();
        appends.Insert(10, store.AppendAsync(bad).AsTask());
        var statuses = await Task.WhenAll(appends);

        Assert.Equal(20, statuses.Count(status => status == AppendStatus.Committed));
        Assert.Equal(AppendStatus.Failed, statuses[10]);
        var stored = await store.Reader.ListAsync(new EventFilter(null, null, null, 200, null), TestContext.Current.CancellationToken);
        Assert.Equal(20, stored.Count);
        Assert.DoesNotContain(stored, row => row.EventId == "bad");
    }

    [Fact]
    public async Task Append_TooMuchWaiting_IsOverloadedAtOnce()
    {
        using var gate = new ManualResetEventSlim();
        var path = _directory.File("slow.db");
        await using var store = new SqliteInboxStore(Options([new("", "new_order", "First")]) with { Path = path, BeforeCommit = gate.Wait });
        await store.OpenAsync(TestContext.Current.CancellationToken);
        var waiting = Enumerable.Range(0, SqliteInboxWriter.MaxWaiting)
            .Select(i => store.AppendAsync(TestEvents.Delivery(TestEvents.New($"e{i}"), true, 1)).AsTask()).ToArray();

        Assert.Equal(AppendStatus.Overloaded, await store.AppendAsync(TestEvents.Delivery(TestEvents.New("late"), true, 1)));

        gate.Set();
        Assert.All(await Task.WhenAll(waiting), status => Assert.Equal(AppendStatus.Committed, status));
    }

    [Fact]
    public async Task Append_MuchAtOnceAndWithoutAPause_KeepsTheLogSmall()
    {
        const int Senders = 16, Each = 100, BodySize = 64 * 1024, Log = 16 * 1024 * 1024;
        var path = _directory.File("much.db");
        await using var store = await OpenOtherAsync("much.db");
        var body = new string('x', BodySize);

        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                Assert.Equal(AppendStatus.Committed, await store.AppendAsync(TestEvents.Delivery(TestEvents.New($"{sender}-{i}", body: body), true, 1)));
            }
        })));

        Assert.True(new FileInfo(path).Length > Senders * Each * BodySize / 2);
        Assert.InRange(new FileInfo(path + "-wal").Length, 1, 4 * Log);
    }

    [Fact]
    public async Task Claim_EventRemovedBehindTheProductsBack_MakesItsWorkDeadAndGoesOn()
    {
        await using var store = await OpenOtherAsync("gone.db");
        await store.AppendAsync(TestEvents.Delivery(TestEvents.New("gone"), false, 1));
        await store.AppendAsync(TestEvents.Delivery(TestEvents.New("stays"), false, 1));
        DatabaseFile.Execute(_directory.File("gone.db"), "DELETE FROM event WHERE event_id = 'gone'");

        var claimed = await store.ClaimAsync(10, TestEvents.Start);

        Assert.Equal("stays", Assert.Single(claimed).Event.EventId);
        Assert.Equal(3L, DatabaseFile.Read(_directory.File("gone.db"), "SELECT state FROM work WHERE seq = 1"));
    }

    [Theory]
    [InlineData("UPDATE event SET body_sha256 = x'00'")]
    [InlineData("UPDATE event SET event_id = hex(zeroblob(600))")]
    public async Task Open_RowThatMakesNoSense_KeepsTheInboxOpenForTheOthers(string change)
    {
        var path = _directory.File("row.db");
        await using (var store = await OpenOtherAsync("row.db"))
        {
            await store.AppendAsync(TestEvents.Delivery(TestEvents.New("bad"), true, 1));
            await store.AppendAsync(TestEvents.Delivery(TestEvents.New("good"), true, 1));
        }

        DatabaseFile.Execute(path, change + " WHERE event_id = 'bad'");
        await using var reopened = await OpenOtherAsync("row.db");

        var again = TestEvents.New("good");
        await reopened.AppendAsync(TestEvents.Delivery(again, true, 1));
        Assert.True(again.IsDuplicate);
    }

    [Fact]
    public async Task Open_FilterThatIsNone_SaysThatTheFileIsDamaged()
    {
        var path = _directory.File("filter.db");
        await (await OpenOtherAsync("filter.db")).DisposeAsync();
        DatabaseFile.Execute(path, "INSERT INTO dedupe_run VALUES (1, 0, 0, x'00')");

        var error = await Assert.ThrowsAsync<InboxException>(() => OpenOtherAsync("filter.db"));

        Assert.Contains("its file is damaged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_OlderCopyWasRestored_SaysWhatIsMissingAndGivesNoNumberTwice()
    {
        var path = _directory.File("restored.db");
        await using (var store = await OpenOtherAsync("restored.db"))
        {
            await store.AppendAsync(TestEvents.Delivery(TestEvents.New("e1"), true, 1));
            SqliteBackup.Copy(path, path + ".copy");
            await store.AppendAsync(TestEvents.Delivery(TestEvents.New("e2"), true, 1));
            await store.AppendAsync(TestEvents.Delivery(TestEvents.New("e3"), true, 1));
        }

        File.Move(path + ".copy", path, overwrite: true);
        var missing = new List<MissingEvents>();
        var later = TestEvents.New("e4");
        for (var time = 0; time < 3; time++)
        {
            await using var store = new SqliteInboxStore(Options([new("", "new_order", "First")]) with { Path = path, OnMissing = missing.Add });
            await store.OpenAsync(TestContext.Current.CancellationToken);
            Assert.Empty(SqliteInspection.Inspect(path).Problems);
            if (time == 1)
            {
                await store.AppendAsync(TestEvents.Delivery(later, true, 1));
            }
        }

        // Until a new event comes.
        Assert.Equal([new MissingEvents(1, 3), new MissingEvents(1, 3)], missing);
        Assert.Equal(4, later.Seq);
    }

    [Fact]
    public async Task Open_LogWasRemoved_SaysWhatIsMissing()
    {
        await using (var store = await OpenOtherAsync("killed.db"))
        {
            await store.AppendAsync(TestEvents.Delivery(TestEvents.New("e1"), true, 1));
            File.Copy(_directory.File("killed.db"), _directory.File("without.db"));
        }

        File.Copy(_directory.File("killed.db.last"), _directory.File("without.db.last"));
        MissingEvents? missing = null;
        await using var reopened = new SqliteInboxStore(Options([]) with { Path = _directory.File("without.db"), OnMissing = found => missing = found });
        await reopened.OpenAsync(TestContext.Current.CancellationToken);

        Assert.Equal(new MissingEvents(0, 1), missing);
    }

    [Fact]
    public async Task Open_LastRowsWereBadOrFull_MissesNothing()
    {
        var missing = new List<MissingEvents>();
        for (var time = 0; time < 2; time++)
        {
            await using var store = new SqliteInboxStore(Options([new("", "new_order", "First")]) with { Path = _directory.File("bad.db"), OnMissing = missing.Add });
            await store.OpenAsync(TestContext.Current.CancellationToken);
            var good = store.AppendAsync(TestEvents.Delivery(TestEvents.New($"good{time}"), true, 1)).AsTask();
            var bad = store.AppendAsync(new InboxDelivery([TestEvents.New("bad")], [[1, 1]], BornRunning: true)).AsTask();
            Assert.Equal([AppendStatus.Committed, AppendStatus.Failed], await Task.WhenAll(good, bad));
            _failNextCommitWith = raw.SQLITE_FULL;
            Assert.Equal(AppendStatus.Failed, await store.AppendAsync(TestEvents.Delivery(TestEvents.New("full"), true, 1)));
            _failNextCommitWith = 0;
        }

        Assert.Empty(missing);
    }

    [Fact]
    public async Task Ping_WriterStandsStill_DoesNotComeBackUntilItGoesOn()
    {
        using var gate = new ManualResetEventSlim();
        await using var store = new SqliteInboxStore(Options([]) with { Path = _directory.File("slow.db"), BeforeCommit = gate.Wait });
        await store.OpenAsync(TestContext.Current.CancellationToken);
        var probe = store.ProbeAsync().AsTask();

        var ping = store.PingAsync().AsTask();

        Assert.False(ping.IsCompleted);
        gate.Set();
        await Task.WhenAll(probe, ping);
    }

    [Fact]
    public async Task Ping_Twice_WritesNothing()
    {
        await using var store = await OpenOtherAsync("ping.db");
        var log = new FileInfo(_directory.File("ping.db-wal"));
        var before = log.Length;

        await store.PingAsync();
        await store.PingAsync();

        log.Refresh();
        Assert.Equal(before, log.Length);
    }

    private async Task<SqliteInboxStore> OpenOtherAsync(string name)
    {
        var store = new SqliteInboxStore(Options([new("", "new_order", "First")]) with { Path = _directory.File(name) });
        await store.OpenAsync(TestContext.Current.CancellationToken);
        return store;
    }

    private SqliteInboxOptions Options(IReadOnlyList<HandlerIdentity> handlers) => new()
    {
        Path = Database,
        Handlers = handlers,
        OnFailed = error => _failure = error,
        BeforeCommit = () =>
        {
            if (_failNextCommitWith is not 0 and var code)
            {
                throw new SqliteException("The disk said no.", code);
            }
        },
    };
}
