using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox;

/// <summary>An inbox as version 3 of the schema had it, left by a process that was killed. It does not change with the program.</summary>
internal static class InboxOfVersion3
{
    public static void Create(string path)
    {
        InboxOfVersion2.Create(path);
        DatabaseFile.Execute(path, Upgrade + Rows);
    }

    private const string Upgrade = """
        CREATE INDEX work_running ON work(seq) WHERE due_at IS NOT NULL AND state = 0;
        CREATE TABLE ledger(events INTEGER NOT NULL, open_work INTEGER NOT NULL) STRICT;
        INSERT INTO ledger(events, open_work) VALUES (12, 11);
        UPDATE meta SET value = 3 WHERE key = 'schema';
        """;

    /// <summary>Event 11 was parked and then cancelled; event 12 is the newest and runs.</summary>
    private const string Rows = """
        INSERT INTO event SELECT value, value, 0, 'default', 'e' || value, 'new_order', NULL, 1795435200000, value, 0, 'application/json', '', zeroblob(32),
            0, 2, NULL, CAST('{}' AS BLOB) FROM (SELECT column1 AS value FROM (VALUES (11), (12)));
        INSERT INTO work(seq, handler, state, generation, attempt, epoch, due_at, started_at, ended_at, error) VALUES
            (11, 0, 4, 0, 0, 1, NULL, NULL, NULL, NULL), (12, 1, 0, 0, 1, 1, NULL, NULL, NULL, NULL);
        """;
}
