using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>The embedded inbox: one file, one process, one writer.</summary>
internal sealed class SqliteInboxStore : IInboxStore
{
    /// <summary>Older versions can corrupt a WAL that two connections use (https://sqlite.org/wal.html#walresetbug).</summary>
    private const int OldestSafeVersion = 3_051_003;

    private const int PageSize = 4096;

    /// <summary>The log is flushed at each commit.</summary>
    private const string Full = "2";

    private readonly SqliteInboxOptions _options;
    private readonly Dictionary<HandlerIdentity, int> _numbers = [];
    private InboxLockFile? _lock;
    private StartedAttempts? _started;
    private sqlite3? _connection;
    private sqlite3? _copying;
    private SqliteInboxSession? _session;
    private SqliteInboxWriter? _writer;
    private SqliteInboxReader? _reader;
    private SqlitePurgePass? _purge;
    private SpaceMonitor? _space;
    private SqliteQuickCheck? _check;
    private LastStored? _lastStored;

    public SqliteInboxStore(SqliteInboxOptions options) => _options = options;

    public bool HasFailed => _writer is { HasFailed: true };

    public InboxSpace? Space => _space?.Last;

    public SqliteInboxOptions Options => _options;

    public string Location => _options.Path;

    /// <summary>Always: the lock file is held for as long as the process lives.</summary>
    public bool IsOwner => true;

    /// <summary>Never.</summary>
    public event Action? OwnershipLost
    {
        add { }
        remove { }
    }

    public IInboxReader Reader => _reader ?? throw NotOpen();

    private SqliteInboxWriter Writer => _writer ?? throw NotOpen();

    public Task<RecoveredWork> OpenAsync(CancellationToken cancellationToken)
    {
        // Once, before the server listens: there is nothing that could go on meanwhile.
        try
        {
            return Task.FromResult(Open());
        }
        catch (Exception error) when (error is InvalidDataException or SqliteException { SqliteErrorCode: raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB })
        {
            Close();
            throw new InboxException($"The inbox {_options.Path} cannot be opened, its file is damaged: {error.Message} Run the command check, and restore a backup.", error);
        }
        catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
        {
            Close();
            throw new InboxException($"The inbox {_options.Path} cannot be opened: {error.Message}", error);
        }
        catch (InboxException)
        {
            Close();
            throw;
        }
    }

    public int NumberOf(HandlerIdentity handler) => _numbers[handler];

    public ValueTask<AppendStatus> AppendAsync(InboxDelivery delivery)
    {
        if (HasFailed)
        {
            return new(AppendStatus.Failed);
        }

        if (Space is { IsLow: true })
        {
            return new(AppendStatus.NoSpace);
        }

        try
        {
            var command = new AppendCommand(delivery);
            return Writer.TryAppend(command) ? command.Completion : new(AppendStatus.Overloaded);
        }
        catch (ObjectDisposedException)
        {
            return new(AppendStatus.Failed);
        }
    }

    public void Complete(WorkCompletion completion, Action<WorkCompletion, CompletionStatus> recorded)
    {
        try
        {
            Writer.Change(new CompleteCommand(completion, recorded));
        }
        catch (InvalidOperationException)
        {
            // Closed, or closing: a handler that outlived the stop.
            recorded(completion, CompletionStatus.Failed);
        }
    }

    public ValueTask<bool> StartAsync(WorkItem item, int slot, DateTimeOffset now)
    {
        _started?.Start(slot, new StartedAttempt(item.Event.Seq, item.Handler, item.Epoch, now.ToUnixTimeMilliseconds()));
        return new(true);
    }

    public void Return(int slot) => _started?.Return(slot);

    public ValueTask<IReadOnlyList<WorkItem>> ClaimAsync(int limit, DateTimeOffset now) => ChangeAsync(session => session.Claim(limit, now));

    public ValueTask<ChangeStatus> ReplayAsync(long seq, IReadOnlyList<int> handlers, string reason, DateTimeOffset now) =>
        ChangeAsync(session => session.Replay(seq, handlers, reason, now));

    public ValueTask<ChangeStatus> CancelAsync(long seq, string reason, DateTimeOffset now) =>
        ChangeAsync(session => session.Cancel(seq, reason, now));

    public async ValueTask AuditAsync(long seq, string action, string reason, DateTimeOffset now) => await ChangeAsync(session =>
    {
        session.Audit(seq, action, reason, now.ToUnixTimeMilliseconds());
        return true;
    }).ConfigureAwait(false);

    public async ValueTask<PurgeSlice> PurgeAsync(RetentionLimits limits) =>
        Writer.IsBusy ? new PurgeSlice(PurgeStatus.Busy) : await (_purge ?? throw NotOpen()).NextAsync(limits).ConfigureAwait(false);

    public async ValueTask ProbeAsync() => await ChangeAsync(session =>
    {
        session.SetMeta("probe", 1);
        return true;
    }).ConfigureAwait(false);

    public async ValueTask PingAsync() => await ChangeAsync(static _ => true).ConfigureAwait(false);

    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private ValueTask<T> ChangeAsync<T>(Func<SqliteInboxSession, T> change)
    {
        var command = new ChangeCommand<T>(change);
        var completion = command.Completion;
        Writer.Change(command);
        return completion;
    }

    /// <returns>What was running when the last process ended.</returns>
    private RecoveredWork Open()
    {
        Batteries_V2.Init();
        var version = raw.sqlite3_libversion_number();
        if (version < OldestSafeVersion)
        {
            throw new InboxException($"SQLite {raw.sqlite3_libversion().utf8_to_string()} is too old: 3.51.3 or later is needed, older ones can corrupt the inbox.");
        }

        SqliteLogVfs.Register();
        if (System.IO.Path.GetDirectoryName(_options.Path) is { Length: > 0 } directory && !Directory.Exists(directory))
        {
            PrivateFile.CreateDirectory(directory);
        }

        _lock = InboxLockFile.Take(_options.Path);
        _started = new StartedAttempts(_options.Path);
        _lastStored = new LastStored(_options.Path);
        PrivateFile.Open(_options.Path, FileShare.ReadWrite).Dispose();
        var wasClosed = new FileInfo(_options.Path + "-wal") is not { Exists: true, Length: > 0 };
        var handle = _connection = Connect(SqliteLogVfs.Name);
        Pragma(handle, "foreign_keys", "1");
        Pragma(handle, "page_size", $"{PageSize}", readBack: false); // takes effect in an empty file alone
        Pragma(handle, "journal_mode", "wal");
        Pragma(handle, "cache_size", "-8192"); // in KiB: the pages that are written again and again, with room to spare
        CreateOrCheckSchema(handle);

        _session = new SqliteInboxSession(handle, _lastStored, _options.Clock, _options.IdsPerRun);
        _session.Begin();
        _session.Load();
        foreach (var handler in _options.Handlers)
        {
            _numbers[handler] = _session.NumberHandler(handler);
        }

        var recovered = _session.Recover(_started.Read(), _options.Clock.GetUtcNow());
        _session.Commit();
        _started.Clear();
        if (_session.SkipMissing() is { } missing)
        {
            _options.OnMissing(missing);
        }

        _reader = new SqliteInboxReader(_options.Path);
        _purge = new SqlitePurgePass(_reader, ChangeAsync);
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(_options.Path))!;
        _space = new SpaceMonitor(_options.MeasureSpace ?? (() => SpaceMonitor.MeasureVolumeOf(folder)), _options.OnSpaceChanged, _options.Clock);
        _copying = Connect(vfs: null);
        _writer = new SqliteInboxWriter(_session, _copying, _options);
        _check = wasClosed ? null : new SqliteQuickCheck(_options.Path, _options.OnChecked);
        return recovered;
    }

    private sqlite3 Connect(string? vfs)
    {
        // NOMUTEX: each connection is used by one thread at a time, so that SQLite need not lock it.
        SqliteException.ThrowExceptionForRC(raw.sqlite3_open_v2(_options.Path, out var handle, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX, vfs), handle);
        raw.sqlite3_busy_timeout(handle, 5000);
        SqliteGuards.Set(handle);
        Pragma(handle, "mmap_size", "0");
        Pragma(handle, "synchronous", Full);
        Pragma(handle, "wal_autocheckpoint", "0"); // see SqliteCheckpointer
        return handle;
    }

    private void CreateOrCheckSchema(sqlite3 handle)
    {
        using var exists = new SqliteStatement(handle, "SELECT COUNT(*) FROM sqlite_schema");
        exists.Step();
        var isEmpty = exists.Integer(0) == 0;
        exists.Reset();
        if (isEmpty)
        {
            ChangeSchema(handle, SqliteSchema.Create);
            return;
        }

        // Before anything of the file is used: what its tables, triggers and views are is its maker's to say.
        Refuse(SqliteSchemaCheck.Foreign(handle));
        using var version = new SqliteStatement(handle, "SELECT value FROM meta WHERE key = 'schema'");
        version.Step();
        var found = version.Integer(0);
        version.Reset();
        if (found is < SqliteSchema.Oldest or > SqliteSchema.Version)
        {
            throw new InboxException(
                $"The inbox has schema version {found}; this program knows {SqliteSchema.Oldest} to {SqliteSchema.Version}. Use the version that wrote it.");
        }

        if (found < SqliteSchema.Version)
        {
            CopyBeforeUpgrade(found);
            ChangeSchema(handle, SqliteSchema.UpgradeFrom(found));
        }
        else
        {
            Refuse(SqliteSchemaCheck.Changed(handle));
        }
    }

    private void Refuse(IReadOnlyList<string> problems)
    {
        if (problems.Count > 0)
        {
            throw new InboxException($"The inbox {_options.Path} is not as this program makes it, and is not used: {string.Join(" ", problems)} {SqliteSchemaCheck.Fix}");
        }
    }

    /// <summary>The way back, should the new program be wrong: an older one does not open the file any more.</summary>
    private void CopyBeforeUpgrade(long version)
    {
        var target = $"{_options.Path}.schema-{version}.backup";
        var partial = target + ".partial";
        try
        {
            SqliteBackup.RemovePartial(partial);
            SqliteBackup.Copy(_options.Path, partial);

            // One that is there already was made by a start that was cut off before it had changed anything.
            File.Move(partial, target, overwrite: true);
            _options.OnUpgraded(new InboxUpgrade(version, target));
        }
        catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
        {
            SqliteBackup.RemovePartial(partial);
            throw new InboxException(
                $"The inbox {_options.Path} has schema version {version} and could not be copied to {target} before it is taken over: {error.Message} Nothing was changed. Make room for a copy beside it.", error);
        }
    }

    private void ChangeSchema(sqlite3 handle, string statements)
    {
        SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(handle, $"BEGIN IMMEDIATE; {statements}"), handle);
        try
        {
            Refuse(SqliteSchemaCheck.Changed(handle));
        }
        catch (InboxException)
        {
            raw.sqlite3_exec(handle, "ROLLBACK");
            throw;
        }

        SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(handle, "COMMIT"), handle);
    }

    /// <summary>Sets and reads back, since SQLite answers a setting that it cannot make with silence.</summary>
    private static void Pragma(sqlite3 handle, string name, string value, bool readBack = true)
    {
        using (var set = new SqliteStatement(handle, $"PRAGMA {name} = {value}"))
        {
            set.Step();
        }

        if (!readBack)
        {
            return;
        }

        using var get = new SqliteStatement(handle, $"PRAGMA {name}");
        var found = get.Step() ? get.Text(0) : "";
        if (!string.Equals(found, value, StringComparison.OrdinalIgnoreCase))
        {
            throw new InboxException($"SQLite did not take the setting {name} = {value}; it says '{found}'. Is the inbox on a local file system?");
        }
    }

    /// <remarks>More than one caller may end the same host at the same time: each of them finds it closed when this returns.</remarks>
    private void Close()
    {
        lock (_numbers)
        {
            CloseOnce();
        }
    }

    private void CloseOnce()
    {
        var failed = HasFailed;
        _check?.Dispose();
        _space?.Dispose();
        _writer?.Dispose();
        _reader?.Dispose();
        _session?.Dispose();
        if (failed)
        {
            // The last close checkpoints: it would write pages whose log may never have reached the disk.
            raw.sqlite3_db_config(_connection, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);
            raw.sqlite3_db_config(_copying, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);
        }

        _copying?.Dispose();
        _connection?.Dispose();
        _started?.Dispose();
        _lastStored?.Dispose();
        _lock?.Dispose();
        (_check, _space, _writer, _reader, _purge, _session, _copying, _connection, _started, _lastStored, _lock) = (null, null, null, null, null, null, null, null, null, null, null);
    }

    private static InvalidOperationException NotOpen() => new("The inbox is not open.");
}

/// <summary>A file of an older schema that was taken over.</summary>
/// <param name="From">Its version.</param>
/// <param name="Backup">Where it is kept as it was.</param>
internal sealed record InboxUpgrade(long From, string Backup);
