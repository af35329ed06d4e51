using Npgsql;
using WebhookReceiver.Inbox;
using WebhookReceiver.PostgreSql.Schema;

namespace WebhookReceiver.PostgreSql;

/// <summary>Claims work that is due, in one short transaction; what another replica is claiming at the same moment is passed over.</summary>
/// <remarks>
/// A claim is flushed as all else is: a claim that the server forgot would let the next one have the same epoch, and the epoch is what tells them apart.
/// </remarks>
internal sealed class WorkClaims(NpgsqlDataSource source, DatabaseTime time, HeldWork held)
{
    /// <summary>A claim reads bodies into memory: not more than this, and one.</summary>
    private const long MaxBytes = 4 * 1024 * 1024;

    private const string Settings =
        $"SELECT {ServerCheck.FlushAtCommit}, set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('jit', 'off', true)";

    private static readonly string Claim = $"""
        WITH due AS MATERIALIZED (
            SELECT seq, handler, due_at FROM webhook_receiver.work
            WHERE {WorkTransitions.Claim.Condition} AND due_at <= $1 AND handler = ANY($2)
            ORDER BY due_at, seq LIMIT $3 FOR UPDATE SKIP LOCKED),
        sized AS (
            SELECT d.seq, d.handler, SUM(octet_length(e.body)) OVER (ORDER BY d.due_at, d.seq, d.handler) - octet_length(e.body) AS before
            FROM due d JOIN webhook_receiver.event e ON e.seq = d.seq),
        claimed AS (
            UPDATE webhook_receiver.work w SET {WorkTransitions.Claim.Assignments}, owner = $4, started_at = NULL
            FROM sized s WHERE w.seq = s.seq AND w.handler = s.handler AND s.before <= $5
                AND EXISTS (SELECT FROM webhook_receiver.node WHERE id = $4 AND expires_at > clock_timestamp())
            RETURNING w.seq, w.handler, w.generation, w.attempt, w.epoch, w.crash_count, w.due_at)
        SELECT {EventColumns.All}, c.handler, c.generation, c.attempt, c.epoch, c.crash_count
        FROM claimed c JOIN webhook_receiver.event e ON e.seq = c.seq ORDER BY c.due_at, c.seq, c.handler
        """;

    /// <param name="limit">At most so many.</param>
    /// <param name="now">What is due by then.</param>
    /// <param name="handlers">The handlers that this process can run.</param>
    /// <param name="node">The number of this process; one whose lease has run out claims nothing.</param>
    public async ValueTask<IReadOnlyList<WorkItem>> ClaimAsync(int limit, DateTimeOffset now, int[] handlers, int node)
    {
        var items = new List<WorkItem>();
        using var transaction = held.Begin();
        await using var connection = await source.OpenConnectionAsync().ConfigureAwait(false);
        var standby = new StandbyWait(connection);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"),
                new NpgsqlBatchCommand(Settings),
#pragma warning disable CA2100 // All of it is written in this program.
                new NpgsqlBatchCommand(Claim)
#pragma warning restore CA2100
                {
                    Parameters =
                    {
                        new NpgsqlParameter<long> { TypedValue = time.Of(now) }, new NpgsqlParameter<int[]> { TypedValue = handlers },
                        new NpgsqlParameter<int> { TypedValue = limit }, new NpgsqlParameter<int> { TypedValue = node },
                        new NpgsqlParameter<long> { TypedValue = MaxBytes },
                    },
                },
                new NpgsqlBatchCommand("COMMIT"),
            },
        };
        await using (var rows = await batch.ExecuteReaderAsync().ConfigureAwait(false))
        {
            await rows.NextResultAsync().ConfigureAwait(false);
            while (await rows.ReadAsync().ConfigureAwait(false))
            {
                items.Add(new WorkItem(
                    EventColumns.Read(rows), rows.GetInt32(EventColumns.Count), rows.GetInt32(EventColumns.Count + 1),
                    rows.GetInt32(EventColumns.Count + 2), rows.GetInt32(EventColumns.Count + 3), rows.GetInt32(EventColumns.Count + 4)));
            }

            while (await rows.NextResultAsync().ConfigureAwait(false))
            {
                // To the end: what goes wrong in the commit is said there.
            }
        }

        standby.Check();
        foreach (var item in items)
        {
            held.Add(item.Event.Seq, item.Handler, item.Epoch, node);
        }

        return items;
    }
}
