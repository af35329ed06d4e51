using WebhookReceiver.PostgreSql.Tests.Support;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>An empty inbox for one test on either database, with the directory of its receivers, and what can be done to it behind their back.</summary>
internal sealed class TestInbox : IAsyncDisposable
{
    private readonly TestDatabase? _database;

    private TestInbox(TestDatabase? database)
    {
        _database = database;
        Directory = new DataDirectory { Server = database?.ConnectionString };
    }

    public DataDirectory Directory { get; }

    /// <summary>How long the work of a process that was killed waits, until the next one or another may run it: on PostgreSQL a lease and a sweep.</summary>
    public TimeSpan Lease => _database is null ? TimeSpan.Zero : TimeSpan.FromSeconds(45);

    public static async Task<TestInbox> CreateAsync(TestedInbox tested)
    {
        if (tested == TestedInbox.Sqlite)
        {
            return new TestInbox(null);
        }

        var database = new TestDatabase();
        database.Need();
        await database.InitializeAsync();
        return new TestInbox(database);
    }

    /// <summary>Figures of what is done on this database.</summary>
    public Figures Figures(string number, string title) =>
        _database is null ? new Figures(number, title) : new Figures(number + " pg", title + ", on PostgreSQL");

    /// <summary>Holds the database to its own checks, and what was answered to what it says was handled.</summary>
    /// <returns>How many events were answered 2xx, and are neither handled nor dead.</returns>
    public async Task<int> MissingAsync(Ledger ledger, IReadOnlySet<string> dead)
    {
        var answered = ledger.Receipts.Keys.Except(dead);
        if (_database is not null)
        {
            return answered.Except(await _database.ReadTextsAsync("SELECT event_id FROM webhook_receiver.event e JOIN webhook_receiver.work_done w ON w.seq = e.seq")).Count();
        }

        using var inbox = new InboxFile(Directory.Inbox);
        inbox.AssertIsIntact();
        return answered.Except(inbox.HandledIds()).Count();
    }

    /// <summary>Changes a row of <c>event</c>.</summary>
    /// <param name="change">What is set, in words that both databases know.</param>
    /// <param name="eventId">Which.</param>
    public async Task DamageAsync(string change, string eventId)
    {
        if (_database is not null)
        {
            await _database.ExecuteAsync($"UPDATE webhook_receiver.event SET {change} WHERE event_id = '{eventId}'");
        }
        else
        {
            DatabaseFile.Execute(Directory.Inbox, $"UPDATE event SET {change} WHERE event_id = '{eventId}'");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Directory.Dispose();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }
}
