namespace WebhookReceiver.ReliabilityTests;

/// <summary>
/// Copies that the host's own command makes while the receiver works: each is sound, has all that was answered before it began, and is an inbox from which a receiver goes on.
/// </summary>
public sealed class BackupTests
{
    private const int Connections = 8;
    private const int AnswersBetween = 200;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Backup_UnderLoad_HasEveryEventThatWasAnsweredBeforeAndGoesOnWhereItIsPutBack()
    {
        using var directory = new DataDirectory();
        var figures = new Figures("F29", "copied by `backup` under load, and every copy put back") { Trials = Trials.Of(few: 4, many: 30) };
        var ledger = new Ledger();
        await using var host = await HostProcess.StartAsync(directory);
        using var client = new LoadClient(ledger);
        using var stop = new CancellationTokenSource();
        var copies = new List<(string File, string[] Acked)>();
        var load = client.RunAsync(host.Webhook, "backup", Connections, stop.Token);
        for (var i = 0; i < figures.Trials; i++)
        {
            await ledger.UntilAnsweredAsync(ledger.Answers + AnswersBetween);
            var (copy, acked) = (Path.Combine(directory.Path, $"copy{i}.db"), ledger.Receipts.Keys.ToArray());
            RunHost(directory.Inbox, "backup", copy);
            copies.Add((copy, acked));
        }

        await stop.CancelAsync();
        await load;
        await host.UntilDrainedAsync(Limit);
        Assert.Equal(ledger.Answers, ledger.Acked);
        figures.Add(ledger.Check(directory.Effects, new HashSet<string>()));
        foreach (var (copy, acked) in copies)
        {
            RunHost(copy, "check");
            using var elsewhere = new DataDirectory();
            File.Copy(copy, elsewhere.Inbox);
            await using var restored = await HostProcess.StartAsync(elsewhere);
            await restored.UntilDrainedAsync(Limit);
            figures.Took(restored.Age);
            figures.Lost += acked.Except(await restored.EventIdsAsync("succeeded")).Count();
        }

        figures.PublishAndCheck();
        Assert.Equal(0, figures.Duplicates);
    }

    /// <summary>A command of the shipped host, on one inbox; one that fails ends the test.</summary>
    private static void RunHost(string inbox, params string[] command) => Command.Run(
        "env", [$"WebhookReceiver__Inbox__ConnectionString=Data Source={inbox}", "dotnet", Path.Combine(AppContext.BaseDirectory, HostProcess.Container), .. command]);
}
