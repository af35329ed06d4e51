using Npgsql;
using WebhookReceiver.PostgreSql.Schema;

namespace WebhookReceiver.PostgreSql.Retention;

/// <summary>
/// The statements that remove what is past its time, in one short transaction. Its first one takes the events for itself, as whoever decides about an event
/// does (<see cref="OperatorChanges"/>), and passes over those that somebody has; the others then see what has become of them, and each says by itself that it
/// concerns only events all of whose work has succeeded or was cancelled.
/// </summary>
internal static class PurgeStatements
{
    public const string Begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

    public const string Settings =
        $"SELECT {ServerCheck.FlushAtCommit}, set_config('lock_timeout', '1s', true), set_config('idle_in_transaction_session_timeout', '5s', true), set_config('jit', 'off', true)";

    /// <summary>One replica at a time, for as long as the transaction lasts.</summary>
    public const string TakeTurn = "SELECT pg_try_advisory_xact_lock(hashtext('webhook_receiver.purge'))";

    /// <summary>Finds what is past its time among so many numbers: <c>$1</c> and <c>$2</c> are the first and the last, the times follow.</summary>
    /// <remarks>Walks over the rows of work, which are narrow. Work that is neither done nor cancelled has no end, and keeps its event.</remarks>
    public const string Find = """
        SELECT seq, MAX(ended_at) < $5 FROM (
            SELECT seq, ended_at FROM webhook_receiver.work_done WHERE seq BETWEEN $1 AND $2
            UNION ALL SELECT seq, CASE WHEN state = 4 THEN ended_at END FROM webhook_receiver.work WHERE seq BETWEEN $1 AND $2) AS w
        GROUP BY seq
        HAVING COUNT(*) = COUNT(ended_at) AND (MAX(ended_at) >= $3 AND MAX(ended_at) < $4 OR MAX(ended_at) < $5)
        ORDER BY seq LIMIT $6
        """;

    /// <summary>The lowest number above <c>$1</c> that has work.</summary>
    public const string Next = """
        SELECT LEAST(
            (SELECT MIN(seq) FROM webhook_receiver.work_done WHERE seq > $1), (SELECT MIN(seq) FROM webhook_receiver.work WHERE seq > $1))
        """;

    public const string Hold = "SELECT seq FROM webhook_receiver.event WHERE seq = ANY($1) ORDER BY seq FOR UPDATE SKIP LOCKED";

    /// <summary>Removes the bodies of the events <c>$1</c> that ended before <c>$2</c>; <c>$3</c> is now.</summary>
    public const string RemoveBodies = $"""
        UPDATE webhook_receiver.event e SET body = ''::bytea, purged_at = $3 WHERE e.seq = ANY($1) AND e.purged_at IS NULL AND {IsPast}
        """;

    /// <summary>Removes the events <c>$1</c> that ended before <c>$2</c>, and says how many; <c>$3</c> is the node that counts them.</summary>
    /// <remarks>To the ledger what was cancelled is open: it can be replayed. What makes an event known is not removed: it has a time of its own.</remarks>
    public const string RemoveEvents = $"""
        WITH gone AS (DELETE FROM webhook_receiver.event e WHERE e.seq = ANY($1) AND {IsPast} RETURNING e.seq),
        attempts AS (DELETE FROM webhook_receiver.attempt WHERE seq IN (SELECT seq FROM gone)),
        done AS (DELETE FROM webhook_receiver.work_done WHERE seq IN (SELECT seq FROM gone)),
        closed AS (DELETE FROM webhook_receiver.work WHERE seq IN (SELECT seq FROM gone) RETURNING 1),
        counted AS (
            INSERT INTO webhook_receiver.ledger AS l (node, lane, events, open_work, purged)
            SELECT $3, 0, 0, -(SELECT COUNT(*) FROM closed), (SELECT COUNT(*) FROM gone)
            ON CONFLICT (node, lane) DO UPDATE SET open_work = l.open_work + excluded.open_work, purged = l.purged + excluded.purged)
        SELECT COUNT(*)::int FROM gone
        """;

    /// <summary>Removes lines of the audit from before <c>$1</c>, the oldest <c>$2</c> of them.</summary>
    public const string RemoveAudit = """
        DELETE FROM webhook_receiver.audit WHERE id IN (
            SELECT id FROM (SELECT id, at FROM webhook_receiver.audit ORDER BY id LIMIT $2) AS oldest WHERE at < $1)
        """;

    /// <summary>Forgets ids that were known until before <c>$1</c>, at most <c>$2</c> of them.</summary>
    public const string RemoveKnown = """
        DELETE FROM webhook_receiver.dedupe WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM webhook_receiver.dedupe WHERE known_until < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)) AND known_until < $1
        """;

    private const string IsPast = """
        (EXISTS (SELECT FROM webhook_receiver.work_done d WHERE d.seq = e.seq) OR EXISTS (SELECT FROM webhook_receiver.work w WHERE w.seq = e.seq))
        AND NOT EXISTS (SELECT FROM webhook_receiver.work_done d WHERE d.seq = e.seq AND d.ended_at >= $2)
        AND NOT EXISTS (SELECT FROM webhook_receiver.work w WHERE w.seq = e.seq AND (w.state <> 4 OR w.ended_at IS NULL OR w.ended_at >= $2))
        """;

    public static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
#pragma warning disable CA2100 // The texts above.
        var command = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    public static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };
}
