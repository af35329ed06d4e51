using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>
/// The only user of the only writing connection: one thread that commits in natural batches. While one commit is in flight the next batch
/// gathers, and is committed at once: nobody waits for company, and under load a flush is shared by many. What nobody waits for (the ends of
/// attempts) does wait for company, a few milliseconds at most.
/// </summary>
/// <remarks>
/// A row that fails does not fail its neighbours. A commit that fails fails all of its batch, and where it may have been the flush that
/// failed, the writer never touches the file again: the next commit could succeed over pages that were lost.
/// </remarks>
internal sealed class SqliteInboxWriter : IDisposable
{
    public const int MaxBatchCommands = 256;
    public const long MaxBatchBytes = 1024 * 1024;
    public const int MaxWaiting = 4096;
    public const long MaxWaitingBytes = 32 * 1024 * 1024;

    /// <summary>How long what nobody waits for is kept back when nothing else is to be written.</summary>
    private const int LazyMilliseconds = 5;

    /// <summary>How much of it is kept back at most.</summary>
    private const int MaxLazy = 128;

    private readonly SqliteInboxSession _session;
    private readonly SqliteCheckpointer _checkpointer;
    private readonly Action? _beforeCommit;
    private readonly Action<Exception> _onFailed;
    private readonly Thread _thread;
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _arrived = new(initialState: false, spinCount: 0);

    private List<WriterCommand> _gathering = new(MaxBatchCommands);
    private List<WriterCommand> _spare = new(MaxBatchCommands);
    private int _waiting;
    private int _urgent;
    private long _waitingBytes;
    private bool _stopping;
    private Exception? _failure;

    /// <param name="session">The connection's statements.</param>
    /// <param name="copying">A connection that copies the log into the database.</param>
    /// <param name="options">The store's options.</param>
    public SqliteInboxWriter(SqliteInboxSession session, sqlite3 copying, SqliteInboxOptions options)
    {
        _session = session;
        _beforeCommit = options.BeforeCommit;
        _onFailed = options.OnFailed;
        _checkpointer = new SqliteCheckpointer(copying, GiveUp);
        _thread = new Thread(Run) { IsBackground = true, Name = "Inbox writer" };
        _thread.Start();
    }

    public bool HasFailed => Volatile.Read(ref _failure) is not null;

    /// <summary>Whether so much waits that what can wait should.</summary>
    public bool IsBusy => Volatile.Read(ref _waiting) >= MaxBatchCommands / 4;

    /// <summary>Hands over a delivery, unless too much is waiting.</summary>
    public bool TryAppend(AppendCommand command)
    {
        lock (_gate)
        {
            // One delivery is always taken, however large: its size was bounded when it was read.
            if (_waiting > 0 && (_waiting >= MaxWaiting || _waitingBytes + command.Size > MaxWaitingBytes))
            {
                return false;
            }

            Gather(command);
        }

        _arrived.Set();
        return true;
    }

    /// <summary>Hands over any other change; these are bounded by what was accepted before.</summary>
    public void Change(WriterCommand command)
    {
        bool wakes;
        lock (_gate)
        {
            // What is not urgent wakes the writer once, to count the time, and again when there is much of it.
            wakes = command.IsUrgent || _gathering.Count is 0 or MaxLazy - 1;
            Gather(command);
        }

        if (wakes)
        {
            _arrived.Set();
        }
    }

    /// <summary>Writes what is waiting, then ends the thread.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
        }

        _arrived.Set();
        _thread.Join();
        _checkpointer.Dispose();
        _arrived.Dispose();
    }

    private void Gather(WriterCommand command)
    {
        ObjectDisposedException.ThrowIf(_stopping, this);
        _gathering.Add(command);
        _urgent += command.IsUrgent ? 1 : 0;
        _waiting++;
        _waitingBytes += command.Size;
    }

    private void Run()
    {
        while (Take() is { } commands)
        {
            var from = 0;
            while (from < commands.Count)
            {
                var count = BatchLength(commands, from);
                Write(CollectionsMarshal.AsSpan(commands).Slice(from, count));
                from += count;
            }

            lock (_gate)
            {
                _waiting -= commands.Count;
                foreach (var command in commands)
                {
                    _waitingBytes -= command.Size;
                }

                commands.Clear();
                _spare = commands;
            }
        }
    }

    private List<WriterCommand>? Take()
    {
        var patience = Timeout.Infinite;
        while (true)
        {
            lock (_gate)
            {
                var isDue = _urgent > 0 || _gathering.Count >= MaxLazy || _stopping || patience == 0;
                if (_gathering.Count > 0 && isDue)
                {
                    var taken = _gathering;
                    _gathering = _spare;
                    _urgent = 0;
                    return taken;
                }

                if (_stopping)
                {
                    return null;
                }

                patience = _gathering.Count > 0 ? LazyMilliseconds : Timeout.Infinite;
                _arrived.Reset();
            }

            if (!_arrived.Wait(patience))
            {
                patience = 0;
            }
        }
    }

    private static int BatchLength(List<WriterCommand> commands, int from)
    {
        var (count, bytes) = (0, 0L);
        while (from + count < commands.Count && count < MaxBatchCommands && (count == 0 || bytes + commands[from + count].Size <= MaxBatchBytes))
        {
            bytes += commands[from + count].Size;
            count++;
        }

        return count;
    }

    private void Write(ReadOnlySpan<WriterCommand> commands)
    {
        if (Volatile.Read(ref _failure) is { } failure)
        {
            new CommittedBatch(commands, null).Fail(failure);
            return;
        }

        Exception?[]? errors = null;
        try
        {
            _session.Begin();
            if (!TryExecuteAll(commands))
            {
                _session.Rollback();
                _session.Begin();
                errors = ExecuteEachAlone(commands);
            }

            _session.MoveOn();
            _beforeCommit?.Invoke();
            _session.Commit();
        }
        catch (SqliteException error)
        {
            Abandon(error);
            new CommittedBatch(commands, null).Fail(error);
            return;
        }

        new CommittedBatch(commands, errors).Succeed();
        CopyLog();
    }

    private void CopyLog()
    {
        if (!_checkpointer.IsWritersTurn(_session.PagesInLog))
        {
            return;
        }

        try
        {
            _session.Checkpoint();
        }
        catch (SqliteException error)
        {
            GiveUp(error);
        }
    }

    private bool TryExecuteAll(ReadOnlySpan<WriterCommand> commands)
    {
        try
        {
            foreach (var command in commands)
            {
                command.Execute(_session);
            }

            return true;
        }
        catch (SqliteException error) when (!ConcernsTheFile(error))
        {
            return false;
        }
    }

    private Exception?[] ExecuteEachAlone(ReadOnlySpan<WriterCommand> commands)
    {
        var errors = new Exception?[commands.Length];
        for (var i = 0; i < commands.Length; i++)
        {
            _session.Save();
            try
            {
                commands[i].Execute(_session);
                _session.ReleaseSave();
            }
            catch (SqliteException error) when (!ConcernsTheFile(error))
            {
                _session.RollbackToSave();
                errors[i] = error;
            }
        }

        return errors;
    }

    /// <summary>A full disk or a busy file heals by itself, and nothing was flushed; anything else ends this writer.</summary>
    private void Abandon(SqliteException error)
    {
        if (error.SqliteErrorCode is raw.SQLITE_FULL or raw.SQLITE_BUSY)
        {
            try
            {
                _session.Rollback();
                return;
            }
            catch (SqliteException rollback)
            {
                error = rollback;
            }
        }

        GiveUp(error);
    }

    /// <summary>Nothing is written any more. From any of the store's threads.</summary>
    private void GiveUp(Exception error)
    {
        if (Interlocked.CompareExchange(ref _failure, error, null) is null)
        {
            _onFailed(error);
        }
    }

    private static bool ConcernsTheFile(SqliteException error) => error.SqliteErrorCode is
        raw.SQLITE_IOERR or raw.SQLITE_FULL or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_BUSY or raw.SQLITE_READONLY
        or raw.SQLITE_CANTOPEN or raw.SQLITE_NOMEM;
}
