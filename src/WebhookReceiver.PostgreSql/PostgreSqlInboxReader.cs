using System.Globalization;
using System.Text;
using Npgsql;
using WebhookReceiver.Inbox;
using WebhookReceiver.PostgreSql.Writing;

namespace WebhookReceiver.PostgreSql;

/// <summary>Reads for operators: a few at a time, each over one snapshot, so that what belongs together is seen together.</summary>
internal sealed class PostgreSqlInboxReader(NpgsqlDataSource source) : IInboxReader, IDisposable
{
    private const int AtOnce = 3;

    private const string Begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    /// <summary>
    /// Events with open work by state and how much work that is, and the ledger: one statement, one snapshot. Walks over the open work alone.
    /// </summary>
    private const string Counts = """
        SELECT state::int, COUNT(*), SUM(work)::bigint, 0::bigint, NULL::bigint FROM (
            SELECT MIN(state) AS state, COUNT(*) AS work FROM webhook_receiver.work GROUP BY seq) AS open GROUP BY state
        UNION ALL SELECT NULL, SUM(events)::bigint, SUM(open_work)::bigint, SUM(purged)::bigint,
            (SELECT MIN(due_at) FROM webhook_receiver.work WHERE state BETWEEN 1 AND 2) FROM webhook_receiver.ledger
        """;

    private const string Look = """
        SELECT (SELECT MIN(due_at) FROM webhook_receiver.work WHERE state BETWEEN 1 AND 2),
            EXISTS(SELECT 1 FROM webhook_receiver.work WHERE state BETWEEN 2 AND 5 AND state = 3)
        """;

    private readonly SemaphoreSlim _turn = new(AtOnce, AtOnce);

    public Task<IReadOnlyList<EventRow>> ListAsync(EventFilter filter, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<EventRow>>([ListQuery(filter)], async rows =>
        {
            var events = new List<EventRow>();
            while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                var (seq, token) = (rows.GetInt64(0), rows.GetInt64(1));
                events.Add(new EventRow(
                    seq, PublicId.Format(seq, token), rows.GetString(2), rows.GetString(3), rows.GetString(4),
                    WorkStates.Of(rows.GetInt32(6)), StoredTime.Read(rows.GetInt64(5)), rows.GetInt32(7)));
            }

            return events;
        }, cancellationToken);

    public Task<EventBounds?> FindBoundsAsync(CancellationToken cancellationToken) =>
        ReadAsync([new NpgsqlBatchCommand("SELECT (SELECT MIN(seq) FROM webhook_receiver.event), (SELECT MAX(seq) FROM webhook_receiver.event)")], async rows =>
        {
            await rows.ReadAsync(cancellationToken).ConfigureAwait(false);
            return rows.IsDBNull(0) ? null : new EventBounds(rows.GetInt64(0), rows.GetInt64(1));
        }, cancellationToken);

    public Task<EventDetail?> FindAsync(long seq, long token, CancellationToken cancellationToken) =>
        ReadAsync(
        [
            Query($"SELECT {EventColumns.All} FROM webhook_receiver.event e WHERE e.seq = $1", seq),
            Query("""
                SELECT seq, handler, generation, number, started_at, ended_at, outcome::int, error FROM webhook_receiver.attempt
                WHERE seq = $1 ORDER BY handler, epoch
                """, seq),
            Query("""
                SELECT w.handler, h.name, w.state::int, w.generation, w.attempt, w.due_at, NULL::bigint, NULL::bigint
                FROM webhook_receiver.work w LEFT JOIN webhook_receiver.handler h ON h.id = w.handler WHERE w.seq = $1
                UNION ALL
                SELECT d.handler, h.name, 6, d.generation, d.attempt, NULL, d.started_at, d.ended_at
                FROM webhook_receiver.work_done d LEFT JOIN webhook_receiver.handler h ON h.id = d.handler WHERE d.seq = $1
                ORDER BY 1
                """, seq),
        ], rows => ReadDetailAsync(rows, token, cancellationToken), cancellationToken);

    public Task<InboxCounts> CountAsync(CancellationToken cancellationToken) =>
        ReadAsync([new NpgsqlBatchCommand(Counts)], async rows =>
        {
            var byState = Enum.GetValues<WorkState>().ToDictionary(static state => state, static _ => 0L);
            DateTimeOffset? oldestDueAt = null;
            var (events, work, storedEvents, openWork, purged) = (0L, 0L, 0L, 0L, 0L);
            while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (rows.IsDBNull(0))
                {
                    (storedEvents, openWork, purged) = (rows.GetInt64(1), rows.GetInt64(2), rows.GetInt64(3));
                    oldestDueAt = rows.IsDBNull(4) ? null : StoredTime.Read(rows.GetInt64(4));
                }
                else
                {
                    byState[WorkStates.Of(rows.GetInt32(0))] += rows.GetInt64(1);
                    (events, work) = (events + rows.GetInt64(1), work + rows.GetInt64(2));
                }
            }

            // Nobody knows of what is gone whether it was the last of its event: it is never shown as a success.
            var unaccounted = openWork - work;
            byState[WorkState.Succeeded] = Math.Max(storedEvents - purged - events - unaccounted, 0);
            return new InboxCounts(byState, unaccounted, purged, oldestDueAt);
        }, cancellationToken);

    public Task<InboxTrouble> LookAsync(CancellationToken cancellationToken) =>
        ReadAsync([new NpgsqlBatchCommand(Look)], async rows =>
        {
            await rows.ReadAsync(cancellationToken).ConfigureAwait(false);
            return new InboxTrouble(rows.IsDBNull(0) ? null : StoredTime.Read(rows.GetInt64(0)), rows.GetBoolean(1));
        }, cancellationToken);

    public void Dispose() => _turn.Dispose();

    private static NpgsqlBatchCommand ListQuery(EventFilter filter)
    {
        // Only the conditions that are asked for, so that each form has a plan of its own. Values are bound, never written into the text.
        var query = new NpgsqlBatchCommand { Parameters = { Value(filter.BeforeSeq ?? long.MaxValue), Value(filter.Limit), Value(filter.FromSeq) } };
        var sql = new StringBuilder("""
            SELECT e.seq, e.token, e.source, e.event_id, e.type, e.received_at, s.state, s.attempts FROM webhook_receiver.event e, LATERAL (
                SELECT COALESCE(MIN(w.state), 5)::int AS state, COALESCE(SUM(w.attempt), 0)::int AS attempts FROM (
                    SELECT o.state, o.attempt FROM webhook_receiver.work o WHERE o.seq = e.seq
                    UNION ALL SELECT 6, d.attempt FROM webhook_receiver.work_done d WHERE d.seq = e.seq) w) s
            WHERE e.seq < $1 AND e.seq >= $3
            """);
        if (filter.Source is { } source)
        {
            And("e.source", StorableText.Of(source));
        }

        if (filter.Type is { } type)
        {
            And("e.type", StorableText.Of(type));
        }

        if (filter.State is { } wanted)
        {
            And("s.state", (int)wanted);
            if (wanted != WorkState.Succeeded)
            {
                // Open work is little and is found without a walk through all events.
                sql.Append(CultureInfo.InvariantCulture, $" AND e.seq IN (SELECT seq FROM webhook_receiver.work WHERE state = {(int)wanted} AND seq < $1 AND seq >= $3)");
            }
        }

#pragma warning disable CA2100 // Made of the texts above alone.
        query.CommandText = sql.Append(" ORDER BY e.seq DESC LIMIT $2").ToString();
#pragma warning restore CA2100
        return query;

        void And<T>(string column, T value)
        {
            query.Parameters.Add(Value(value));
            sql.Append(CultureInfo.InvariantCulture, $" AND {column} = ${query.Parameters.Count}");
        }
    }

    private static async Task<EventDetail?> ReadDetailAsync(NpgsqlDataReader rows, long token, CancellationToken cancellationToken)
    {
        if (!await rows.ReadAsync(cancellationToken).ConfigureAwait(false) || !PublicId.TokenEquals(rows.GetInt64(1), token))
        {
            return null;
        }

        var found = EventColumns.Read(rows);
        await rows.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var attempts = new List<(int Handler, AttemptDetail Detail)>();
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            attempts.Add((rows.GetInt32(1), new AttemptDetail(
                rows.GetInt32(2), rows.GetInt32(3), StoredTime.Read(rows.GetInt64(4)), StoredTime.Read(rows.GetInt64(5)),
                ((AttemptOutcome)rows.GetInt32(6)).Name(), rows.IsDBNull(7) ? null : rows.GetString(7))));
        }

        await rows.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var work = new List<WorkDetail>();
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var handler = rows.GetInt32(0);
            var state = WorkStates.Of(rows.GetInt32(2));
            var own = attempts.FindAll(attempt => attempt.Handler == handler).ConvertAll(static attempt => attempt.Detail);
            if (own.Count == 0 && !rows.IsDBNull(6))
            {
                // A first-try success has no row of its own: its times stand with the work.
                own.Add(new AttemptDetail(0, 1, StoredTime.Read(rows.GetInt64(6)), StoredTime.Read(rows.GetInt64(7)), AttemptOutcome.Succeeded.Name(), null));
            }

            work.Add(new WorkDetail(
                handler, rows.IsDBNull(1) ? null : rows.GetString(1), state, rows.GetInt32(3), rows.GetInt32(4),
                rows.IsDBNull(5) ? null : StoredTime.Read(rows.GetInt64(5)), own));
        }

        return new EventDetail(found, work.Count == 0 ? WorkState.Parked : work.Min(static w => w.State), work);
    }

    private static NpgsqlBatchCommand Query(string sql, long seq)
    {
#pragma warning disable CA2100 // All of it is written in this program.
        return new NpgsqlBatchCommand(sql) { Parameters = { Value(seq) } };
#pragma warning restore CA2100
    }

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };

    private async Task<T> ReadAsync<T>(IReadOnlyList<NpgsqlBatchCommand> queries, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new NpgsqlBatchCommand(Begin) } };
            foreach (var query in queries)
            {
                batch.BatchCommands.Add(query);
            }

            batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
            await using var rows = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            return await read(rows).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }
}
