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

    /// <summary>So that not too much of it is waiting when what failed is due again.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>So that some work runs whenever the process dies, and is claimed by the next.</summary>
    private static readonly Dictionary<string, string> Handlers = new() { ["HandlerDuration"] = "00:00:00.020" };

    private static readonly (string Number, FailpointName Point, string Title)[] Points =
    [
        ("F02 a", FailpointName.BeforeBegin, "dies when an event is read and verified"),
        ("F02 b", FailpointName.BeforeCommit, "dies in a transaction, before its commit"),
        ("F02 c", FailpointName.BeforeAnswer, "dies after a commit, before the answer"),
        ("F02 d", FailpointName.AfterClaim, "dies when work is claimed"),
        ("F02 e", FailpointName.BeforeComplete, "dies when a handler has returned, before that is stored"),
    ];

    /// <remarks>On PostgreSQL the work of the last one that died waits for its lease: there the points are tried beside each other.</remarks>
    [Theory(Explicit = true)]
    [InlineData(TestedInbox.Sqlite, 1)]
    [InlineData(TestedInbox.PostgreSql, 5)]
    public async Task Process_DiesAtAPoint_LosesNothing(TestedInbox tested, int atOnce)
    {
        foreach (var points in Points.Chunk(atOnce))
        {
            await Task.WhenAll(points.Select(point => DieAsync(tested, point.Number, point.Point, point.Title)));
        }
    }

    private async Task DieAsync(TestedInbox tested, string number, FailpointName point, string title)
    {
        await using var inbox = await TestInbox.CreateAsync(tested);
        var directory = inbox.Directory;
        var random = new Random(1);
        var figures = inbox.Figures(number, title);
        figures.Trials = Trials.Of(3, 50);
        var ledger = new Ledger();
        var duplicates = 0;
        await KillUnderLoadAsync(directory, ledger);
        for (var trial = 1; trial <= figures.Trials; trial++)
        {
            var settings = new Dictionary<string, string>(Handlers)
            {
                ["Failpoint"] = string.Create(CultureInfo.InvariantCulture, $"{point}:{(point == FailpointName.AfterClaim ? random.Next(1, 4) : random.Next(1, 200))}"),
            };
            await using (var host = HostProcess.Launch(directory, settings))
            {
                if (await host.TryUntilReadyAsync())
                {
                    // What fails at first is claimed when it is due again; what the one before had running is claimed at the start, or when its lease has run out.
                    using var client = new LoadClient(ledger) { Pause = Pause };
                    var name = point == FailpointName.AfterClaim ? "retry" : "die";
                    await client.RunToTheEndAsync(host.Webhook, string.Create(CultureInfo.InvariantCulture, $"{name}{trial}"), Connections);
                }

                await host.ExitAsync();
                Assert.Contains($"The failpoint {point} is reached.", host.Output, StringComparison.Ordinal);
            }

            await using var next = await HostProcess.StartAsync(directory, Handlers);
            using var again = new LoadClient(ledger);
            duplicates += await again.SendAgainAsync(next.Webhook);
            await KillWithWorkRunningAsync(next, ledger, trial);
        }

        await RecoverAsync(inbox, ledger, figures);
        output.WriteLine($"{point}: {duplicates} of those that were sent again were known");
        if (point == FailpointName.BeforeAnswer)
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
        await using var inbox = await TestInbox.CreateAsync(TestedInbox.Sqlite);
        var directory = inbox.Directory;
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

        await RecoverAsync(inbox, ledger, figures);
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

    /// <remarks>An event that ran alone, as a suspect, in three processes that died one after the other is dead, as it should be: it is not lost.</remarks>
    private static async Task RecoverAsync(TestInbox inbox, Ledger ledger, Figures figures)
    {
        await using var host = await HostProcess.StartAsync(inbox.Directory);
        await host.UntilDrainedAsync(inbox.Lease + RecoveryLimit);
        figures.Took(host.Age);
        var dead = await host.EventIdsAsync("dead");
        foreach (var id in dead)
        {
            Assert.Equal("crash_suspect", await host.LastOutcomeAsync(id));
        }

        await host.TerminateAsync();
        Assert.Equal(ExitCodes.Success, await host.ExitAsync());
        figures.Lost += await inbox.MissingAsync(ledger, dead);
        figures.Add(ledger.Check(inbox.Directory.Effects, dead));
    }
}
