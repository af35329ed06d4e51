using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using WebhookReceiver.Inbox;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox;

/// <summary>Copies of an inbox that is being written, and what is found in inboxes and copies that are not sound.</summary>
public sealed class SqliteBackupTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Database => _directory.File("inbox.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Copy_WhileEventsAreStored_IsSoundAndHasAllThatWereCommittedBefore()
    {
        await using var store = await OpenAsync();
        var committed = new ConcurrentQueue<string>();
        using var stop = new CancellationTokenSource();
        var load = Task.WhenAll(Enumerable.Range(0, 4).Select(sender => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var stored = TestEvents.New($"{sender}-{i}", body: new string('x', 3000));
                Assert.Equal(AppendStatus.Committed, await store.AppendAsync(TestEvents.Delivery(stored, true, 1)));
                committed.Enqueue(stored.EventId);
                store.Complete(new WorkCompletion(new WorkItem(stored, 1, 0, 1, 1), AttemptOutcome.Succeeded, TestEvents.Start, TestEvents.Start), static (_, _) => { });
            }
        })));
        for (var i = 0; i < 5; i++)
        {
            var (copy, before) = (_directory.File($"copy{i}.db"), committed.ToArray());

            SqliteBackup.Copy(Database, copy);

            var report = SqliteInspection.Inspect(copy);
            Assert.Empty(report.Problems);
            Assert.True(report.Events >= before.Length);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(copy));
            Assert.Empty(before.Except(EventIds(copy)));
            Assert.Equal([copy], Directory.GetFiles(_directory.Path, $"copy{i}.db*")); // it needs no log
        }

        await stop.CancelAsync();
        await load;
        Assert.False(store.HasFailed);
    }

    [Fact]
    public async Task Copy_ReceiverWasKilled_HasWhatStandsInItsLog()
    {
        await using (var store = await OpenAsync())
        {
            await store.AppendAsync(TestEvents.Delivery(TestEvents.New("e1"), true, 1));
            File.Copy(Database, _directory.File("killed.db"));
            File.Copy(Database + "-wal", _directory.File("killed.db-wal"));
        }

        SqliteBackup.Copy(_directory.File("killed.db"), _directory.File("copy.db"));

        Assert.Equal(["e1"], EventIds(_directory.File("copy.db")));
    }

    [Fact]
    public async Task Copy_OpenedAsAnInbox_GoesOn()
    {
        var first = TestEvents.New("e1");
        await using (var store = await OpenAsync())
        {
            await store.AppendAsync(TestEvents.Delivery(first, false, 1));
            SqliteBackup.Copy(Database, _directory.File("copy.db"));
        }

        await using var restored = await OpenAsync("copy.db");

        Assert.Equal("e1", Assert.Single(await restored.ClaimAsync(10, TestEvents.Start)).Event.EventId);
        var again = TestEvents.New("e1");
        await restored.AppendAsync(TestEvents.Delivery(again, true, 1));
        Assert.Equal((true, first.PublicId), (again.IsDuplicate, again.PublicId));
    }

    [Fact]
    public async Task Copy_TargetIsThere_IsNotWrittenOver()
    {
        await (await OpenAsync()).DisposeAsync();
        await File.WriteAllTextAsync(_directory.File("copy.db"), "precious", TestContext.Current.CancellationToken);

        Assert.Throws<IOException>(() => SqliteBackup.Copy(Database, _directory.File("copy.db")));

        Assert.Equal("precious", await File.ReadAllTextAsync(_directory.File("copy.db"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Copy_SourceIsNoDatabase_LeavesNothing()
    {
        File.WriteAllText(Database, new string('x', 8192));

        Assert.Throws<SqliteException>(() => SqliteBackup.Copy(Database, _directory.File("copy.db")));

        Assert.False(File.Exists(_directory.File("copy.db")));
    }

    [Fact]
    public async Task Inspect_InboxInUseWithWorkInEveryState_IsSound()
    {
        await using var store = await OpenAsync();
        await FillAsync(store);
        while ((await store.PurgeAsync(new RetentionLimits(TestEvents.Start.AddDays(1), DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch))).Status != PurgeStatus.Done)
        {
        }

        var report = SqliteInspection.Inspect(Database);

        Assert.Empty(report.Problems);
        Assert.Equal((5L, 4L, 0L, 3L, 3L), (report.SchemaVersion, report.Events, report.Purged, report.Bodies, report.OpenWork));
    }

    [Theory]
    [InlineData("UPDATE event SET body = x'00' WHERE seq = 2", "1 bodies do not match their SHA-256: whe_")]
    [InlineData("UPDATE event SET body = x'' WHERE seq = 1", "1 bodies do not match their SHA-256: whe_")]
    [InlineData("DELETE FROM work WHERE seq = 3", "1 events have no work, so that nobody knows whether they are handled: 3")]
    [InlineData("DELETE FROM work WHERE seq = 3", "The ledger counts 3 rows of open work, and there are 2")]
    [InlineData("DELETE FROM event WHERE seq = 1", "The ledger counts 4 events, and there are 3")]
    [InlineData("DELETE FROM event WHERE seq = 1", "1 rows of work have no event: 1")]
    [InlineData("INSERT INTO attempt VALUES (99, 1, 1, 0, 1, 0, 0, 0, NULL)", "1 attempts have no event: 99")]
    [InlineData("UPDATE work SET state = 7 WHERE seq = 1", "1 rows of work are in a state that there is not: 1")]
    [InlineData("UPDATE work SET state = 1, due_at = NULL WHERE seq = 3", "1 rows of work wait and are never due: 3")]
    [InlineData("DELETE FROM event WHERE seq > 2; DELETE FROM work WHERE seq > 2; UPDATE ledger SET events = 2, open_work = 1; UPDATE meta SET value = 5 WHERE key = 'running_from'", "The mark running_from is beyond the newest event, 2")]
    [InlineData("INSERT INTO dedupe_run VALUES (1, 4711, 0, x'00')", "Ids are known of events that came after the newest one, 4")]
    [InlineData("UPDATE work SET state = 0, due_at = NULL WHERE seq = 2; UPDATE meta SET value = 4 WHERE key = 'running_from'", "1 rows of work run and are not found when the receiver starts: 2")]
    [InlineData("INSERT INTO dedupe_run VALUES (1, 4, 0, zeroblob(512)); INSERT INTO dedupe VALUES (1, x'61', 1, 1, 1, 1)", "1 known ids are not in the filters of their runs")]
    [InlineData("INSERT INTO dedupe_run VALUES (1, 4, 0, x'00')", "A filter of known ids has a length that none has.")]
    [InlineData("DELETE FROM ledger", "The ledger is not there.")]
    [InlineData("UPDATE meta SET value = 99 WHERE key = 'schema'", "The schema version is 99; this program knows 2 to 5.")]
    [InlineData("DROP TABLE work", "This is not an inbox: its tables are not there.")]
    public async Task Inspect_ChangedBehindTheProductsBack_IsFound(string change, string expected)
    {
        await using (var store = await OpenAsync())
        {
            await FillAsync(store);
        }

        DatabaseFile.Execute(Database, change);

        Assert.Contains(SqliteInspection.Inspect(Database).Problems, problem => problem.StartsWith(expected, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Inspect_IdsInRuns_AreSound()
    {
        await using var store = new SqliteInboxStore(new SqliteInboxOptions { Path = Database, Handlers = [new("", "new_order", "First")], IdsPerRun = 32 });
        await store.OpenAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 500; i++)
        {
            await store.AppendAsync(TestEvents.Delivery(TestEvents.New($"e{i}"), true, 1));
        }

        Assert.True((long)DatabaseFile.Read(Database, "SELECT COUNT(*) FROM dedupe_run") > 5);
        Assert.Empty(SqliteInspection.Inspect(Database).Problems);
    }

    [Fact]
    public async Task Inspect_DamagedPage_IsFoundAndTheRestIsLookedAt()
    {
        await using (var store = await OpenAsync())
        {
            await FillAsync(store);
        }

        DatabaseFile.Execute(Database, "UPDATE event SET body = x'00' WHERE seq = 2");
        Damage(Database, "audit");

        var problems = SqliteInspection.Inspect(Database).Problems;

        Assert.Contains(problems, static problem => problem.StartsWith("SQLite: ", StringComparison.Ordinal));
        Assert.Contains(problems, static problem => problem.StartsWith("1 bodies do not match", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Inspect_OlderVersion_CanBeLookedAt(int version)
    {
        OlderInbox.Create(Database, version);

        var report = SqliteInspection.Inspect(Database);

        Assert.Equal((version, version == 2 ? 10 : 12), (report.SchemaVersion, report.Events));
        Assert.DoesNotContain(report.Problems, static problem => problem.Contains("no such", StringComparison.Ordinal));
        Assert.Contains(report.Problems, static problem => problem.StartsWith("1 events have no work", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Open_LastProcessWasKilled_ChecksTheFileAndFindsItSound()
    {
        await using (var store = await OpenAsync())
        {
            await store.AppendAsync(TestEvents.Delivery(TestEvents.New("e1"), true, 1));
            File.Copy(Database, _directory.File("killed.db"));
            File.Copy(Database + "-wal", _directory.File("killed.db-wal"));
        }

        Assert.Empty(await OpenAndCheckAsync("killed.db"));
    }

    [Fact]
    public async Task Open_LastProcessWasKilledAndTheFileIsDamaged_SaysSo()
    {
        await using (var store = await OpenAsync())
        {
            await FillAsync(store);
        }

        Damage(Database, "audit");
        await using (var store = await OpenAsync())
        {
            await store.ProbeAsync();
            File.Copy(Database, _directory.File("killed.db"));
            File.Copy(Database + "-wal", _directory.File("killed.db-wal"));
        }

        Assert.NotEmpty(await OpenAndCheckAsync("killed.db"));
    }

    [Fact]
    public async Task Open_LastProcessHadClosedIt_ChecksNothing()
    {
        await (await OpenAsync()).DisposeAsync();
        var isChecked = false;

        await (await OpenAsync(onChecked: _ => isChecked = true)).DisposeAsync();

        Assert.False(isChecked);
    }

    /// <summary>Overwrites the first page of a table, which nothing reads when an inbox is opened.</summary>
    private static void Damage(string path, string table)
    {
        var page = (long)DatabaseFile.Read(path, $"SELECT rootpage FROM sqlite_master WHERE name = '{table}'");
        using var file = File.OpenWrite(path);
        file.Position = (page - 1) * 4096;
        file.Write([.. Enumerable.Repeat((byte)0xEE, 64)]);
    }

    private async Task<IReadOnlyList<string>> OpenAndCheckAsync(string name)
    {
        var found = new TaskCompletionSource<IReadOnlyList<string>>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var store = await OpenAsync(name, found.SetResult);
        return await found.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    /// <summary>Event 1 has succeeded, 2 is dead after a replay by a person, 3 is pending, and 4 is parked.</summary>
    private static async Task FillAsync(SqliteInboxStore store)
    {
        foreach (var (id, isRunning, handlers) in new (string, bool, int[])[] { ("e1", true, [1]), ("e2", true, [1]), ("e3", false, [1]), ("e4", false, []) })
        {
            await store.AppendAsync(TestEvents.Delivery(TestEvents.New(id), isRunning, handlers));
        }

        foreach (var (seq, outcome) in new[] { (1, AttemptOutcome.Succeeded), (2, AttemptOutcome.Permanent) })
        {
            var stored = TestEvents.New($"e{seq}");
            stored.Seq = seq;
            var recorded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            store.Complete(new WorkCompletion(new WorkItem(stored, 1, 0, 1, 1), outcome, TestEvents.Start, TestEvents.Start), (_, _) => recorded.SetResult());
            await recorded.Task;
        }
    }

    private static List<string> EventIds(string path)
    {
        using var connection = DatabaseFile.Connect(path);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT event_id FROM event";
        using var row = command.ExecuteReader();
        var ids = new List<string>();
        while (row.Read())
        {
            ids.Add(row.GetString(0));
        }

        return ids;
    }

    private async Task<SqliteInboxStore> OpenAsync(string name = "inbox.db", Action<IReadOnlyList<string>>? onChecked = null)
    {
        var store = new SqliteInboxStore(new SqliteInboxOptions
        {
            Path = _directory.File(name),
            Handlers = [new("", "new_order", "First")],
            OnChecked = onChecked ?? (static _ => { }),
        });
        await store.OpenAsync(TestContext.Current.CancellationToken);
        return store;
    }
}
