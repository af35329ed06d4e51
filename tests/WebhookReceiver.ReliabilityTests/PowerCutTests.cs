using System.Globalization;
using WebhookReceiver.ReliabilityTests.Disk;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>
/// The power is cut under load, again and again: what the disk holds at that instant is all that is left. What was answered before is on it. A disk that
/// only pretends to flush must show loss by the very same steps, or they prove nothing.
/// </summary>
public sealed class PowerCutTests(ITestOutputHelper output)
{
    private const int Connections = 16;
    private const int CutsPerDisk = 30;
    private const int ControlCuts = 3;

    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(20);
    private static readonly int[] Sizes = [0, 900, 120, 3000, 400, 16_000, 50, 1500];

    [Fact(Explicit = true)]
    public async Task PowerCut_UnderLoad_KeepsEveryEventThatWasAnswered()
    {
        var figures = new Figures("F05 a", "power cut under load") { Trials = Trials.Of(CutsPerDisk, 10 * CutsPerDisk) };
        for (var seed = 1; seed <= figures.Trials / CutsPerDisk; seed++)
        {
            await RunAsync(new Random(seed), figures);
        }

        figures.PublishAndCheck();
    }

    [Fact(Explicit = true)]
    public async Task PowerCut_OnADiskThatDoesNotFlush_LosesEvents()
    {
        using var disk = new PowerCutDisk();
        var figures = new Figures("F05 b", "the same on a disk that only pretends to flush: must lose") { Trials = ControlCuts };
        for (var cut = 1; cut <= ControlCuts; cut++)
        {
            disk.Format();
            using var directory = new DataDirectory { Disk = disk.Root };
            using var lying = new FaultyDisk(directory.Inbox);
            var ledger = new Ledger();
            HashSet<string> answered;
            await using (var host = await HostProcess.StartAsync(directory, lying.Settings()))
            {
                disk.Flush();
                lying.Arm(new DiskFault(DiskCalls.Flush, DiskFiles.All, DiskAction.Lie));
                answered = await LoadAndCutAsync(host, disk, ledger, "control", TimeSpan.FromMilliseconds(300));
                Assert.True(lying.Hit > 0, "No flush was seen.");
            }

            disk.ComeBack();
            await using var back = await HostProcess.StartAsync(directory);
            using var inbox = new InboxFile(directory.Inbox);
            var lost = answered.Except(inbox.EventIds()).Count();
            figures.Events += answered.Count;
            figures.Lost += lost;
            Assert.True(lost > 0, $"Control {cut}: nothing of {answered.Count} was lost where nothing was flushed. Cutting the power proves nothing here.");
        }

        figures.Publish();
    }

    private async Task RunAsync(Random random, Figures figures)
    {
        using var disk = new PowerCutDisk();
        using var directory = new DataDirectory { Disk = disk.Root };
        var ledger = new Ledger();
        var answered = new HashSet<string>(StringComparer.Ordinal);
        for (var cut = 1; cut <= CutsPerDisk; cut++)
        {
            await using (var host = await HostProcess.StartAsync(directory))
            {
                figures.Lost += Missing(directory, answered);

                // Every other round cuts into the recovery.
                if (cut % 2 == 0)
                {
                    await host.UntilDrainedAsync(RecoveryLimit);
                    figures.Took(host.Age);
                }

                var name = string.Create(CultureInfo.InvariantCulture, $"cut{cut}");
                answered.UnionWith(await LoadAndCutAsync(host, disk, ledger, name, TimeSpan.FromMilliseconds(random.Next(20, 800))));
            }

            disk.ComeBack();
        }

        await using var healed = await HostProcess.StartAsync(directory);
        await healed.UntilDrainedAsync(RecoveryLimit);
        figures.Took(healed.Age);
        var verdict = ledger.Check(directory.Effects, new HashSet<string>());
        using var inbox = new InboxFile(directory.Inbox);
        figures.Events += answered.Count;
        figures.Lost += Missing(directory, answered) + answered.Except(inbox.HandledIds()).Count() + answered.Intersect(verdict.Lost).Count();
        figures.Unexpected += verdict.Unexpected.Count + verdict.Foreign.Count;
        figures.Duplicates += verdict.Duplicates.Count;
        output.WriteLine($"{CutsPerDisk} cuts, {answered.Count} events answered before one, {verdict.Attempted} sent");
        await healed.TerminateAsync();
        Assert.Equal(ExitCodes.Success, await healed.ExitAsync());
    }

    /// <returns>What had been answered when the power was cut.</returns>
    private static async Task<HashSet<string>> LoadAndCutAsync(HostProcess host, PowerCutDisk disk, Ledger ledger, string name, TimeSpan after)
    {
        using var client = new LoadClient(ledger, Sizes);
        using var stop = new CancellationTokenSource();
        var before = ledger.Answers;
        var load = client.RunAsync(host.Webhook, name, Connections, stop.Token);
        await ledger.UntilAnsweredAsync(before + 1);
        await Task.Delay(after, TimeProvider.System, TestContext.Current.CancellationToken);
        var answered = ledger.Receipts.Keys.Where(id => id.StartsWith(name + "-", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        disk.Cut();
        await host.KillAsync();
        await load;
        return answered;
    }

    private static int Missing(DataDirectory directory, HashSet<string> answered)
    {
        using var inbox = new InboxFile(directory.Inbox);
        inbox.AssertIsIntact();
        return answered.Except(inbox.EventIds()).Count();
    }
}
