using Npgsql;
using WebhookReceiver.Inbox;
using WebhookReceiver.PostgreSql.Schema;
using WebhookReceiver.PostgreSql.Writing;

namespace WebhookReceiver.PostgreSql;

/// <summary>What a person decides about one event: rare, so that each is a transaction of its own, which holds the event for itself.</summary>
internal sealed class OperatorChanges(NpgsqlDataSource source, DatabaseTime time, Func<int> node)
{
    /// <summary>In the ledger, beside the lanes of the writer.</summary>
    private const int Lane = 0;

    /// <summary>
    /// A process that is held up in the middle must not hold up the others: the server ends its transaction.
    /// </summary>
    private const string Settings =
        $"SELECT {ServerCheck.FlushAtCommit}, set_config('lock_timeout', '5s', true), set_config('idle_in_transaction_session_timeout', '5s', true)";

    // Before the replay and not with it: what it opens may have the key of what was parked.
    private const string RemoveParked = """
        WITH removed AS (
            DELETE FROM webhook_receiver.work WHERE seq = @seq AND (handler = 0 OR state = 5) RETURNING 1)
        INSERT INTO webhook_receiver.ledger AS l (node, lane, events, open_work) SELECT @node, @lane, 0, -(SELECT COUNT(*) FROM removed)
        ON CONFLICT (node, lane) DO UPDATE SET open_work = l.open_work + excluded.open_work
        """;

    private static readonly string Replay = $"""
        WITH kept AS (
            -- A success at the first try has no row of its own: its times stand in the work, which is about to be used again.
            INSERT INTO webhook_receiver.attempt(seq, handler, epoch, generation, number, started_at, ended_at, outcome)
            SELECT seq, handler, epoch, generation, attempt, started_at, ended_at, 0 FROM webhook_receiver.work_done
            WHERE seq = @seq AND handler = ANY(@handlers) AND attempt = 1 AND generation = 0),
        reopened AS (
            DELETE FROM webhook_receiver.work_done WHERE seq = @seq AND handler = ANY(@handlers)),
        again AS (
            UPDATE webhook_receiver.work SET {WorkTransitions.Replay.Assignments}, generation = @generation, due_at = @now, error = NULL
            WHERE seq = @seq AND handler = ANY(@handlers) AND {WorkTransitions.Replay.Condition} RETURNING handler),
        added AS (
            INSERT INTO webhook_receiver.work(seq, handler, state, generation, attempt, epoch, due_at)
            SELECT @seq, h.handler, 1, @generation, 0, @epoch, @now
            FROM unnest(@handlers) AS h(handler) WHERE h.handler NOT IN (SELECT handler FROM again) RETURNING 1),
        audited AS (
            INSERT INTO webhook_receiver.audit(at, seq, action, reason) VALUES (@at, @seq, 'replay', @reason))
        INSERT INTO webhook_receiver.ledger AS l (node, lane, events, open_work)
        SELECT @node, @lane, 0, (SELECT COUNT(*) FROM added)
        ON CONFLICT (node, lane) DO UPDATE SET open_work = l.open_work + excluded.open_work
        """;

    public Task<ChangeStatus> ReplayAsync(long seq, IReadOnlyList<int> handlers, string reason, DateTimeOffset now) => ChangeAsync(seq, async (connection, held) =>
    {
        var work = held.Work;
        if (held.IsPurged)
        {
            return ChangeStatus.Purged;
        }

        if (handlers.Count == 0 || work.Any(static w => !WorkTransitions.Replay.StartsFrom(w.State)))
        {
            return ChangeStatus.Refused;
        }

        // Work that is made anew goes on above every epoch that it may have had, also before another handler took its place: an old claim must never fit again.
        var epoch = work.Max(static w => w.Epoch) + 1;
        await using var replay = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(RemoveParked) { Parameters = { Value("seq", seq), Value("node", node()), Value("lane", Lane) } },
                new NpgsqlBatchCommand(Replay)
                {
                    Parameters =
                    {
                        Value("seq", seq), Value("handlers", handlers.ToArray()), Value("generation", work.Max(static w => w.Generation) + 1),
                        Value("epoch", epoch), Value("now", time.Of(now)), Value("at", now.ToUnixTimeMilliseconds()), Value("reason", StorableText.Of(reason)!),
                        Value("node", node()), Value("lane", Lane),
                    },
                },
            },
        };
        await replay.ExecuteNonQueryAsync().ConfigureAwait(false);
        return ChangeStatus.Changed;
    });

    public Task<ChangeStatus> CancelAsync(long seq, string reason, DateTimeOffset now) => ChangeAsync(seq, async (connection, _) =>
    {
        await using var cancel = new NpgsqlCommand($"""
            WITH cancelled AS (
                UPDATE webhook_receiver.work SET {WorkTransitions.Cancel.Assignments}, due_at = NULL, ended_at = @at
                WHERE seq = @seq AND {WorkTransitions.Cancel.Condition} RETURNING 1)
            INSERT INTO webhook_receiver.audit(at, seq, action, reason)
            SELECT @at, @seq, 'cancel', @reason WHERE EXISTS (SELECT FROM cancelled)
            """, connection);
        cancel.Parameters.Add(Value("seq", seq));
        cancel.Parameters.Add(Value("at", now.ToUnixTimeMilliseconds()));
        cancel.Parameters.Add(Value("reason", StorableText.Of(reason)!));
        return await cancel.ExecuteNonQueryAsync().ConfigureAwait(false) > 0 ? ChangeStatus.Changed : ChangeStatus.Refused;
    });

    public async Task AuditAsync(long seq, string action, string reason, DateTimeOffset now)
    {
        await using var audit = source.CreateCommand("INSERT INTO webhook_receiver.audit(at, seq, action, reason) VALUES (@at, @seq, @action, @reason)");
        audit.Parameters.Add(Value("at", now.ToUnixTimeMilliseconds()));
        audit.Parameters.Add(Value("seq", seq));
        audit.Parameters.Add(Value("action", action));
        audit.Parameters.Add(Value("reason", StorableText.Of(reason)!));
        await audit.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private static NpgsqlParameter<T> Value<T>(string name, T value) => new(name, value);

    private async Task<ChangeStatus> ChangeAsync(long seq, Func<NpgsqlConnection, HeldEvent, Task<ChangeStatus>> change)
    {
        await using var connection = await source.OpenConnectionAsync().ConfigureAwait(false);
        var standby = new StandbyWait(connection);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted).ConfigureAwait(false);
        await using (var settings = new NpgsqlCommand(Settings, connection))
        {
            await settings.ExecuteNonQueryAsync().ConfigureAwait(false);
        }

        // Two people may decide at the same moment: the event is held by one of them, and the other one then sees what became of it.
        bool isPurged;
        await using (var hold = new NpgsqlCommand("SELECT purged_at IS NOT NULL FROM webhook_receiver.event WHERE seq = $1 FOR NO KEY UPDATE", connection))
        {
            hold.Parameters.Add(new NpgsqlParameter<long> { TypedValue = seq });
            isPurged = await hold.ExecuteScalarAsync().ConfigureAwait(false) is true;
        }

        var work = await WorkAsync(connection, seq).ConfigureAwait(false);
        if (work.Count == 0)
        {
            return ChangeStatus.NotFound;
        }

        var status = await change(connection, new HeldEvent(work, isPurged)).ConfigureAwait(false);
        if (status == ChangeStatus.Changed)
        {
            await transaction.CommitAsync().ConfigureAwait(false);
            standby.Check();
        }

        return status;
    }

    private static async Task<IReadOnlyList<WorkRow>> WorkAsync(NpgsqlConnection connection, long seq)
    {
        // Open work is locked: its state stays as it is seen here.
        await using var read = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("SELECT state::int, generation, epoch FROM webhook_receiver.work WHERE seq = $1 ORDER BY handler FOR UPDATE")
                {
                    Parameters = { new NpgsqlParameter<long> { TypedValue = seq } },
                },
                new NpgsqlBatchCommand("SELECT 6, generation, epoch FROM webhook_receiver.work_done WHERE seq = $1")
                {
                    Parameters = { new NpgsqlParameter<long> { TypedValue = seq } },
                },
            },
        };
        await using var rows = await read.ExecuteReaderAsync().ConfigureAwait(false);
        var work = new List<WorkRow>();
        do
        {
            while (await rows.ReadAsync().ConfigureAwait(false))
            {
                work.Add(new WorkRow((WorkState)rows.GetInt32(0), rows.GetInt32(1), rows.GetInt32(2)));
            }
        }
        while (await rows.NextResultAsync().ConfigureAwait(false));

        return work;
    }

    private readonly record struct HeldEvent(IReadOnlyList<WorkRow> Work, bool IsPurged);

    private readonly record struct WorkRow(WorkState State, int Generation, int Epoch);
}
