namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>The tables of the embedded inbox. Times are Unix milliseconds; states and outcomes are the numbers of their enums.</summary>
internal static class SqliteSchema
{
    public const long Version = 5;

    /// <summary>The oldest that is taken over.</summary>
    public const long Oldest = 2;

    /// <summary>
    /// Bodies stand last in their row, so that a list never walks through them; but for <c>purged_at</c>, of which nothing is stored until the body
    /// is gone.
    /// </summary>
    public const string Create = """
        CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

        CREATE TABLE handler(
            id INTEGER PRIMARY KEY, source TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL,
            UNIQUE(source, type, name)) STRICT;

        CREATE TABLE event(
            seq INTEGER PRIMARY KEY, delivery INTEGER NOT NULL, part INTEGER NOT NULL,
            source TEXT NOT NULL, event_id TEXT NOT NULL, type TEXT NOT NULL,
            happened_at INTEGER, received_at INTEGER NOT NULL, token INTEGER NOT NULL, secret INTEGER NOT NULL,
            content_type TEXT NOT NULL, headers TEXT NOT NULL, body_sha256 BLOB NOT NULL,
            data_start INTEGER NOT NULL, data_length INTEGER NOT NULL, data_field TEXT,
            body BLOB NOT NULL, purged_at INTEGER) STRICT;

        -- The ids of events in runs, each in the order of its keys and never changed; see KnownEvents. A run without a row in dedupe_run is not
        -- complete: its ids are known from their events.
        CREATE TABLE dedupe(
            run INTEGER NOT NULL, key BLOB NOT NULL, seq INTEGER NOT NULL, token INTEGER NOT NULL, body_hash INTEGER NOT NULL, received_at INTEGER NOT NULL,
            PRIMARY KEY(run, key)) STRICT, WITHOUT ROWID;
        CREATE TABLE dedupe_run(run INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL, newest_at INTEGER NOT NULL, filter BLOB NOT NULL) STRICT;

        CREATE TABLE work(
            seq INTEGER NOT NULL, handler INTEGER NOT NULL, state INTEGER NOT NULL,
            generation INTEGER NOT NULL, attempt INTEGER NOT NULL, epoch INTEGER NOT NULL,
            due_at INTEGER, started_at INTEGER, ended_at INTEGER, error TEXT, crash_count INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY(seq, handler)) STRICT, WITHOUT ROWID;

        -- The usual event goes from running to succeeded and never touches these indexes. BETWEEN and not IN: SQLite would build the list of
        -- an IN as a table of its own for each row that it writes.
        CREATE INDEX work_due ON work(due_at) WHERE state BETWEEN 1 AND 2;
        CREATE INDEX work_open ON work(state, seq) WHERE state BETWEEN 1 AND 5;

        -- The running work that the mark running_from does not cover.
        CREATE INDEX work_running ON work(seq) WHERE due_at IS NOT NULL AND state = 0;

        -- One row; see SqliteLedger.
        CREATE TABLE ledger(events INTEGER NOT NULL, open_work INTEGER NOT NULL, purged INTEGER NOT NULL DEFAULT 0) STRICT;

        CREATE TABLE attempt(
            seq INTEGER NOT NULL, handler INTEGER NOT NULL, epoch INTEGER NOT NULL, generation INTEGER NOT NULL, number INTEGER NOT NULL,
            started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, outcome INTEGER NOT NULL, error TEXT,
            PRIMARY KEY(seq, handler, generation, epoch)) STRICT, WITHOUT ROWID;

        CREATE TABLE audit(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, seq INTEGER NOT NULL, action TEXT NOT NULL, reason TEXT NOT NULL) STRICT;

        INSERT INTO ledger(events, open_work) VALUES (0, 0);
        INSERT INTO meta(key, value) VALUES ('schema', 5), ('running_from', 0);
        """;

    /// <summary>
    /// From version 2: the rows are counted once, and in the words of then what had no work at all was unaccounted, and stays so.
    /// </summary>
    public const string UpgradeFrom2 = """
        CREATE INDEX work_running ON work(seq) WHERE due_at IS NOT NULL AND state = 0;
        CREATE TABLE ledger(events INTEGER NOT NULL, open_work INTEGER NOT NULL) STRICT;
        INSERT INTO ledger(events, open_work) SELECT
            (SELECT COUNT(*) FROM event),
            (SELECT COUNT(*) FROM work WHERE state <> 6) + (SELECT COUNT(*) FROM event e WHERE NOT EXISTS (SELECT 1 FROM work w WHERE w.seq = e.seq));
        UPDATE meta SET value = 3 WHERE key = 'schema';
        """;

    /// <summary>From version 3: retention needs to know when work ended, which was not written down where a person ended it.</summary>
    private const string UpgradeFrom3 = """
        ALTER TABLE work ADD COLUMN crash_count INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE event ADD COLUMN purged_at INTEGER;
        ALTER TABLE ledger ADD COLUMN purged INTEGER NOT NULL DEFAULT 0;
        UPDATE work SET ended_at = (SELECT received_at FROM event e WHERE e.seq = work.seq)
            WHERE state BETWEEN 1 AND 5 AND state = 4 AND ended_at IS NULL;
        UPDATE meta SET value = 4 WHERE key = 'schema';
        """;

    /// <summary>From version 4: the filters of known ids have another form. They are made from the ids as they are read.</summary>
    private const string UpgradeFrom4 = """
        UPDATE dedupe_run SET filter = x'';
        UPDATE meta SET value = 5 WHERE key = 'schema';
        """;

    private static readonly string[] Upgrades = [UpgradeFrom2, UpgradeFrom3, UpgradeFrom4];

    /// <summary>All that makes a file of an older version one of this version.</summary>
    public static string UpgradeFrom(long version) => string.Concat(Upgrades[(int)(version - Oldest)..]);
}
