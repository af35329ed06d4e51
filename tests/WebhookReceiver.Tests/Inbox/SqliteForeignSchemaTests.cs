using Microsoft.Data.Sqlite;
using SQLitePCL;
using WebhookReceiver.Inbox;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox;

/// <summary>A file that somebody else has made, or had his hands in: nothing that its schema says is run, and the receiver does not start with it.</summary>
public sealed class SqliteForeignSchemaTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Inbox => _directory.File("inbox.db");

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string, string> Changes() => new()
    {
        { "CREATE TRIGGER spy AFTER INSERT ON event BEGIN DELETE FROM work; END", "the trigger 'spy'" },
        { "CREATE TRIGGER spy AFTER UPDATE OF value ON meta BEGIN UPDATE meta SET value = 0 WHERE key = 'running_from'; END", "the trigger 'spy'" },
        { "CREATE VIEW extra AS SELECT * FROM event", "the view 'extra'" },
        { "ALTER TABLE audit RENAME TO audit2; CREATE VIEW audit AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS id, x AS at, x AS seq, '' AS action, '' AS reason FROM c", "the view 'audit'" },
        { "CREATE TABLE extra(x)", "the table 'extra'" },
        { "CREATE VIRTUAL TABLE extra USING fts5(x)", "the table 'extra'" },
        { "CREATE INDEX extra ON event(type)", "the index 'extra'" },
        { "CREATE UNIQUE INDEX extra ON event(type)", "the index 'extra'" },
        { "DROP INDEX work_open", "The index 'work_open' is missing." },
        { "DROP INDEX work_due; CREATE INDEX work_due ON work(due_at) WHERE state BETWEEN 2 AND 2", "The index 'work_due' was changed." },
        { "DROP INDEX work_due; CREATE INDEX work_due ON attempt(number)", "The index 'work_due' was changed." },
        { "ALTER TABLE event ADD COLUMN extra TEXT", "The table 'event' was changed." },
        { "ALTER TABLE event ADD COLUMN extra TEXT DEFAULT 'purged_at INTEGER) STRICT'", "The table 'event' was changed." },
        { "DROP TABLE audit; CREATE TABLE audit(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, seq INTEGER NOT NULL, action TEXT NOT NULL, reason TEXT NOT NULL CHECK(reason <> 'x')) STRICT", "The table 'audit' was changed." },
        { "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = replace(sql, 'value INTEGER NOT NULL', 'value INTEGER') WHERE name = 'meta'", "The table 'meta' was changed." },
    };

    [Theory]
    [Trait("Attack", "A103")]
    [MemberData(nameof(Changes))]
    public async Task Open_SchemaThatIsNotOurs_IsRefusedAndCheckSaysWhy(string change, string reason)
    {
        await MakeAsync();
        DatabaseFile.Execute(Inbox, change);

        var error = await Assert.ThrowsAsync<InboxException>(() => NewStore().OpenAsync(TestContext.Current.CancellationToken));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains(SqliteSchemaCheck.Fix, error.Message, StringComparison.Ordinal);
        Assert.Contains(SqliteInspection.Inspect(Inbox).Problems, problem => problem.Contains(reason, StringComparison.Ordinal));
    }

    [Theory]
    [Trait("Attack", "A103")]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Open_OlderVersionWithATrigger_IsRefusedAndNotTakenOver(int version)
    {
        OlderInbox.Create(Inbox, version);
        DatabaseFile.Execute(Inbox, "CREATE TRIGGER spy AFTER UPDATE ON meta BEGIN DELETE FROM event; END");

        var error = await Assert.ThrowsAsync<InboxException>(() => NewStore().OpenAsync(TestContext.Current.CancellationToken));

        Assert.Contains("the trigger 'spy'", error.Message, StringComparison.Ordinal);
        Assert.Contains("the trigger 'spy'", Assert.Single(SqliteInspection.Inspect(Inbox).Problems.SkipLast(1)), StringComparison.Ordinal);
        Assert.Equal((long)version, DatabaseFile.Read(Inbox, "SELECT value FROM meta WHERE key = 'schema'"));
        Assert.NotEqual(0L, DatabaseFile.Read(Inbox, "SELECT COUNT(*) FROM event"));
    }

    [Fact]
    [Trait("Attack", "A103")]
    public async Task Open_OlderVersionWithAChangedTable_IsRefusedAndLeftAsItWas()
    {
        OlderInbox.Create(Inbox, 3);
        DatabaseFile.Execute(Inbox, "ALTER TABLE audit ADD COLUMN extra TEXT");

        var error = await Assert.ThrowsAsync<InboxException>(() => NewStore().OpenAsync(TestContext.Current.CancellationToken));

        Assert.Contains("The table 'audit' was changed.", error.Message, StringComparison.Ordinal);
        Assert.Equal(3L, DatabaseFile.Read(Inbox, "SELECT value FROM meta WHERE key = 'schema'"));
    }

    [Fact]
    public async Task Open_DatabaseOfSomethingElse_NamesAFewOfItsTablesAndChangesNothing()
    {
        for (var i = 0; i < 50; i++)
        {
            DatabaseFile.Execute(Inbox, $"CREATE TABLE \"t\u001b{i}\"(x)");
        }

        var error = await Assert.ThrowsAsync<InboxException>(() => NewStore().OpenAsync(TestContext.Current.CancellationToken));

        Assert.Contains("the table 't?0'", error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Length < 1000, error.Message);
        Assert.Equal(50L, DatabaseFile.Read(Inbox, "SELECT COUNT(*) FROM sqlite_schema"));
    }

    [Fact]
    public async Task Open_AfterAnalyze_IsTheSameInbox()
    {
        await MakeAsync();
        DatabaseFile.Execute(Inbox, "ANALYZE");

        await MakeAsync();

        Assert.True(SqliteInspection.Inspect(Inbox).IsSound);
    }

    [Fact]
    [Trait("Attack", "A103")]
    public async Task Connections_ToAFileWithATriggerAndAView_RunNeither()
    {
        await MakeAsync();
        DatabaseFile.Execute(Inbox, "CREATE TRIGGER spy AFTER INSERT ON meta BEGIN DELETE FROM meta; END; CREATE VIEW extra AS SELECT 1 AS x");
        using var connection = DatabaseFile.Connect(Inbox);

        SqliteGuards.Set(connection.Handle!);

        Run(connection, "INSERT INTO meta(key, value) VALUES ('x', 1)");
        Assert.NotEqual(0L, DatabaseFile.Read(Inbox, "SELECT COUNT(*) FROM meta"));
        Assert.Contains("extra", Assert.Throws<SqliteException>(() => Run(connection, "SELECT * FROM extra")).Message, StringComparison.Ordinal);
        Assert.Throws<SqliteException>(() => Run(connection, "SELECT \"no such column\" FROM meta"));
        Run(connection, "PRAGMA writable_schema = 1");
        Assert.Throws<SqliteException>(() => Run(connection, "DELETE FROM sqlite_schema"));
        foreach (var (pragma, value) in new[] { ("trusted_schema", "0"), ("cell_size_check", "1"), ("writable_schema", "0") })
        {
            using var read = new SqliteStatement(connection.Handle!, "PRAGMA " + pragma);
            read.Step();
            Assert.Equal((pragma, value), (pragma, read.Text(0)));
        }
    }

    private async Task MakeAsync()
    {
        await using var store = NewStore();
        await store.OpenAsync(TestContext.Current.CancellationToken);
    }

    private SqliteInboxStore NewStore() => new(new SqliteInboxOptions { Path = Inbox, Handlers = [new("", "new_order", "First"), new("", "new_order", "Second")] });

    private static void Run(SqliteConnection connection, string sql)
    {
        var code = raw.sqlite3_exec(connection.Handle!, sql);
        SqliteException.ThrowExceptionForRC(code, connection.Handle);
    }
}
