using System.Globalization;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>
/// The process is killed under load, again and again over one data directory. That shows the way back from any point of the program; that what
/// was answered is on the disk and not in the page cache is shown by <see cref="FlushOrderTests"/> and <see cref="PowerCutTests"/>.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Connections = 8;

    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Kill_ThreeTimesUnderLoad_LosesNothing() => await RunAsync(TestedInbox.Sqlite, rounds: 3, fewestAnswers: 50, mostAnswers: 400);

    [Theory(Explicit = true)]
    [InlineData(TestedInbox.Sqlite)]
    [InlineData(TestedInbox.PostgreSql)]
    public async Task Kill_ManyTimesUnderLoad_LosesNothing(TestedInbox tested)
    {
        var figures = await RunAsync(tested, rounds: Trials.Of(20, 300), fewestAnswers: 300, mostAnswers: 3000);
        figures.PublishAndCheck();
    }

    private async Task<Figures> RunAsync(TestedInbox tested, int rounds, int fewestAnswers, int mostAnswers)
    {
        var random = new Random(rounds);
        await using var inbox = await TestInbox.CreateAsync(tested);
        var directory = inbox.Directory;
        var ledger = new Ledger();
        var report = new RoundTable();
        var slowest = TimeSpan.Zero;
        for (var round = 1; round <= rounds; round++)
        {
            await using var host = await HostProcess.StartAsync(directory);

            // Every other round waits for the work of the one before; the others send into the recovery. Where it waits for a lease, all of them do.
            TimeSpan? recovery = round % 2 == 0 && inbox.Lease == TimeSpan.Zero ? await host.UntilDrainedAsync(RecoveryLimit) : null;
            slowest = recovery > slowest ? recovery.Value : slowest;
            var (attempted, acked) = (ledger.Attempted, ledger.Acked);
            await LoadAndKillAsync(host, ledger, round, ledger.Answers + random.Next(fewestAnswers, mostAnswers));
            report.Add(round, ledger.Attempted - attempted, ledger.Acked - acked, recovery);
        }

        await using var healed = await HostProcess.StartAsync(directory);
        var last = await healed.UntilDrainedAsync(inbox.Lease + RecoveryLimit);
        await SendWithoutKillAsync(healed, ledger);
        var dead = await healed.EventIdsAsync("dead");
        await healed.TerminateAsync();
        Assert.Equal(ExitCodes.Success, await healed.ExitAsync());

        var verdict = ledger.Check(directory.Effects, dead);
        report.Finish(rounds, verdict, last > slowest ? last : slowest);
        output.WriteLine(report.ToString());
        var figures = inbox.Figures("F01", "killed (SIGKILL) under load") with { Timed = "ready to idle", Trials = rounds };
        figures.Add(verdict);
        figures.Took(last > slowest ? last : slowest);
        Assert.Empty(verdict.Lost);
        Assert.Empty(verdict.Unexpected);
        Assert.Empty(verdict.Foreign);
        Assert.DoesNotContain(verdict.Duplicates, static id => id.StartsWith("clean", StringComparison.Ordinal));
        Assert.True(ledger.Acked >= rounds * fewestAnswers, "There was hardly any load.");
        return figures;
    }

    private static async Task LoadAndKillAsync(HostProcess host, Ledger ledger, int round, int answers)
    {
        using var client = new LoadClient(ledger);
        using var stop = new CancellationTokenSource();
        var load = client.RunAsync(host.Webhook, string.Create(CultureInfo.InvariantCulture, $"kill{round}"), Connections, stop.Token);
        await await Task.WhenAny(ledger.UntilAnsweredAsync(answers), load);
        await host.KillAsync();
        await load;
    }

    /// <summary>Where no process is killed, nothing is handled twice.</summary>
    private static async Task SendWithoutKillAsync(HostProcess host, Ledger ledger)
    {
        using var client = new LoadClient(ledger);
        for (var n = 0; n < 50; n++)
        {
            Assert.True(await client.SendAsync(host.Webhook, $"clean-{n}"));
        }

        await host.UntilDrainedAsync(RecoveryLimit);
    }
}
