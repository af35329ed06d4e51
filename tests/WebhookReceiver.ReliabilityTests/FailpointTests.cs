using System.Globalization;
using WebhookReceiver.ReliabilityTests.App;
using WebhookReceiver.ReliabilityTests.Disk;
using WebhookReceiver.Tests.Inbox;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>The process dies at a named point, again and again. The sender sends again what had no answer, and every event is handled.</summary>
public sealed class FailpointTests(ITestOutputHelper output)
{
    private const int Connections = 8;
    private const int PagesUntilCheckpoint = 4000;
    private const int CallsOfAMigration = 100;

    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(20);

    /// <summary>So that some work runs whenever the process dies, and is claimed by the next.</summary>
    private static readonly Dictionary<string, string> Handlers = new() { ["HandlerDuration"] = "00:00:00.020" };

    [Theory(Explicit = true)]
    [InlineData("F02 a", nameof(FailpointName.BeforeBegin), "dies when an event is read and verified")]
    [InlineData("F02 b", nameof(FailpointName.BeforeCommit), "dies in a transaction, before its commit")]
    [InlineData("F02 c", nameof(FailpointName.BeforeAnswer), "dies after a commit, before the answer")]
    [InlineData("F02 d", nameof(FailpointName.AfterClaim), "dies when work is claimed")]
    [InlineData("F02 e", nameof(FailpointName.BeforeComplete), "dies when a handler has returned, before that is stored")]
    public async Task Process_DiesAtAPoint_LosesNothing(string number, string point, string title)
    {
        var random = new Random(1);
        var figures = new Figures(number, title) { Trials = Trials.Of(3, 50) };
        using var directory = new DataDirectory();
        var ledger = new Ledger();
        var duplicates = 0;
        await KillUnderLoadAsync(directory, ledger);
        for (var trial = 1; trial <= figures.Trials; trial++)
        {
            var settings = new Dictionary<string, string>(Handlers)
            {
                // Work is claimed as soon as the receiver starts; all else needs load.
                ["Failpoint"] = string.Create(CultureInfo.InvariantCulture, $"{point}:{(point == nameof(FailpointName.AfterClaim) ? random.Next(1, 4) : random.Next(1, 200))}"),
            };
            await using (var host = HostProcess.Launch(directory, settings))
            {
                if (await host.TryUntilReadyAsync())
                {
                    using var client = new LoadClient(ledger);
                    await client.RunToTheEndAsync(host.Webhook, string.Create(CultureInfo.InvariantCulture, $"die{trial}"), Connections);
                }

                await host.ExitAsync();
                Assert.Contains($"The failpoint {point} is reached.", host.Output, StringComparison.Ordinal);
            }

            await using var next = await HostProcess.StartAsync(directory, Handlers);
            using var again = new LoadClient(ledger);
            duplicates += await again.SendAgainAsync(next.Webhook);
            await KillWithWorkRunningAsync(next, ledger, trial);
        }

        await RecoverAsync(directory, ledger, figures);
        output.WriteLine($"{point}: {duplicates} of those that were sent again were known");
        if (point == nameof(FailpointName.BeforeAnswer))
        {
            Assert.True(duplicates >= figures.Trials, $"Only {duplicates} were answered as duplicates: what was committed and not answered is known.");
        }

        figures.PublishAndCheck();
    }

    [Fact(Explicit = true)]
    public async Task Process_IsKilledInACheckpoint_LosesNothing()
    {
        var random = new Random(1);
        var figures = new Figures("F02 f", "killed in a checkpoint, in the middle of a write") { Trials = Trials.Of(3, 50) };
        using var directory = new DataDirectory();
        var ledger = new Ledger();
        for (var trial = 1; trial <= figures.Trials; trial++)
        {
            using var disk = new FaultyDisk(directory.Inbox);
            await using var host = await HostProcess.StartAsync(directory, disk.Settings());
            disk.Arm(new DiskFault(DiskCalls.Write, DiskFiles.Database, DiskAction.Kill) { First = random.Next(1, PagesUntilCheckpoint / 2) });
            using var client = new LoadClient(ledger, 16_000);
            await client.RunToTheEndAsync(host.Webhook, string.Create(CultureInfo.InvariantCulture, $"copy{trial}"), Connections);
            await host.ExitAsync();
            Assert.Equal(1, disk.Hit);
        }

        await RecoverAsync(directory, ledger, figures);
        figures.PublishAndCheck();
    }

    [Theory(Explicit = true)]
    [InlineData("F02 g", DiskCalls.Write)]
    [InlineData("F02 h", DiskCalls.Flush)]
    public async Task Process_IsKilledAtAnyCallOfAMigration_TakesTheFileOverAtTheNextStart(string number, DiskCalls calls)
    {
        var figures = new Figures(number, $"killed at each {calls.ToString().ToLowerInvariant()} of a migration, from version 2 of the schema");
        for (var n = 1; n <= CallsOfAMigration; n++)
        {
            using var directory = new DataDirectory();
            InboxOfVersion2.Create(directory.Inbox);
            HashSet<string> before;
            using (var inbox = new InboxFile(directory.Inbox))
            {
                before = inbox.EventIds();
            }

            using var disk = new FaultyDisk(directory.Inbox);
            disk.Arm(new DiskFault(calls, DiskFiles.All, DiskAction.Kill) { First = n });
            await using (var host = HostProcess.Launch(directory, disk.Settings()))
            {
                if (await host.TryUntilReadyAsync())
                {
                    // It came to the end of the migration, and of the start: there is no n-th call.
                    figures.Trials = n - 1;
                    figures.PublishAndCheck();
                    return;
                }

                await host.ExitAsync();
                Assert.True(disk.Hit > 0, $"It ended by itself:\n{host.Output}");
            }

            await using var next = await HostProcess.StartAsync(directory);
            figures.Took(next.Age);
            using var after = new InboxFile(directory.Inbox);
            after.AssertIsIntact();
            figures.Events += before.Count;
            figures.Lost += before.Except(after.EventIds()).Count();
            figures.Unexpected += after.EventIds().Except(before).Count();
        }

        Assert.Fail("A start needs more calls than that?");
    }

    private static async Task KillUnderLoadAsync(DataDirectory directory, Ledger ledger)
    {
        await using var host = await HostProcess.StartAsync(directory, Handlers);
        await KillWithWorkRunningAsync(host, ledger, 0);
    }

    private static async Task KillWithWorkRunningAsync(HostProcess host, Ledger ledger, int trial)
    {
        using var client = new LoadClient(ledger);
        var load = client.RunAsync(host.Webhook, string.Create(CultureInfo.InvariantCulture, $"kill{trial}"), Connections, CancellationToken.None);
        await ledger.UntilAnsweredAsync(ledger.Answers + 50);
        await host.KillAsync();
        await load;
    }

    private static async Task RecoverAsync(DataDirectory directory, Ledger ledger, Figures figures)
    {
        await using var host = await HostProcess.StartAsync(directory);
        await host.UntilDrainedAsync(RecoveryLimit);
        figures.Took(host.Age);
        await host.TerminateAsync();
        Assert.Equal(ExitCodes.Success, await host.ExitAsync());
        using var inbox = new InboxFile(directory.Inbox);
        inbox.AssertIsIntact();
        figures.Lost += ledger.Receipts.Keys.Except(inbox.HandledIds()).Count();
        figures.Add(ledger.Check(directory.Effects, new HashSet<string>()));
    }
}
