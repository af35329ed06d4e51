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
    private bool _isClosed;

    public SqliteInboxReader(string path)
    {
        _connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        _connection.Open();
        SqliteGuards.Set(_connection.Handle!);
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

            query.Bind(6, filter.FromSeq);

            var rows = new List<EventRow>();
            while (query.Step())
            {
                var (seq, token) = (query.Integer(0), query.Integer(1));
                rows.Add(new EventRow(
                    seq, PublicId.Format(seq, token), query.Text(2), query.Text(3), query.Text(4),
                    WorkStates.Of(query.NullableInteger(6)), StoredTime.Read(query.Integer(5)), (int)query.Integer(7)));
            }

            return rows;
        }, cancellationToken);

    public Task<EventBounds?> FindBoundsAsync(CancellationToken cancellationToken) =>
        ReadAsync(db =>
        {
            using var bounds = new SqliteStatement(db, "SELECT (SELECT MIN(seq) FROM event), (SELECT MAX(seq) FROM event)");
            bounds.Step();
            return bounds.NullableInteger(0) is { } oldest ? new EventBounds(oldest, bounds.Integer(1)) : null;
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
            var state = work.Count == 0 ? WorkStates.Of(null) : work.Min(static w => w.State);
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

            using var ledger = new SqliteStatement(db, "SELECT events, open_work, purged FROM ledger");
            ledger.Step();
            var unaccounted = ledger.Integer(1) - work;

            // Nobody knows of what is gone whether it was the last of its event: it is never shown as a success.
            var purged = ledger.Integer(2);
            byState[WorkState.Succeeded] = Math.Max(ledger.Integer(0) - purged - events - unaccounted, 0);
            using var waiting = new SqliteStatement(db, "SELECT MIN(due_at) FROM work WHERE state BETWEEN 1 AND 2");
            return new InboxCounts(byState, unaccounted, purged, waiting.Step() && waiting.NullableInteger(0) is { } due ? StoredTime.Read(due) : null);
        }, cancellationToken);

    public Task<InboxTrouble> LookAsync(CancellationToken cancellationToken) =>
        ReadAsync(db =>
        {
            using var look = new SqliteStatement(db, """
                SELECT (SELECT MIN(due_at) FROM work WHERE state BETWEEN 1 AND 2), EXISTS(SELECT 1 FROM work INDEXED BY work_open WHERE state BETWEEN 1 AND 5 AND state = 3)
                """);
            look.Step();
            return new InboxTrouble(look.NullableInteger(0) is { } due ? StoredTime.Read(due) : null, look.Integer(1) != 0);
        }, cancellationToken);

    /// <summary>A number of the inbox itself; <see langword="null"/> if it was never set.</summary>
    public Task<long?> ReadMetaAsync(string key) => ReadAsync(db =>
    {
        using var query = new SqliteStatement(db, "SELECT value FROM meta WHERE key = ?1");
        return query.Bind(1, key).Step() ? query.Integer(0) : (long?)null;
    }, CancellationToken.None);

    /// <summary>When the oldest line of the audit was written.</summary>
    public Task<long?> OldestAuditAsync() => ReadAsync(db =>
    {
        using var query = new SqliteStatement(db, "SELECT at FROM audit ORDER BY id LIMIT 1");
        return query.Step() ? query.Integer(0) : (long?)null;
    }, CancellationToken.None);

    /// <summary>Finds what is past its time.</summary>
    /// <param name="after">Above this number.</param>
    /// <param name="seqs">Over how many numbers to walk.</param>
    /// <param name="limit">How many events to find at most.</param>
    /// <param name="limits">What is past its time.</param>
    /// <param name="bodiesFrom">The bodies of what ended before are gone already.</param>
    /// <returns><see langword="null"/> if there is nothing above that number.</returns>
    public Task<PastEvents?> FindPastAsync(long after, int seqs, int limit, RetentionLimits limits, long bodiesFrom) => ReadAsync(db =>
    {
        using var next = new SqliteStatement(db, "SELECT MIN(seq) FROM work WHERE seq > ?1");
        next.Bind(1, after).Step();
        if (next.NullableInteger(0) is not { } first)
        {
            return null;
        }

        using var query = new SqliteStatement(db, """
            SELECT seq, MAX(ended_at) < ?5 FROM work WHERE seq BETWEEN ?1 AND ?2 GROUP BY seq
            HAVING SUM(state NOT IN (4, 6) OR ended_at IS NULL) = 0 AND (MAX(ended_at) >= ?3 AND MAX(ended_at) < ?4 OR MAX(ended_at) < ?5)
            LIMIT ?6
            """);
        var last = first + seqs - 1;
        query.Bind(1, first).Bind(2, last).Bind(3, bodiesFrom).Bind(4, limits.BodiesBefore.ToUnixTimeMilliseconds())
            .Bind(5, limits.EventsBefore.ToUnixTimeMilliseconds()).Bind(6, limit);
        var found = new List<PastEvent>();
        while (query.Step())
        {
            found.Add(new PastEvent(query.Integer(0), query.Integer(1) != 0));
        }

        return new PastEvents(found, found.Count == limit ? found[^1].Seq : last);
    }, CancellationToken.None);

    /// <summary>Waits for the read that is under way, which would find its connection closed in the middle; those that wait behind it are told.</summary>
    public void Dispose()
    {
        _turn.Wait();
        _isClosed = true;
        _connection.Dispose();
        _turn.Release();
    }

    private static string ListQuery(EventFilter filter)
    {
        // Only the conditions that are asked for, so that each form has a plan of its own. Values are bound, never written into the text.
        var sql = new StringBuilder("""
            SELECT e.seq, e.token, e.source, e.event_id, e.type, e.received_at,
                (SELECT MIN(state) FROM work w WHERE w.seq = e.seq) AS state, (SELECT SUM(attempt) FROM work w WHERE w.seq = e.seq)
            FROM event e WHERE e.seq < ?1 AND e.seq >= ?6
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
                sql.Append(System.Globalization.CultureInfo.InvariantCulture, $" AND e.seq IN (SELECT seq FROM work WHERE state BETWEEN 1 AND 5 AND state = {(int)wanted} AND seq < ?1 AND seq >= ?6)");
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
            var state = WorkStates.Of(query.Integer(2));
            var attempts = Attempts(db, seq, handler);
            if (attempts.Count == 0 && state == WorkState.Succeeded && query.NullableInteger(6) is { } started)
            {
                // A first-try success has no row of its own: its times stand with the work.
                attempts.Add(new AttemptDetail(0, 1, StoredTime.Read(started), StoredTime.Read(query.Integer(7)), AttemptOutcome.Succeeded.Name(), null));
            }

            work.Add(new WorkDetail(
                handler, query.NullableText(1), state, (int)query.Integer(3), (int)query.Integer(4),
                state != WorkState.Running && query.NullableInteger(5) is { } due ? StoredTime.Read(due) : null, attempts));
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
                (int)query.Integer(0), (int)query.Integer(1), StoredTime.Read(query.Integer(2)), StoredTime.Read(query.Integer(3)),
                ((AttemptOutcome)query.Integer(4)).Name(), query.NullableText(5)));
        }

        return attempts;
    }

    private async Task<T> ReadAsync<T>(Func<sqlite3, T> read, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);

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
