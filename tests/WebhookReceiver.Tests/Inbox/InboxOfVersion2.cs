using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox;

/// <summary>An inbox as version 2 of the schema had it, with work in every state and a run of ids, left by a process that was killed. It does not change with the program.</summary>
internal static class InboxOfVersion2
{
    public static void Create(string path) => DatabaseFile.Execute(path, Schema + Rows);

    private const string Schema = """
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
            body BLOB NOT NULL) STRICT;
        CREATE TABLE dedupe(
            run INTEGER NOT NULL, key BLOB NOT NULL, seq INTEGER NOT NULL, token INTEGER NOT NULL, body_hash INTEGER NOT NULL, received_at INTEGER NOT NULL,
            PRIMARY KEY(run, key)) STRICT, WITHOUT ROWID;
        CREATE TABLE dedupe_run(run INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL, newest_at INTEGER NOT NULL, filter BLOB NOT NULL) STRICT;
        CREATE TABLE work(
            seq INTEGER NOT NULL, handler INTEGER NOT NULL, state INTEGER NOT NULL,
            generation INTEGER NOT NULL, attempt INTEGER NOT NULL, epoch INTEGER NOT NULL,
            due_at INTEGER, started_at INTEGER, ended_at INTEGER, error TEXT,
            PRIMARY KEY(seq, handler)) STRICT, WITHOUT ROWID;
        CREATE INDEX work_due ON work(due_at) WHERE state BETWEEN 1 AND 2;
        CREATE INDEX work_open ON work(state, seq) WHERE state BETWEEN 1 AND 5;
        CREATE TABLE attempt(
            seq INTEGER NOT NULL, handler INTEGER NOT NULL, epoch INTEGER NOT NULL, generation INTEGER NOT NULL, number INTEGER NOT NULL,
            started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, outcome INTEGER NOT NULL, error TEXT,
            PRIMARY KEY(seq, handler, generation, epoch)) STRICT, WITHOUT ROWID;
        CREATE TABLE audit(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, seq INTEGER NOT NULL, action TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
        INSERT INTO meta(key, value) VALUES ('schema', 2), ('running_from', 0);
        """;

    private const string Rows = """
        INSERT INTO handler(id, source, type, name) VALUES (1, '', 'new_order', 'First'), (2, '', 'new_order', 'Second');
        INSERT INTO event SELECT value, value, 0, 'default', 'e' || value, 'new_order', NULL, 1795435200000, value, 0, 'application/json', '', zeroblob(32),
            0, 2, NULL, CAST('{}' AS BLOB) FROM (
                SELECT column1 AS value FROM (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)));
        INSERT INTO meta(key, value) VALUES ('dedupe_seed', 4711);
        INSERT INTO dedupe SELECT 1, CAST('default' || char(0) || event_id AS BLOB), seq, token, 0, received_at FROM event;
        INSERT INTO dedupe_run VALUES (1, 10, 1795435200000, x'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff');
        INSERT INTO work(seq, handler, state, generation, attempt, epoch, due_at, started_at, ended_at, error) VALUES
            (1, 1, 6, 0, 1, 1, NULL, 1795435200000, 1795435200001, NULL),
            (2, 1, 0, 0, 1, 1, NULL, NULL, NULL, NULL), -- handed over in memory
            (3, 1, 0, 0, 2, 3, NULL, 1795435200000, 1795435200001, 'away'), -- claimed
            (4, 1, 1, 0, 0, 0, 1795435200000, NULL, NULL, NULL),
            (5, 1, 2, 0, 1, 1, 1795435300000, 1795435200000, 1795435200001, 'away'),
            (6, 1, 3, 0, 1, 1, NULL, 1795435200000, 1795435200001, 'no'),
            (7, 1, 4, 0, 1, 2, NULL, 1795435200000, 1795435200001, 'away'),
            (8, 0, 5, 0, 0, 0, NULL, NULL, NULL, NULL),
            (9, 1, 6, 0, 1, 1, NULL, 1795435200000, 1795435200001, NULL),
            (9, 2, 3, 0, 1, 1, NULL, 1795435200000, 1795435200001, 'no'); -- and event 10 has lost its work
        """;
}
