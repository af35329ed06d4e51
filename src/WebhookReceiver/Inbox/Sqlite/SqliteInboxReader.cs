using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>Reads over a connection of its own, which WAL lets run beside the writer. One query at a time, each in one short transaction.</summary>
internal sealed class SqliteInboxReader : IInboxReader, IDisposable
{
    /// <summary>
    /// Events with open work by state, and how much work that is. Walks over the open work alone, however much is stored; to be told which
    /// index to use makes SQLite refuse the query rather than walk through the table.
    /// </summary>
    internal const string OpenEventsQuery = """
        WITH
            mark(seq) AS MATERIALIZED (SELECT value FROM meta WHERE key = 'running_from'),
            open(seq, state) AS (
                SELECT seq, state FROM work INDEXED BY work_open WHERE state BETWEEN 1 AND 5
                UNION ALL SELECT seq, 0 FROM work INDEXED BY work_running WHERE due_at IS NOT NULL AND state = 0 AND seq < (SELECT seq FROM mark)
                UNION ALL SELECT seq, 0 FROM work NOT INDEXED WHERE state = 0 AND seq >= (SELECT seq FROM mark))
        SELECT state, COUNT(*), SUM(work) FROM (SELECT MIN(state) AS state, COUNT(*) AS work FROM open GROUP BY seq) GROUP BY state
        """;

    private readonly SqliteConnection _connection;
    private readonly SemaphoreSlim _turn = new(1, 1);

    public SqliteInboxReader(string path)
    {
        _connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        _connection.Open();
        raw.sqlite3_busy_timeout(_connection.Handle!, 5000);
    }

    public Task<IReadOnlyList<EventRow>> ListAsync(EventFilter filter, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<EventRow>>(db =>
        {
            using var query = new SqliteStatement(db, ListQuery(filter));
            query.Bind(1, filter.BeforeSeq ?? long.MaxValue).Bind(2, filter.Limit);
            if (filter.Source is { } source)
            {
                query.Bind(3, source);
            }

            if (filter.Type is { } type)
            {
                query.Bind(4, type);
            }

            if (filter.State is { } state)
            {
                query.Bind(5, (long)state);
            }

            var rows = new List<EventRow>();
            while (query.Step())
            {
                var (seq, token) = (query.Integer(0), query.Integer(1));
                rows.Add(new EventRow(
                    seq, PublicId.Format(seq, token), query.Text(2), query.Text(3), query.Text(4),
                    (WorkState)query.Integer(6), DateTimeOffset.FromUnixTimeMilliseconds(query.Integer(5)), (int)query.Integer(7)));
            }

            return rows;
        }, cancellationToken);

    public Task<EventDetail?> FindAsync(long seq, long token, CancellationToken cancellationToken) =>
        ReadAsync(db =>
        {
            using var find = new SqliteStatement(db, $"SELECT {EventColumns.All} FROM event e WHERE seq = ?1");
            if (!find.Bind(1, seq).Step() || !PublicId.TokenEquals(find.Integer(1), token))
            {
                return null;
            }

            var work = Work(db, seq);
            var state = work.Count == 0 ? WorkState.Parked : work.Min(static w => w.State);
            return new EventDetail(EventColumns.Read(find), state, work);
        }, cancellationToken);

    public Task<InboxCounts> CountAsync(CancellationToken cancellationToken) =>
        ReadAsync(db =>
        {
            var byState = Enum.GetValues<WorkState>().ToDictionary(static state => state, static _ => 0L);
            var (events, work) = (0L, 0L);
            using var open = new SqliteStatement(db, OpenEventsQuery);
            while (open.Step())
            {
                byState[(WorkState)open.Integer(0)] = open.Integer(1);
                (events, work) = (events + open.Integer(1), work + open.Integer(2));
            }

            using var ledger = new SqliteStatement(db, "SELECT events, open_work FROM ledger");
            ledger.Step();
            var unaccounted = ledger.Integer(1) - work;

            // Nobody knows of what is gone whether it was the last of its event: it is never shown as a success.
            byState[WorkState.Succeeded] = Math.Max(ledger.Integer(0) - events - unaccounted, 0);
            return new InboxCounts(byState, unaccounted);
        }, cancellationToken);

    public void Dispose()
    {
        _connection.Dispose();
        _turn.Dispose();
    }

    private static string ListQuery(EventFilter filter)
    {
        // Only the conditions that are asked for, so that each form has a plan of its own. Values are bound, never written into the text.
        var sql = new StringBuilder("""
            SELECT e.seq, e.token, e.source, e.event_id, e.type, e.received_at,
                (SELECT MIN(state) FROM work w WHERE w.seq = e.seq) AS state, (SELECT SUM(attempt) FROM work w WHERE w.seq = e.seq)
            FROM event e WHERE e.seq < ?1
            """);
        if (filter.Source is not null)
        {
            sql.Append(" AND e.source = ?3");
        }

        if (filter.Type is not null)
        {
            sql.Append(" AND e.type = ?4");
        }

        if (filter.State is { } wanted)
        {
            sql.Append(" AND state = ?5");
            if (wanted is not (WorkState.Running or WorkState.Succeeded))
            {
                // These are few and stand in a partial index, which is used where its own condition is written out.
                sql.Append(System.Globalization.CultureInfo.InvariantCulture, $" AND e.seq IN (SELECT seq FROM work WHERE state BETWEEN 1 AND 5 AND state = {(int)wanted})");
            }
        }

        return sql.Append(" ORDER BY e.seq DESC LIMIT ?2").ToString();
    }

    private static List<WorkDetail> Work(sqlite3 db, long seq)
    {
        using var query = new SqliteStatement(db, """
            SELECT w.handler, h.name, w.state, w.generation, w.attempt, w.due_at, w.started_at, w.ended_at
            FROM work w LEFT JOIN handler h ON h.id = w.handler WHERE w.seq = ?1 ORDER BY w.handler
            """);
        query.Bind(1, seq);
        var work = new List<WorkDetail>();
        while (query.Step())
        {
            var handler = (int)query.Integer(0);
            var state = (WorkState)query.Integer(2);
            var attempts = Attempts(db, seq, handler);
            if (attempts.Count == 0 && state == WorkState.Succeeded && query.NullableInteger(6) is { } started)
            {
                // A first-try success has no row of its own: its times stand with the work.
                attempts.Add(new AttemptDetail(0, 1, Time(started), Time(query.Integer(7)), AttemptOutcome.Succeeded.Name(), null));
            }

            work.Add(new WorkDetail(
                handler, query.NullableText(1), state, (int)query.Integer(3), (int)query.Integer(4),
                state != WorkState.Running && query.NullableInteger(5) is { } due ? Time(due) : null, attempts));
        }

        return work;
    }

    private static List<AttemptDetail> Attempts(sqlite3 db, long seq, int handler)
    {
        using var query = new SqliteStatement(db, """
            SELECT generation, number, started_at, ended_at, outcome, error FROM attempt WHERE seq = ?1 AND handler = ?2 ORDER BY epoch
            """);
        query.Bind(1, seq).Bind(2, handler);
        var attempts = new List<AttemptDetail>();
        while (query.Step())
        {
            attempts.Add(new AttemptDetail(
                (int)query.Integer(0), (int)query.Integer(1), Time(query.Integer(2)), Time(query.Integer(3)),
                ((AttemptOutcome)query.Integer(4)).Name(), query.NullableText(5)));
        }

        return attempts;
    }

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private async Task<T> ReadAsync<T>(Func<sqlite3, T> read, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // SQLite works synchronously: not on the thread that answers deliveries.
            return await Task.Run(() =>
            {
                using var transaction = _connection.BeginTransaction(deferred: true);
                return read(_connection.Handle!);
            }, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }
}
