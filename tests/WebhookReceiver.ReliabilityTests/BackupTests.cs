using WebhookReceiver.Inbox.Sqlite;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>Copies that another process makes while the receiver works: each is whole, and has all that was answered before it began.</summary>
public sealed class BackupTests
{
    private const int Copies = 4;
    private const int Connections = 8;
    private const int AnswersBetween = 200;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Backup_UnderLoad_HasEveryEventThatWasAnsweredBeforeAndDisturbsNobody()
    {
        using var directory = new DataDirectory();
        var ledger = new Ledger();
        await using var host = await HostProcess.StartAsync(directory);
        using var client = new LoadClient(ledger);
        using var stop = new CancellationTokenSource();
        var load = client.RunAsync(host.Webhook, "backup", Connections, stop.Token);
        for (var i = 0; i < Copies; i++)
        {
            await ledger.UntilAnsweredAsync(ledger.Answers + AnswersBetween);
            var (copy, acked) = (Path.Combine(directory.Path, $"copy{i}.db"), ledger.Receipts.Keys.ToArray());

            SqliteBackup.Copy(directory.Inbox, copy);

            Assert.Empty(SqliteInspection.Inspect(copy).Problems);
            using var inbox = new InboxFile(copy);
            Assert.Empty(acked.Except(inbox.EventIds()));
        }

        await stop.CancelAsync();
        await load;
        await host.UntilDrainedAsync(Limit);
        Assert.Equal(ledger.Answers, ledger.Acked);
        Assert.True(await host.IsReadyAsync());
    }
}
