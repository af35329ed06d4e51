using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SQLitePCL;
using WebhookReceiver.Inbox.Sqlite.Dedupe;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>The statements of the writing connection. Used by the writer's thread alone, inside its transaction.</summary>
internal sealed unsafe class SqliteInboxSession : IDisposable
{
    /// <summary>A claim reads bodies into memory: not more than this, and one.</summary>
    private const long MaxClaimBytes = 4 * 1024 * 1024;

    // A run of ids must be written before the next one is full, and none of it may hold a commit up for long.
    private const int IdsMovedPerEvent = 4;
    private const int MinIdsMoved = 32;

    /// <summary>What a purge may take of the writer's time at once: deliveries wait for it.</summary>
    private static readonly TimeSpan MaxPurgeTime = TimeSpan.FromMilliseconds(20);

    // The mark below which nothing runs stays behind the newest events, most of which run, and moves on when so many more have come.
    private const int EventsAboveMark = 2_048;
    private const int EventsPerMark = 16_384;
    private const string RunningFromKey = "running_from";

    private readonly sqlite3 _handle;
    private readonly TimeProvider _clock;
    private readonly int _idsPerRun;
    private readonly List<SqliteStatement> _statements = [];

    private readonly SqliteStatement _begin, _commit, _rollback, _savepoint, _rollbackTo, _release;
    private readonly SqliteStatement _insertEvent, _insertWork;
    private readonly Dictionary<WorkTransition, SqliteStatement> _ends = [];
    private readonly SqliteStatement _succeed, _insertAttempt;
    private readonly SqliteStatement _due, _claim, _readEvent;
    private readonly SqliteStatement _workOf, _replay, _keepFirstTry, _addWork, _removeParked, _cancel, _audit, _listRunning, _isPurged;
    private readonly SqliteMeta _meta;
    private readonly SqliteLedger _ledger;
    private readonly SqlitePurge _purge;
    private readonly LastStored _lastStored;

    // The random parts of ids, a block at a time: each call of the system's generator costs as much as many ids.
    private readonly long[] _tokens = new long[128];

    private int _tokensLeft;
    private readonly int* _pagesInLog = (int*)NativeMemory.AllocZeroed(sizeof(int));
    private KnownEvents _known = null!; // read by Load, before anything else
    private int _savedIds;
    private long _lastSeq;
    private long _runningFrom;

    /// <summary>Prepares the statements; inside no transaction.</summary>
    public SqliteInboxSession(sqlite3 handle, LastStored lastStored, TimeProvider clock, int idsPerRun)
    {
        (_handle, _lastStored, _clock, _idsPerRun) = (handle, lastStored, clock, idsPerRun);
        SqliteNative.HookLog(handle.DangerousGetHandle(), &CountLog, _pagesInLog);
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _rollback = Prepare("ROLLBACK");
        _savepoint = Prepare("SAVEPOINT command");
        _rollbackTo = Prepare("ROLLBACK TO command");
        _release = Prepare("RELEASE command");
        _insertEvent = Prepare("""
            INSERT INTO event(seq, delivery, part, source, event_id, type, happened_at, received_at, token, secret, content_type, headers,
                body_sha256, data_start, data_length, data_field, body)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
            """);
        _insertWork = Prepare("""
            INSERT INTO work(seq, handler, state, generation, attempt, epoch, due_at) VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6)
            """);
        _succeed = Prepare($"""
            UPDATE work SET {WorkTransitions.Succeed.Assignments}, started_at = ?4, ended_at = ?5, due_at = NULL, error = NULL
            WHERE seq = ?1 AND handler = ?2 AND {WorkTransitions.Succeed.Condition} AND epoch = ?3
            """);
        foreach (var end in WorkTransitions.All.Where(static transition => transition.IsFenced && transition != WorkTransitions.Succeed))
        {
            _ends[end] = Prepare($"""
                UPDATE work SET {end.Assignments}, due_at = ?4, started_at = ?5, ended_at = ?6, error = ?7
                WHERE seq = ?1 AND handler = ?2 AND {end.Condition} AND epoch = ?3
                """);
        }

        _insertAttempt = Prepare("""
            INSERT INTO attempt(seq, handler, epoch, generation, number, started_at, ended_at, outcome, error)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """);
        _due = Prepare($"SELECT seq, handler FROM work WHERE {WorkTransitions.Claim.Condition} AND due_at <= ?1 ORDER BY due_at LIMIT ?2");
        // Running work that keeps its time stands in an index of its own: it may be older than the mark.
        _claim = Prepare($"""
            UPDATE work SET {WorkTransitions.Claim.Assignments} WHERE seq = ?1 AND handler = ?2 AND {WorkTransitions.Claim.Condition}
            RETURNING generation, attempt, epoch, crash_count
            """);
        _readEvent = Prepare($"SELECT {EventColumns.All} FROM event e WHERE seq = ?1");
        _workOf = Prepare("SELECT handler, state, generation, epoch FROM work WHERE seq = ?1");
        _replay = Prepare($"""
            UPDATE work SET {WorkTransitions.Replay.Assignments}, generation = ?3, due_at = ?4, error = NULL
            WHERE seq = ?1 AND handler = ?2 AND {WorkTransitions.Replay.Condition}
            """);
        // A success at the first try has no row of its own: its times stand in the work, which is about to be used again.
        _keepFirstTry = Prepare("""
            INSERT INTO attempt(seq, handler, epoch, generation, number, started_at, ended_at, outcome)
            SELECT seq, handler, epoch, generation, attempt, started_at, ended_at, 0 FROM work
            WHERE seq = ?1 AND handler = ?2 AND state = 6 AND attempt = 1 AND generation = 0 AND started_at IS NOT NULL
            """);
        _addWork = Prepare("INSERT INTO work(seq, handler, state, generation, attempt, epoch, due_at) VALUES (?1, ?2, 1, ?3, 0, ?5, ?4)");
        _removeParked = Prepare("DELETE FROM work WHERE seq = ?1 AND (handler = 0 OR state = 5)");
        _cancel = Prepare($"UPDATE work SET {WorkTransitions.Cancel.Assignments}, due_at = NULL, ended_at = ?2 WHERE seq = ?1 AND {WorkTransitions.Cancel.Condition}");
        _audit = Prepare("INSERT INTO audit(at, seq, action, reason) VALUES (?1, ?2, ?3, ?4)");
        _listRunning = Prepare("UPDATE work SET due_at = ?3 WHERE seq >= ?1 AND seq < ?2 AND state = 0 AND due_at IS NULL");
        _isPurged = Prepare("SELECT 1 FROM event WHERE seq = ?1 AND purged_at IS NOT NULL");
        _meta = new SqliteMeta(handle);
        _ledger = new SqliteLedger(handle);
        _purge = new SqlitePurge(handle, _ledger);
    }

    public void Begin()
    {
        _begin.Run();
        _ledger.Begin();
    }

    /// <summary>Does a little of what is due on disk beside the commands; last, before the commit.</summary>
    public void MoveOn()
    {
        var now = _clock.GetUtcNow();
        _known.MoveOn(MinIdsMoved + (IdsMovedPerEvent * _ledger.NewEvents), now);
        var mark = _lastSeq + 1 - EventsAboveMark;
        if (mark - _runningFrom >= EventsPerMark)
        {
            // What still runs below the new mark is found by its index from now on.
            _listRunning.Bind(1, _runningFrom).Bind(2, mark).Bind(3, now.ToUnixTimeMilliseconds()).Run();
            MoveMarkTo(mark);
        }
    }

    public void Commit()
    {
        _ledger.Write();
        _commit.Run();
        _known.Committed();
        if (_ledger.LastSeq > 0)
        {
            _lastStored.Seq = _ledger.LastSeq;
        }
    }

    /// <summary>How many pages the log held after the last commit.</summary>
    public int PagesInLog => *_pagesInLog;

    /// <summary>Copies what is left of the log into the database; outside a transaction.</summary>
    public void Checkpoint() => SqliteCheckpointer.Checkpoint(_handle);

    /// <summary>Rolls back, unless SQLite has done so itself, as it does on a full disk.</summary>
    public void Rollback()
    {
        if (raw.sqlite3_get_autocommit(_handle) == 0)
        {
            _rollback.Run();
        }

        _known.RolledBack();
        ReadMarks();
    }

    public void Save()
    {
        _savepoint.Run();
        _savedIds = _known.Mark;
        _ledger.Save();
    }

    public void RollbackToSave()
    {
        _rollbackTo.Run();
        _release.Run();
        _known.UndoTo(_savedIds);
        _ledger.UndoToSave();
    }

    public void ReleaseSave() => _release.Run();

    /// <summary>Reads what lives in memory; once, inside a transaction.</summary>
    public void Load()
    {
        _known = new KnownEvents(_handle, _meta, _idsPerRun);
        ReadMarks();
    }

    public int NumberHandler(HandlerIdentity handler)
    {
        using var insert = new SqliteStatement(_handle, "INSERT OR IGNORE INTO handler(source, type, name) VALUES (?1, ?2, ?3)");
        insert.Bind(1, handler.Source).Bind(2, handler.Type).Bind(3, handler.Name).Run();
        using var find = new SqliteStatement(_handle, "SELECT id FROM handler WHERE source = ?1 AND type = ?2 AND name = ?3");
        find.Bind(1, handler.Source).Bind(2, handler.Type).Bind(3, handler.Name).Step();
        return (int)find.Integer(0);
    }

    /// <summary>
    /// Makes pending what was running when the last process ended: the lock file says that no other process has it. What its handlers were called
    /// for is a suspect, and dead at the third time.
    /// </summary>
    public RecoveredWork Recover(StartedAttempt[] started, DateTimeOffset now)
    {
        var at = now.ToUnixTimeMilliseconds();
        var crashed = new List<CrashedAttempt>();
        foreach (var attempt in started)
        {
            if (RecoverStarted(attempt, at) is { } one)
            {
                crashed.Add(one);
            }
        }

        var recover = WorkTransitions.Recover;
        using var above = new SqliteStatement(_handle, $"UPDATE work SET {recover.Assignments}, due_at = ?1 WHERE seq >= ?2 AND {recover.Condition}");
        using var listed = new SqliteStatement(
            _handle, $"UPDATE work INDEXED BY work_running SET {recover.Assignments}, due_at = ?1 WHERE due_at IS NOT NULL AND {recover.Condition}");
        var others = above.Bind(1, at).Bind(2, _runningFrom).Change() + listed.Bind(1, at).Change();
        MoveMarkTo(_lastSeq + 1);
        return new RecoveredWork(others, crashed);
    }

    private CrashedAttempt? RecoverStarted(StartedAttempt attempt, long now)
    {
        const string Error = "The process ended while the handler ran.";
        using var find = new SqliteStatement(
            _handle, $"SELECT generation, attempt, crash_count FROM work WHERE seq = ?1 AND handler = ?2 AND epoch = ?3 AND {WorkTransitions.Suspect.Condition}");
        if (!find.Bind(1, attempt.Seq).Bind(2, attempt.Handler).Bind(3, attempt.Epoch).Step())
        {
            // Its end was written after it was called.
            return null;
        }

        var (generation, number, crashes) = (find.Integer(0), find.Integer(1), find.Integer(2) + 1);
        find.Reset();
        var outcome = crashes < WorkTransitions.MaxCrashes ? AttemptOutcome.Crashed : AttemptOutcome.CrashSuspect;
        var transition = outcome.Transition();
        using var change = new SqliteStatement(_handle, $"""
            UPDATE work SET {transition.Assignments}, crash_count = ?4, due_at = ?5, started_at = ?6, ended_at = ?7, error = ?8
            WHERE seq = ?1 AND handler = ?2 AND epoch = ?3 AND {transition.Condition}
            """);
        change.Bind(1, attempt.Seq).Bind(2, attempt.Handler).Bind(3, attempt.Epoch).Bind(4, crashes)
            .Bind(5, transition.To == WorkState.Pending ? now : null).Bind(6, attempt.StartedAt).Bind(7, now).Bind(8, Error).Run();
        InsertAttempt(attempt.Seq, attempt.Handler, attempt.Epoch, generation, number, attempt.StartedAt, now, outcome, Error);
        return new CrashedAttempt(PublicIdOf(attempt.Seq), attempt.Handler, (int)crashes, outcome);
    }

    /// <summary>Gives no number again that was given to an event which is not there any more.</summary>
    /// <returns>What is missing.</returns>
    public MissingEvents? SkipMissing()
    {
        var missing = _lastStored.Seq > _lastSeq ? new MissingEvents(_lastSeq, _lastStored.Seq) : null;
        _lastSeq = Math.Max(_lastSeq, _lastStored.Seq);
        return missing;
    }

    public void SetMeta(string key, long value) => _meta.Set(key, value);

    public void Append(InboxDelivery delivery)
    {
        var first = _lastSeq + 1;
        for (var part = 0; part < delivery.Events.Length; part++)
        {
            Append(delivery.Events[part], delivery.Handlers[part], delivery.BornRunning, first, part);
        }
    }

    public bool Complete(WorkCompletion completion)
    {
        var item = completion.Item;
        var started = completion.StartedAt.ToUnixTimeMilliseconds();
        var ended = completion.EndedAt.ToUnixTimeMilliseconds();
        int changed;
        if (completion.Outcome == AttemptOutcome.Succeeded)
        {
            changed = _succeed.Bind(1, item.Event.Seq).Bind(2, item.Handler).Bind(3, item.Epoch).Bind(4, started).Bind(5, ended).Change();
        }
        else
        {
            // What goes back to pending is due at once.
            var end = completion.Outcome.Transition();
            var due = end.To == WorkState.Pending ? ended : completion.DueAt?.ToUnixTimeMilliseconds();
            changed = _ends[end].Bind(1, item.Event.Seq).Bind(2, item.Handler).Bind(3, item.Epoch)
                .Bind(4, due).Bind(5, started).Bind(6, ended).Bind(7, completion.Error).Change();
        }

        if (changed == 0)
        {
            return false;
        }

        if (completion.Outcome == AttemptOutcome.Succeeded)
        {
            _ledger.WorkClosed();
        }

        var isFirstTrySuccess = completion.Outcome == AttemptOutcome.Succeeded && item is { Attempt: 1, Generation: 0 };
        if (!isFirstTrySuccess && completion.Outcome != AttemptOutcome.Released)
        {
            InsertAttempt(item.Event.Seq, item.Handler, item.Epoch, item.Generation, item.Attempt, started, ended, completion.Outcome, completion.Error);
        }

        return true;
    }

    public IReadOnlyList<WorkItem> Claim(int limit, DateTimeOffset now)
    {
        var due = new (long Seq, int Handler)[limit];
        var count = 0;
        _due.Bind(1, now.ToUnixTimeMilliseconds()).Bind(2, limit);
        while (_due.Step())
        {
            due[count++] = (_due.Integer(0), (int)_due.Integer(1));
        }

        _due.Reset();
        var items = new List<WorkItem>(count);
        var bytes = 0L;
        for (var place = 0; place < count && bytes <= MaxClaimBytes; place++)
        {
            var (seq, handler) = due[place];
            if (!_claim.Bind(1, seq).Bind(2, handler).Step())
            {
                // The index names work that is not there or not waiting: the file is damaged. To run it would be to run it for ever.
                _claim.Reset();
                continue;
            }

            var (generation, attempt, epoch, crashes) = ((int)_claim.Integer(0), (int)_claim.Integer(1), (int)_claim.Integer(2), (int)_claim.Integer(3));
            _claim.Reset();
            if (!_readEvent.Bind(1, seq).Step())
            {
                // Somebody removed the event and not its work, which would otherwise run for ever without being run.
                var at = now.ToUnixTimeMilliseconds();
                _readEvent.Reset();
                _ends[WorkTransitions.Bury].Bind(1, seq).Bind(2, handler).Bind(3, epoch).Bind(4, (long?)null).Bind(5, at).Bind(6, at)
                    .Bind(7, "The event of this work is not in the inbox any more.").Run();
                continue;
            }

            var stored = EventColumns.Read(_readEvent);
            items.Add(new WorkItem(stored, handler, generation, attempt, epoch, crashes));
            bytes += stored.Body.Length;
            _readEvent.Reset();
        }

        return items;
    }

    public ChangeStatus Replay(long seq, IReadOnlyList<int> handlers, string reason, DateTimeOffset now)
    {
        var work = WorkOf(seq);
        if (work.Count == 0)
        {
            return ChangeStatus.NotFound;
        }

        if (IsPurged(seq))
        {
            return ChangeStatus.Purged;
        }

        if (handlers.Count == 0 || !work.TrueForAll(static w => WorkTransitions.Replay.StartsFrom(w.State)))
        {
            return ChangeStatus.Refused;
        }

        var generation = work.Max(static w => w.Generation) + 1;
        var at = now.ToUnixTimeMilliseconds();

        // Work that is made anew goes on above every epoch that it may have had: an old claim must never fit again.
        var epoch = work.Max(static w => w.Epoch) + 1;
        _ledger.WorkClosed(_removeParked.Bind(1, seq).Change());
        work = WorkOf(seq);
        foreach (var handler in handlers)
        {
            _keepFirstTry.Bind(1, seq).Bind(2, handler).Run();
            var found = work.FindIndex(w => w.Handler == handler);
            if (found >= 0)
            {
                _replay.Bind(1, seq).Bind(2, handler).Bind(3, generation).Bind(4, at).Run();
            }
            else
            {
                _addWork.Bind(1, seq).Bind(2, handler).Bind(3, generation).Bind(4, at).Bind(5, epoch).Run();
            }

            if (found < 0 || work[found].State == WorkState.Succeeded)
            {
                _ledger.WorkOpened();
            }
        }

        Audit(seq, "replay", reason, at);
        return ChangeStatus.Changed;
    }

    public ChangeStatus Cancel(long seq, string reason, DateTimeOffset now)
    {
        if (WorkOf(seq).Count == 0)
        {
            return ChangeStatus.NotFound;
        }

        if (_cancel.Bind(1, seq).Bind(2, now.ToUnixTimeMilliseconds()).Change() == 0)
        {
            return ChangeStatus.Refused;
        }

        Audit(seq, "cancel", reason, now.ToUnixTimeMilliseconds());
        return ChangeStatus.Changed;
    }

    public void Audit(long seq, string action, string reason, long at) => _audit.Bind(1, at).Bind(2, seq).Bind(3, action).Bind(4, reason).Run();

    /// <summary>Removes what was found past its time, unless that is not true any more.</summary>
    /// <param name="found">What was found.</param>
    /// <param name="limits">What is past its time.</param>
    /// <param name="reached">Becomes the last number that was looked at, where the time was up before all were.</param>
    public PurgeSlice Purge(IReadOnlyList<PastEvent> found, RetentionLimits limits, ref long reached)
    {
        var (started, now) = (_clock.GetTimestamp(), _clock.GetUtcNow());
        var (bodies, events) = (0, 0);
        foreach (var past in found)
        {
            if (past.IsWhole)
            {
                events += _purge.RemoveEvent(past.Seq, limits.EventsBefore) ? 1 : 0;
            }
            else
            {
                bodies += _purge.RemoveBody(past.Seq, limits.BodiesBefore, now) ? 1 : 0;
            }

            if (_clock.GetElapsedTime(started) >= MaxPurgeTime)
            {
                reached = past.Seq;
                break;
            }
        }

        return new PurgeSlice(PurgeStatus.More, bodies, events);
    }

    /// <summary>Removes the oldest lines of the audit.</summary>
    public PurgeSlice PurgeAudit(int limit, DateTimeOffset before)
    {
        _purge.RemoveAudit(limit, before);
        return new PurgeSlice(PurgeStatus.More);
    }

    public void Dispose()
    {
        _known?.Dispose();
        _purge.Dispose();
        _ledger.Dispose();
        _meta.Dispose();
        foreach (var statement in _statements)
        {
            statement.Dispose();
        }

        SqliteNative.HookLog(_handle.DangerousGetHandle(), null, null);
        NativeMemory.Free(_pagesInLog);
    }

    private void Append(InboxEvent e, int[] handlers, bool bornRunning, long delivery, int part)
    {
        var key = _known.KeyOf(e.Source, e.EventId);
        var bodyHash = BitConverter.ToInt64(e.BodySha256);
        var received = e.ReceivedAt.ToUnixTimeMilliseconds();
        if (_known.TryFind(key, out var first) && first.ReceivedAt > received - (long)e.DedupeWindow.TotalMilliseconds)
        {
            (e.Seq, e.Token, e.IsDuplicate, e.IsBodyMismatch) = (first.Seq, first.Token, true, first.BodyHash != bodyHash);
            return;
        }

        var (seq, token) = (_lastSeq + 1, NewToken());
        (e.Seq, e.Token, e.IsDuplicate, e.IsBodyMismatch) = (seq, token, false, false);
        _lastSeq = seq;
        _known.Add(key, new KnownEvent(seq, token, bodyHash, received));
        _insertEvent.Bind(1, seq).Bind(2, delivery).Bind(3, part).Bind(4, e.Source).Bind(5, e.EventId).Bind(6, e.Type)
            .Bind(7, e.Timestamp?.ToUnixTimeMilliseconds()).Bind(8, received).Bind(9, token).Bind(10, e.SecretIndex)
            .Bind(11, e.ContentType).Bind(12, e.Headers).Bind(13, e.BodySha256)
            .Bind(14, e.Data.Start).Bind(15, e.Data.Length).Bind(16, e.Data.FormField).Bind(17, e.Body).Run();
        _ledger.EventStored(seq);
        if (handlers.Length == 0)
        {
            _insertWork.Bind(1, seq).Bind(2, 0L).Bind(3, (long)WorkState.Parked).Bind(4, 0L).Bind(5, 0L).Bind(6, (long?)null).Run();
            _ledger.WorkOpened();
            return;
        }

        foreach (var handler in handlers)
        {
            _insertWork.Bind(1, seq).Bind(2, handler);
            if (bornRunning)
            {
                _insertWork.Bind(3, (long)WorkState.Running).Bind(4, 1L).Bind(5, 1L).Bind(6, (long?)null).Run();
            }
            else
            {
                _insertWork.Bind(3, (long)WorkState.Pending).Bind(4, 0L).Bind(5, 0L).Bind(6, received).Run();
            }

            _ledger.WorkOpened();
        }
    }

    private string PublicIdOf(long seq)
    {
        using var find = new SqliteStatement(_handle, "SELECT token FROM event WHERE seq = ?1");
        return find.Bind(1, seq).Step() ? PublicId.Format(seq, find.Integer(0)) : "";
    }

    private void InsertAttempt(
        long seq, int handler, int epoch, long generation, long number, long startedAt, long endedAt, AttemptOutcome outcome, string? error) =>
        _insertAttempt.Bind(1, seq).Bind(2, handler).Bind(3, epoch).Bind(4, generation).Bind(5, number)
            .Bind(6, startedAt).Bind(7, endedAt).Bind(8, (long)outcome).Bind(9, error).Run();

    /// <summary>Moves the mark below which nothing runs but what its index lists.</summary>
    private void MoveMarkTo(long seq)
    {
        _runningFrom = seq;
        SetMeta(RunningFromKey, seq);
    }

    private void ReadMarks()
    {
        using var last = new SqliteStatement(_handle, "SELECT COALESCE(MAX(seq), 0) FROM event");
        last.Step();
        _lastSeq = Math.Max(_lastSeq, last.Integer(0));
        _runningFrom = _meta.Read(RunningFromKey) ?? 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CountLog(int* pagesInLog, nint connection, byte* database, int pages)
    {
        *pagesInLog = pages;
        return raw.SQLITE_OK;
    }

    private long NewToken()
    {
        if (_tokensLeft == 0)
        {
            RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(_tokens.AsSpan()));
            _tokensLeft = _tokens.Length;
        }

        return _tokens[--_tokensLeft];
    }

    private bool IsPurged(long seq)
    {
        var isPurged = _isPurged.Bind(1, seq).Step();
        _isPurged.Reset();
        return isPurged;
    }

    private List<(int Handler, WorkState State, int Generation, int Epoch)> WorkOf(long seq)
    {
        var work = new List<(int, WorkState, int, int)>();
        _workOf.Bind(1, seq);
        while (_workOf.Step())
        {
            work.Add(((int)_workOf.Integer(0), (WorkState)_workOf.Integer(1), (int)_workOf.Integer(2), (int)_workOf.Integer(3)));
        }

        _workOf.Reset();
        return work;
    }

    private SqliteStatement Prepare(string sql)
    {
        var statement = new SqliteStatement(_handle, sql);
        _statements.Add(statement);
        return statement;
    }
}
