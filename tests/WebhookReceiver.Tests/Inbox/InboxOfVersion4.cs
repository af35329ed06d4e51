using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox;

/// <summary>An inbox as version 4 of the schema had it, as the process that used it had ended. It does not change with the program.</summary>
internal static class InboxOfVersion4
{
    public static void Create(string path)
    {
        InboxOfVersion3.Create(path);
        DatabaseFile.Execute(path, Upgrade + Rows);
    }

    private const string Upgrade = """
        ALTER TABLE work ADD COLUMN crash_count INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE event ADD COLUMN purged_at INTEGER;
        ALTER TABLE ledger ADD COLUMN purged INTEGER NOT NULL DEFAULT 0;
        UPDATE meta SET value = 4 WHERE key = 'schema';
        """;

    /// <summary>What had lost its work has it again, and the bodies' hashes are theirs.</summary>
    private const string Rows = """
        INSERT INTO work(seq, handler, state, generation, attempt, epoch) VALUES (10, 0, 5, 0, 0, 0);
        UPDATE event SET body_sha256 = x'44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
        UPDATE ledger SET events = (SELECT COUNT(*) FROM event), open_work = (SELECT COUNT(*) FROM work WHERE state <> 6);
        """;
}
