using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox;

public sealed class SqliteLogFileTests : IDisposable
{
    private const int Kibibyte = 1024;

    private readonly TemporaryDirectory _directory = new();
    private readonly sqlite3 _writer;
    private int _copies;

    public SqliteLogFileTests()
    {
        Batteries_V2.Init();
        SqliteLogVfs.Register();
        Check(raw.sqlite3_open_v2(Database, out _writer, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE, SqliteLogVfs.Name));
        Run("PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0");
        Run("CREATE TABLE t(id INTEGER PRIMARY KEY, body BLOB)");
    }

    private string Database => _directory.File("log.db");

    public void Dispose()
    {
        _writer.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(12, 16)]
    [InlineData(200, 1)] // more than the platform takes in one call
    [InlineData(128, 1)]
    [InlineData(1024, 5)] // more than is gathered
    [InlineData(5 * 1024, 1)]
    public void Commit_OfAnySize_IsInTheLogForOthers(int kibibytes, int rows)
    {
        Insert(1, rows, kibibytes * Kibibyte);
        Insert(rows + 1, rows, kibibytes * Kibibyte);

        Assert.Equal(2 * rows, Count(Database));
        Assert.Equal("ok", Read(Database, "PRAGMA integrity_check"));
        Assert.Equal(2 * rows, Count(CrashCopy()));
    }

    [Fact]
    public void Transaction_MoreThanTheCacheHolds_ReadsWhatItWrote()
    {
        Run("PRAGMA cache_size = 4; BEGIN");
        InsertRows(1, 100, 40 * Kibibyte);

        Run("UPDATE t SET body = zeroblob(length(body) + 1) WHERE id % 3 = 0"); // writes again what is in the log already
        var written = Scalar(_writer, "SELECT sum(length(body)) FROM t");
        Run("COMMIT");

        Assert.Equal((100 * 40 * Kibibyte) + 33, written);
        Assert.Equal(written.ToString(CultureInfo.InvariantCulture), Read(Database, "SELECT sum(length(body)) FROM t"));
        Assert.Equal("ok", Read(CrashCopy(), "PRAGMA integrity_check"));
        Assert.Equal(100, Count(CrashCopy()));
    }

    [Fact]
    public void Commit_PagesThatAreInTheLogAndNewOnes_WritesEachWhereItBelongs()
    {
        Run("PRAGMA cache_size = 4; BEGIN");
        InsertRows(1, 100, 4 * Kibibyte);
        Run("PRAGMA cache_size = 1000");
        Run("UPDATE t SET body = zeroblob(length(body)) WHERE id % 7 = 0");
        InsertRows(101, 20, 4 * Kibibyte);
        Run("COMMIT");

        Assert.Equal("ok", Read(CrashCopy(), "PRAGMA integrity_check"));
        Assert.Equal(120, Count(CrashCopy()));
        Assert.Equal("14", Read(CrashCopy(), "SELECT count(*) FROM t WHERE body = zeroblob(length(body))"));
    }

    [Fact]
    public void Rollback_MoreThanTheCacheHolds_LeavesNothing()
    {
        Insert(1, 1, Kibibyte);
        Run("PRAGMA cache_size = 4; BEGIN");
        InsertRows(2, 100, 40 * Kibibyte);
        Run("ROLLBACK");
        Insert(2, 3, 20 * Kibibyte);

        Assert.Equal(4, Count(Database));
        Assert.Equal(4, Count(CrashCopy()));
        Assert.Equal("ok", Read(CrashCopy(), "PRAGMA integrity_check"));
    }

    [Fact]
    public void Commit_LogStartedAnew_IsReadByOthers()
    {
        Insert(1, 10, 100 * Kibibyte);
        Check(raw.sqlite3_wal_checkpoint_v2(_writer, "main", raw.SQLITE_CHECKPOINT_RESTART, out _, out _));
        Insert(11, 1, Kibibyte);

        Assert.Equal(11, Count(Database));
        Assert.Equal(11, Count(CrashCopy()));
        Check(raw.sqlite3_wal_checkpoint_v2(_writer, "main", raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _));
        Insert(12, 1, Kibibyte);
        Assert.Equal(12, Count(CrashCopy()));
    }

    [Fact]
    public void Transaction_NotCommitted_IsInvisibleAndEndsWithTheConnection()
    {
        Insert(1, 1, Kibibyte);
        Run("PRAGMA cache_size = 4; BEGIN");
        InsertRows(2, 50, 40 * Kibibyte);

        Assert.Equal(1, Count(Database));
        _writer.Dispose();
        Assert.Equal(1, Count(Database));
        Assert.Equal("ok", Read(Database, "PRAGMA integrity_check"));
    }

    /// <summary>The files as a crash at this moment leaves them for the next process; what was not written is not there.</summary>
    private string CrashCopy()
    {
        var copy = _directory.File($"crash-{++_copies}.db");
        File.Copy(Database, copy);
        File.Copy(Database + "-wal", copy + "-wal");
        return copy;
    }

    private void Insert(int from, int rows, int size)
    {
        Run("BEGIN");
        InsertRows(from, rows, size);
        Run("COMMIT");
    }

    private void InsertRows(int from, int rows, int size)
    {
        for (var id = from; id < from + rows; id++)
        {
            Run($"INSERT INTO t(id, body) VALUES ({id}, randomblob({size}))");
        }
    }

    private void Run(string sql) => Check(raw.sqlite3_exec(_writer, sql));

    private void Check(int code) => SqliteException.ThrowExceptionForRC(code, _writer);

    private static long Scalar(sqlite3 connection, string sql)
    {
        using var statement = new SqliteStatement(connection, sql);
        Assert.True(statement.Step());
        return statement.Integer(0);
    }

    private static long Count(string database) => long.Parse(Read(database, "SELECT count(*) FROM t"), CultureInfo.InvariantCulture);

    private static string Read(string database, string sql) => Convert.ToString(DatabaseFile.Read(database, sql), CultureInfo.InvariantCulture)!;
}
