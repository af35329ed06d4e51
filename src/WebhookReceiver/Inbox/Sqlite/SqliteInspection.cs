using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using WebhookReceiver.Inbox.Sqlite.Dedupe;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>
/// Looks at all of an inbox's file: SQLite's own check, every body against its hash, rows that belong to nothing, the ledger, the marks. In one transaction that reads, beside a
/// receiver or without one.
/// </summary>
internal sealed class SqliteInspection
{
    /// <summary>Of each kind so many are named.</summary>
    private const int MostNamed = 10;

    private readonly sqlite3 _handle;
    private readonly List<string> _problems = [];

    private SqliteInspection(sqlite3 handle) => _handle = handle;

    /// <exception cref="SqliteException">The file cannot be opened, or is no database.</exception>
    public static InspectionReport Inspect(string path)
    {
        using var connection = SqliteBackup.ConnectReadOnly(path);
        using var transaction = connection.BeginTransaction(deferred: true);
        return new SqliteInspection(connection.Handle!).Run();
    }

    private InspectionReport Run()
    {
        if (Number("SELECT COUNT(*) FROM sqlite_master WHERE name IN ('meta', 'event', 'work')") != 3)
        {
            return new InspectionReport(0, 0, 0, 0, 0, ["This is not an inbox: its tables are not there."]);
        }

        // Nothing more is asked of such a file: the answers would be its own.
        if (SqliteSchemaCheck.Foreign(_handle) is [_, ..] foreign)
        {
            return Foreign(0, foreign);
        }

        var version = Number("SELECT value FROM meta WHERE key = 'schema'") ?? 0;
        if (version is < SqliteSchema.Oldest or > SqliteSchema.Version)
        {
            return new InspectionReport(version, 0, 0, 0, 0, [$"The schema version is {version}; this program knows {SqliteSchema.Oldest} to {SqliteSchema.Version}."]);
        }

        if (version == SqliteSchema.Version && SqliteSchemaCheck.Changed(_handle) is [_, ..] changed)
        {
            return Foreign(version, changed);
        }

        CheckPages();
        var bodies = CheckBodies(version);
        CheckRows();
        var events = Number("SELECT COUNT(*) FROM event") ?? 0;
        var open = Number("SELECT COUNT(*) FROM work WHERE state <> 6") ?? 0;
        var purged = CheckLedger(version, events, open);
        CheckMarks();
        CheckFilters(version);
        return new InspectionReport(version, events, purged, bodies, open, _problems);
    }

    private static InspectionReport Foreign(long version, IReadOnlyList<string> problems) => new(version, 0, 0, 0, 0, [.. problems, SqliteSchemaCheck.Fix]);

    private void CheckPages()
    {
        foreach (var line in Texts("PRAGMA integrity_check(20)").Where(static line => line != "ok"))
        {
            _problems.Add("SQLite: " + line);
        }
    }

    /// <returns>How many bodies there are.</returns>
    private long CheckBodies(long version)
    {
        var (bodies, wrong, named) = (0L, 0L, new List<string>());
        Try(() =>
        {
            using var row = new SqliteStatement(_handle, $"SELECT seq, token, body_sha256, body FROM event {(version >= 4 ? "WHERE purged_at IS NULL" : "")}");
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            while (row.Step())
            {
                bodies++;
                SHA256.HashData(row.BlobSpan(3), hash);
                if (!hash.SequenceEqual(row.BlobSpan(2)))
                {
                    wrong++;
                    named.Add(PublicId.Format(row.Integer(0), row.Integer(1)));
                }
            }
        });
        Report(wrong, "bodies do not match their SHA-256", named);
        return bodies;
    }

    private void CheckRows()
    {
        Report("events have no work, so that nobody knows whether they are handled", "SELECT seq FROM event e WHERE NOT EXISTS (SELECT 1 FROM work w WHERE w.seq = e.seq)");
        Report("rows of work have no event", "SELECT seq FROM work w WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.seq = w.seq)");
        Report("attempts have no event", "SELECT seq FROM attempt a WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.seq = a.seq)");
        Report("rows of work are in a state that there is not", "SELECT seq FROM work WHERE state NOT BETWEEN 0 AND 6");
        Report("rows of work wait and are never due", "SELECT seq FROM work WHERE state BETWEEN 1 AND 2 AND due_at IS NULL");
    }

    /// <returns>How many events were purged.</returns>
    private long CheckLedger(long version, long events, long open)
    {
        if (version < 3)
        {
            return 0; // it came with version 3
        }

        var purged = version >= 4 ? Number("SELECT purged FROM ledger") ?? 0 : 0;
        if (Number("SELECT events FROM ledger") is not { } stored || Number("SELECT open_work FROM ledger") is not { } openWork)
        {
            _problems.Add("The ledger is not there.");
            return purged;
        }

        Compare(stored - purged, events, "events");
        Compare(openWork, open, "rows of open work");
        return purged;

        void Compare(long ledger, long rows, string what)
        {
            if (ledger != rows)
            {
                _problems.Add(string.Create(CultureInfo.InvariantCulture, $"The ledger counts {ledger} {what}, and there are {rows}: what is missing was removed by something that is not the receiver."));
            }
        }
    }

    private void CheckMarks()
    {
        var last = Number("SELECT MAX(seq) FROM event") ?? 0;
        if (Number("SELECT value FROM meta WHERE key = 'running_from'") is not { } from || from > last + 1)
        {
            _problems.Add($"The mark running_from is beyond the newest event, {last}: events are missing.");
        }

        if (Number("SELECT MAX(last_seq) FROM dedupe_run") > last)
        {
            _problems.Add($"Ids are known of events that came after the newest one, {last}: events are missing.");
        }

        Report(
            "rows of work run and are not found when the receiver starts",
            "SELECT seq FROM work WHERE state = 0 AND due_at IS NULL AND seq < (SELECT value FROM meta WHERE key = 'running_from')");
    }

    /// <summary>An id that its run's filter has lost would be taken for new.</summary>
    private void CheckFilters(long version)
    {
        if (version < 5)
        {
            return; // they had another form, and are made anew when the file is taken over
        }

        var (seed, lost) = (Number("SELECT value FROM meta WHERE key = 'dedupe_seed'") ?? 0, 0L);
        Try(() =>
        {
            using var run = new SqliteStatement(_handle, "SELECT run, filter FROM dedupe_run");
            while (run.Step())
            {
                if (run.BlobSpan(1).IsEmpty)
                {
                    continue; // taken over, and not opened since
                }

                var filter = IdFilter.Read(run.BlobSpan(1));
                using var ids = new SqliteStatement(_handle, "SELECT key FROM dedupe WHERE run = ?1");
                ids.Bind(1, run.Integer(0));
                while (ids.Step())
                {
                    lost += filter.MayContain(EventKey.Of(ids.BlobSpan(0), seed).Hash) ? 0 : 1;
                }
            }
        });
        if (lost > 0)
        {
            _problems.Add(string.Create(CultureInfo.InvariantCulture, $"{lost} known ids are not in the filters of their runs: their events would be taken for new."));
        }
    }

    private void Report(string what, string query)
    {
        var (count, named) = (0L, new List<string>());
        Try(() =>
        {
            using var row = new SqliteStatement(_handle, query);
            while (row.Step())
            {
                count++;
                if (named.Count < MostNamed)
                {
                    named.Add(row.Integer(0).ToString(CultureInfo.InvariantCulture));
                }
            }
        });
        Report(count, what, named);
    }

    private void Report(long count, string what, List<string> named)
    {
        if (count > 0)
        {
            var more = count > MostNamed ? ", …" : "";
            _problems.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {what}: {string.Join(", ", named.Take(MostNamed))}{more}"));
        }
    }

    private long? Number(string query)
    {
        long? found = null;
        Try(() =>
        {
            using var row = new SqliteStatement(_handle, query);
            found = row.Step() ? row.NullableInteger(0) : null;
        });
        return found;
    }

    private List<string> Texts(string query)
    {
        var found = new List<string>();
        Try(() =>
        {
            using var row = new SqliteStatement(_handle, query);
            while (row.Step())
            {
                found.Add(row.Text(0));
            }
        });
        return found;
    }

    /// <summary>What cannot be read is said, and does not hide what else there is to say.</summary>
    private void Try(Action read)
    {
        try
        {
            read();
        }
        catch (SqliteException error) when (error.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_IOERR or raw.SQLITE_ERROR)
        {
            _problems.Add("SQLite: " + error.Message);
        }
        catch (InvalidDataException error)
        {
            _problems.Add(error.Message);
        }
    }
}

/// <summary>What was found in an inbox's file.</summary>
/// <param name="SchemaVersion">The version of its schema.</param>
/// <param name="Events">How many events it holds.</param>
/// <param name="Purged">How many were removed because their time was up.</param>
/// <param name="Bodies">How many bodies it holds.</param>
/// <param name="OpenWork">How much work has not succeeded.</param>
/// <param name="Problems">What is wrong; nothing if it is sound.</param>
internal sealed record InspectionReport(long SchemaVersion, long Events, long Purged, long Bodies, long OpenWork, IReadOnlyList<string> Problems)
{
    public bool IsSound => Problems.Count == 0;
}
