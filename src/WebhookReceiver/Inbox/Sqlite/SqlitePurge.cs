using SQLitePCL;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>The statements of the writing connection that remove what is past its time. Used by the writer's thread alone, inside its transaction.</summary>
/// <remarks>
/// A body is removed by deleting its row and writing it again without the body: SQLite gives pages back when rows are deleted, and not when they shrink.
/// The newest event stays, whatever its age, because the next number is made from it.
/// </remarks>
internal sealed class SqlitePurge : IDisposable
{
    /// <summary>All of an event's work has succeeded or was cancelled (6, 4), and the last of it before the given time.</summary>
    private const string IsPast = """
        EXISTS (SELECT 1 FROM work w WHERE w.seq = event.seq)
        AND NOT EXISTS (SELECT 1 FROM work w WHERE w.seq = event.seq AND (w.state NOT IN (4, 6) OR w.ended_at IS NULL OR w.ended_at >= ?2))
        """;

    private const int KeptColumns = 15;

    private readonly SqliteLedger _ledger;
    private readonly SqliteStatement _takeOut, _putBack, _removeEvent, _removeAttempts, _removeWork, _removeAudit;

    public SqlitePurge(sqlite3 handle, SqliteLedger ledger)
    {
        const string Kept = """
            delivery, part, source, event_id, type, happened_at, received_at, token, secret, content_type, headers, body_sha256,
            data_start, data_length, data_field
            """;
        _ledger = ledger;
        _takeOut = new SqliteStatement(handle, $"DELETE FROM event WHERE seq = ?1 AND purged_at IS NULL AND {IsPast} RETURNING {Kept}");
        _putBack = new SqliteStatement(handle, $"""
            INSERT INTO event(seq, purged_at, body, {Kept}) VALUES (?1, ?2, x'', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
            """);
        _removeEvent = new SqliteStatement(handle, $"DELETE FROM event WHERE seq = ?1 AND seq < (SELECT MAX(seq) FROM event) AND {IsPast}");
        _removeAttempts = new SqliteStatement(handle, "DELETE FROM attempt WHERE seq = ?1");
        _removeWork = new SqliteStatement(handle, "DELETE FROM work WHERE seq = ?1 AND state = ?2");
        _removeAudit = new SqliteStatement(handle, "DELETE FROM audit WHERE id IN (SELECT id FROM (SELECT id, at FROM audit ORDER BY id LIMIT ?2) WHERE at < ?1)");
    }

    /// <summary>Removes the body of an event, and nothing else of it.</summary>
    /// <returns>Whether there was one to remove.</returns>
    public bool RemoveBody(long seq, DateTimeOffset endedBefore, DateTimeOffset now)
    {
        if (!_takeOut.Bind(1, seq).Bind(2, endedBefore.ToUnixTimeMilliseconds()).Step())
        {
            _takeOut.Reset();
            return false;
        }

        _putBack.Bind(1, seq).Bind(2, now.ToUnixTimeMilliseconds());
        for (var column = 0; column < KeptColumns; column++)
        {
            _putBack.Bind(3 + column, _takeOut, column);
        }

        _putBack.Run();
        _takeOut.Reset();
        return true;
    }

    /// <summary>Removes an event with its work and attempts.</summary>
    /// <returns>Whether it was removed.</returns>
    public bool RemoveEvent(long seq, DateTimeOffset endedBefore)
    {
        if (_removeEvent.Bind(1, seq).Bind(2, endedBefore.ToUnixTimeMilliseconds()).Change() == 0)
        {
            return false;
        }

        _removeAttempts.Bind(1, seq).Run();
        _removeWork.Bind(1, seq).Bind(2, (long)WorkState.Succeeded).Run();

        // To the ledger what was cancelled is open: it can be replayed.
        _ledger.WorkClosed(_removeWork.Bind(1, seq).Bind(2, (long)WorkState.Cancelled).Change());
        _ledger.EventPurged();
        return true;
    }

    /// <summary>Removes the oldest lines of the audit.</summary>
    /// <returns>How many were removed.</returns>
    public int RemoveAudit(int limit, DateTimeOffset before) => _removeAudit.Bind(1, before.ToUnixTimeMilliseconds()).Bind(2, limit).Change();

    public void Dispose()
    {
        foreach (var statement in new[] { _takeOut, _putBack, _removeEvent, _removeAttempts, _removeWork, _removeAudit })
        {
            statement.Dispose();
        }
    }
}
