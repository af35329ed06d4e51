using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>
/// Copies the log into the database beside the writer, so that no delivery waits for it. Such a copy never ends the log while deliveries keep
/// coming: there is always a little more. So when the log is long and the copy has caught up as far as it can, the writer copies what is left, between
/// two transactions, and starts the log anew with the next one.
/// </summary>
/// <remarks>
/// It copies little at once and flushes it, which SQLite leaves to the copy that ends the log: a disk makes one flush after the other, and the commits
/// that come meanwhile would wait for all that a whole log has changed. See docs/decisions/0009.
/// </remarks>
internal sealed unsafe class SqliteCheckpointer : IDisposable
{
    /// <summary>How many pages the log holds before it is started anew: 16 MiB.</summary>
    private const int PagesInLog = 4000;

    /// <summary>How many pages the log grows by before they are copied: 2 MiB, of which many are the same page again.</summary>
    private const int PagesAtOnce = 512;

    /// <summary>What the writer may be left with: less than a millisecond of its time.</summary>
    private const int PagesLeft = 64;

    private const int MostRounds = 5;

    private readonly sqlite3 _connection;
    private readonly nint _database;
    private readonly Action<SqliteException> _onFailed;
    private readonly Thread _thread;
    private readonly SemaphoreSlim _wake = new(0, 1);
    private volatile State _state;
    private volatile bool _stopping;
    private int _pagesSeen; // of the writer's thread

    /// <param name="connection">A connection of its own, whose <c>synchronous</c> says that a checkpoint flushes. It is not closed here.</param>
    /// <param name="onFailed">Called, on this thread, when the file could not be written or flushed.</param>
    public SqliteCheckpointer(sqlite3 connection, Action<SqliteException> onFailed)
    {
        (_connection, _onFailed) = (connection, onFailed);
        nint database;
        Control(SqliteNative.FilePointer, &database);
        _database = database;
        _thread = new Thread(Run) { IsBackground = true, Name = "Inbox checkpointer" };
        _thread.Start();
    }

    private enum State
    {
        Idle,
        Copying,
        Copied,
    }

    /// <summary>Decides what is to be done after a commit; for the writer's thread.</summary>
    /// <param name="pagesInLog">How many pages the log holds.</param>
    /// <returns>Whether the writer shall copy what is left.</returns>
    public bool IsWritersTurn(int pagesInLog)
    {
        if (pagesInLog < _pagesSeen)
        {
            _pagesSeen = 0; // it has been started anew
        }

        switch (_state)
        {
            case State.Copied:
                _state = State.Idle;
                return pagesInLog >= PagesInLog;
            case State.Idle when pagesInLog - _pagesSeen >= PagesAtOnce:
                (_pagesSeen, _state) = (pagesInLog, State.Copying);
                _wake.Release();
                return false;
            default:
                return false;
        }
    }

    /// <summary>Copies what no reader still needs in the log. Never waits for anybody.</summary>
    /// <returns>How many pages are left in the log.</returns>
    /// <exception cref="SqliteException">The file could not be written or flushed.</exception>
    public static int Checkpoint(sqlite3 connection)
    {
        int code, inLog, copied;
        do
        {
            code = SqliteNative.Checkpoint(connection.DangerousGetHandle(), 0, raw.SQLITE_CHECKPOINT_PASSIVE, out inLog, out copied);
        }
        while (code != raw.SQLITE_OK && IsInterruptedFlush(connection.DangerousGetHandle()));

        if (code is not (raw.SQLITE_OK or raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_FULL))
        {
            SqliteException.ThrowExceptionForRC(code, connection);
        }

        // A full disk is not the end: what is in the log stays there until there is room.
        return code == raw.SQLITE_OK ? inLog - copied : 0;
    }

    /// <summary>SQLite makes interrupted reads and writes anew, and not flushes, though nothing has failed there either: some file systems interrupt them.</summary>
    private static bool IsInterruptedFlush(nint connection) =>
        SqliteNative.ExtendedErrorCode(connection) == raw.SQLITE_IOERR_FSYNC && SqliteNative.SystemErrorNumber(connection) == SqliteLogFile.Interrupted;

    public void Dispose()
    {
        _stopping = true;
        if (_wake.CurrentCount == 0)
        {
            _wake.Release();
        }

        _thread.Join();
        _wake.Dispose();
    }

    /// <summary>The database alone: SQLite has flushed the log before it copied from it.</summary>
    private void Flush()
    {
        int code, systemError;
        do
        {
            code = (*(SqliteFileMethods**)_database)->Sync(_database, SqliteNative.SyncNormal);
            Control(SqliteNative.LastSystemError, &systemError);
        }
        while (code != raw.SQLITE_OK && systemError == SqliteLogFile.Interrupted);

        SqliteException.ThrowExceptionForRC(code, _connection);
    }

    private void Control(int operation, void* answer) =>
        SqliteException.ThrowExceptionForRC(SqliteNative.ControlFile(_connection.DangerousGetHandle(), 0, operation, answer), _connection);

    private void Run()
    {
        while (true)
        {
            _wake.Wait();
            if (_stopping)
            {
                return;
            }

            try
            {
                var (round, left) = (0, int.MaxValue);
                while (left > PagesLeft && round++ < MostRounds && !_stopping)
                {
                    left = Checkpoint(_connection);
                    if (left > 0)
                    {
                        Flush(); // a copy that reaches the end of the log is flushed by SQLite
                    }
                }

                _state = State.Copied;
            }
            catch (SqliteException error)
            {
                _onFailed(error);
                return;
            }
        }
    }
}
