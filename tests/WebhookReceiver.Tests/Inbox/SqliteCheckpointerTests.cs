using System.Globalization;
using Microsoft.Data.Sqlite;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox;

public sealed class SqliteCheckpointerTests : IDisposable
{
    private const int PageSize = 4096;

    /// <summary>Far less than a log that is started anew.</summary>
    private const int SomePages = 600;

    /// <summary>A log that is long enough.</summary>
    private const int ManyPages = 4100;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly TemporaryDirectory _directory = new();
    private readonly SqliteConnection _writer, _copying;
    private readonly SqliteCheckpointer _checkpointer;
    private SqliteException? _failure;

    public SqliteCheckpointerTests()
    {
        (_writer, _copying) = (Open(), Open());
        Run(_writer, "CREATE TABLE t(id INTEGER PRIMARY KEY, body BLOB)");
        _checkpointer = new SqliteCheckpointer(_copying.Handle!, error => _failure = error);
    }

    private string Database => _directory.File("copied.db");

    public void Dispose()
    {
        _checkpointer.Dispose();
        _copying.Dispose();
        _writer.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Log_HasGrownByALittle_IsCopiedLongBeforeItIsStartedAnew()
    {
        Fill(SomePages);

        Assert.False(_checkpointer.IsWritersTurn(PagesInLog()));

        Until(() => new FileInfo(Database).Length > SomePages / 2 * PageSize);
        Assert.Null(_failure);
    }

    [Fact]
    public void Log_IsCopiedAndShort_GrowsOnAndIsCopiedOn()
    {
        Fill(SomePages);
        Assert.False(_checkpointer.IsWritersTurn(PagesInLog()));
        Fill(SomePages);

        Until(() =>
        {
            Assert.False(_checkpointer.IsWritersTurn(PagesInLog()));
            return new FileInfo(Database).Length > SomePages * 3 / 2 * PageSize;
        });
    }

    [Fact]
    public void Log_IsCopiedAndLong_IsTheWritersToEnd()
    {
        Fill(ManyPages);

        Until(() => _checkpointer.IsWritersTurn(PagesInLog()));

        Assert.Equal(0, SqliteCheckpointer.Checkpoint(_writer.Handle!));
        Fill(1);
        Assert.InRange(PagesInLog(), 1, 10);
        Assert.Null(_failure);
    }

    [Fact]
    public void Log_IsStartedAnew_IsCopiedAgain()
    {
        Fill(ManyPages);
        Until(() => _checkpointer.IsWritersTurn(PagesInLog()));
        SqliteCheckpointer.Checkpoint(_writer.Handle!);
        var copied = new FileInfo(Database).Length;

        Fill(SomePages);

        Until(() => !_checkpointer.IsWritersTurn(PagesInLog()) && new FileInfo(Database).Length > copied + (SomePages / 2 * PageSize));
    }

    private static void Until(Func<bool> isTrue) => Assert.True(SpinWait.SpinUntil(isTrue, Limit));

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private SqliteConnection Open()
    {
        var connection = DatabaseFile.Connect(Database);
        Run(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA page_size = {PageSize}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0"));
        return connection;
    }

    private void Fill(int pages) => Run(_writer, string.Create(CultureInfo.InvariantCulture, $"INSERT INTO t(body) VALUES (zeroblob({pages * PageSize}))"));

    /// <summary><c>mxFrame</c> (https://sqlite.org/walformat.html): the log's file stays as long as it ever was. Closing it gives up this process's locks on it, which no other process is there to respect.</summary>
    private int PagesInLog()
    {
        const int MaxFrameAt = 16;
        using var index = new FileStream(Database + "-shm", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        index.Seek(MaxFrameAt, SeekOrigin.Begin);
        using var reader = new BinaryReader(index);
        return reader.ReadInt32();
    }
}
