using Npgsql;

namespace WebhookReceiver.PostgreSql.Nodes;

/// <summary>
/// Makes pending again what nobody runs any more. Any replica may, at any time: rows that somebody else has locked are left for the next turn, and
/// the epoch rises, so that whoever still runs them has lost them.
/// </summary>
internal sealed class NodeSweeper(NpgsqlDataSource source, DatabaseTime time, TimeProvider clock)
{
    private const string MakePending = "UPDATE webhook_receiver.work w SET state = 1, epoch = w.epoch + 1, owner = NULL, due_at = $1";

    /// <summary>Ends the nodes whose lease has run out, and takes over their work.</summary>
    /// <returns>How many nodes, and how much work.</returns>
    public async Task<(int Nodes, int Work)> EndExpiredAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var find = new NpgsqlCommand("SELECT COUNT(*)::int FROM webhook_receiver.node WHERE expires_at < clock_timestamp()", connection);
        if ((int)(await find.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))! == 0)
        {
            return (0, 0);
        }

        return await EndAsync(connection, "expires_at < clock_timestamp()", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends one node, at a clean stop.</summary>
    public async Task EndAsync(int node, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await EndAsync(connection, $"id = {node}", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Makes pending what runs by the account of a node that is not there: a process that was held up wrote it after its lease had run out.
    /// </summary>
    public async Task<int> FreeOrphansAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var free = new NpgsqlCommand($"""
            {MakePending} FROM (
                SELECT seq, handler FROM webhook_receiver.work
                WHERE state = 0 AND owner NOT IN (SELECT id FROM webhook_receiver.node)
                ORDER BY seq, handler FOR UPDATE SKIP LOCKED) o
            WHERE w.seq = o.seq AND w.handler = o.handler
            """, connection);
        free.Parameters.Add(Now());
        return await free.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What runs by the account of a node.</summary>
    public async Task<IReadOnlyList<RunningWork>> RunningAsync(int node, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var running = new NpgsqlCommand("SELECT seq, handler, epoch FROM webhook_receiver.work WHERE state = 0 AND owner = $1", connection);
        running.Parameters.Add(new NpgsqlParameter<int> { TypedValue = node });
        await using var rows = await running.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var work = new List<RunningWork>();
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            work.Add(new RunningWork(rows.GetInt64(0), rows.GetInt32(1), rows.GetInt32(2)));
        }

        return work;
    }

    /// <summary>Makes pending what still runs in its epoch.</summary>
    public async Task FreeAsync(IReadOnlyCollection<RunningWork> work, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var free = new NpgsqlCommand($"""
            {MakePending} FROM unnest($2, $3, $4) AS f(seq, handler, epoch)
            WHERE w.seq = f.seq AND w.handler = f.handler AND w.state = 0 AND w.epoch = f.epoch
            """, connection);
        free.Parameters.Add(Now());
        free.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. work.Select(static w => w.Seq)] });
        free.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. work.Select(static w => w.Handler)] });
        free.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. work.Select(static w => w.Epoch)] });
        await free.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<(int Nodes, int Work)> EndAsync(NpgsqlConnection connection, string which, CancellationToken cancellationToken)
    {
        // One statement each, so that the second one sees what the first one did not lock in time. Work that somebody has locked becomes an orphan.
        await using var end = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand($"""
                    WITH ended AS (
                        DELETE FROM webhook_receiver.node WHERE id IN (
                            SELECT id FROM webhook_receiver.node WHERE {which} ORDER BY id FOR UPDATE SKIP LOCKED)
                        RETURNING id),
                    freed AS (
                        {MakePending} FROM (
                            SELECT seq, handler FROM webhook_receiver.work
                            WHERE state = 0 AND owner IN (SELECT id FROM ended)
                            ORDER BY seq, handler FOR UPDATE SKIP LOCKED) o
                        WHERE w.seq = o.seq AND w.handler = o.handler
                        RETURNING 1)
                    SELECT (SELECT COUNT(*) FROM ended)::int, (SELECT COUNT(*) FROM freed)::int
                    """) { Parameters = { Now() } },
                new NpgsqlBatchCommand("""
                    WITH ended AS (
                        DELETE FROM webhook_receiver.ledger WHERE (node, lane) IN (
                            SELECT node, lane FROM webhook_receiver.ledger
                            WHERE node <> 0 AND node NOT IN (SELECT id FROM webhook_receiver.node)
                            ORDER BY node, lane FOR UPDATE SKIP LOCKED)
                        RETURNING events, open_work)
                    UPDATE webhook_receiver.ledger SET
                        events = events + (SELECT COALESCE(SUM(e.events), 0) FROM ended e)::bigint,
                        open_work = open_work + (SELECT COALESCE(SUM(e.open_work), 0) FROM ended e)::bigint
                    WHERE node = 0 AND EXISTS (SELECT FROM ended)
                    """),
            },
        };
        await using var row = await end.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await row.ReadAsync(cancellationToken).ConfigureAwait(false);
        var ended = (row.GetInt32(0), row.GetInt32(1));
        await row.NextResultAsync(cancellationToken).ConfigureAwait(false);
        return ended;
    }

    private NpgsqlParameter<long> Now() => new() { TypedValue = time.Of(clock.GetUtcNow()) };
}
