namespace WebhookReceiver.ReliabilityTests;

/// <summary>One process serves one inbox: a second one says so and ends, and the first does not notice.</summary>
public sealed class SecondProcessTests
{
    private const int Connections = 8;
    private const int AnswersEach = 100;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Start_OnAnInboxThatAnotherProcessServes_EndsWithAClearMessage()
    {
        using var directory = new DataDirectory();
        var figures = new Figures("F32", "a second process on the same inbox, under load") { Trials = Trials.Of(3, 20) };
        var ledger = new Ledger();
        await using var host = await HostProcess.StartAsync(directory);
        using var client = new LoadClient(ledger);
        using var stop = new CancellationTokenSource();
        var load = client.RunAsync(host.Webhook, "first", Connections, stop.Token);
        for (var trial = 1; trial <= figures.Trials; trial++)
        {
            await ledger.UntilAnsweredAsync(trial * AnswersEach);
            using var others = new DataDirectory { Disk = directory.Path };
            await using var second = HostProcess.Launch(others);
            Assert.False(await second.TryUntilReadyAsync());
            Assert.Equal(ExitCodes.StorageFailed, await second.ExitAsync());
            Assert.Contains("is in use by another process", second.Output, StringComparison.Ordinal);
        }

        await stop.CancelAsync();
        await load;
        await host.UntilDrainedAsync(Limit);
        await host.TerminateAsync();
        Assert.Equal(ExitCodes.Success, await host.ExitAsync());
        Assert.Equal(ledger.Attempted, ledger.Acked);
        figures.Add(ledger.Check(directory.Effects, new HashSet<string>()));
        figures.PublishAndCheck();
        Assert.Equal(0, figures.Duplicates);
    }
}
