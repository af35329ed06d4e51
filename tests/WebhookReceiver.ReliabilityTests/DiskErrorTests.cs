using WebhookReceiver.ReliabilityTests.Disk;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>
/// Writes and flushes fail. Nothing is answered that is not stored; a receiver that cannot know what its file holds ends at once, and the next one finds everything that was
/// answered.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class DiskErrorTests
{
    private const int Connections = 16;

    /// <summary>From the error to the end of the process.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ErrorLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(1);
    private static readonly int[] Sizes = [0, 900, 8000, 120, 3000, 400, 16_000, 50];

    [Theory(Explicit = true)]
    [InlineData("F14 a", "the flush of the log fails once, under load", DiskCalls.Flush, DiskFiles.Log, 1L, 40)]
    [InlineData("F14 b", "the flush of the log fails for good", DiskCalls.Flush, DiskFiles.Log, long.MaxValue, 40)]
    [InlineData("F14 c", "the flush of the database fails, in a checkpoint", DiskCalls.Flush, DiskFiles.Database, 1L, 2)]
    [InlineData("F15 a", "a write to the log fails once, under load", DiskCalls.Write, DiskFiles.Log, 1L, 40)]
    [InlineData("F15 b", "a write to the database fails, in a checkpoint", DiskCalls.Write, DiskFiles.Database, 1L, 1000)]
    public async Task Write_FailsUnderLoad_EndsTheProcessAndLosesNothing(string fault, string title, DiskCalls calls, DiskFiles files, long count, int latest)
    {
        var random = new Random(1);
        var figures = new Figures(fault, title) { Timed = "error to exit", Trials = Trials.Of(3, 50) };
        for (var trial = 1; trial <= figures.Trials; trial++)
        {
            await FailAsync(new DiskFault(calls, files, DiskAction.Fail) { Argument = DiskFault.InputOutputError, First = random.Next(latest) + 1, Count = count }, figures);
        }

        figures.PublishAndCheck();
        Assert.InRange(figures.Slowest!.Value, TimeSpan.Zero, EndLimit);
    }

    /// <summary>Nothing has failed then: the flush is made anew.</summary>
    [Fact(Explicit = true)]
    public async Task Flush_IsInterruptedInACheckpoint_GoesOnAndLosesNothing()
    {
        const int Interruptions = 3;
        var figures = new Figures("F14 d", "the flush of the database is interrupted, three times in a row, in a checkpoint") { Trials = Trials.Of(3, 50) };
        for (var trial = 1; trial <= figures.Trials; trial++)
        {
            using var directory = new DataDirectory();
            using var disk = new FaultyDisk(directory.Inbox);
            var ledger = new Ledger();
            await using (var host = await HostProcess.StartAsync(directory, disk.Settings()))
            {
                using var client = new LoadClient(ledger, Sizes);
                using var stop = new CancellationTokenSource();
                disk.Arm(new DiskFault(DiskCalls.Flush, DiskFiles.Database, DiskAction.Fail) { Argument = DiskFault.InterruptedError, First = trial, Count = Interruptions });
                var load = client.RunAsync(host.Webhook, "interrupted", Connections, stop.Token);
                await UntilHitAsync(disk, Interruptions);
                await stop.CancelAsync();
                await load;
                Assert.False(host.HasEnded, host.Output);
                await host.TerminateAsync();
                Assert.Equal(ExitCodes.Success, await host.ExitAsync());
            }

            Assert.Empty(ledger.Unanswered);
            await RecoverAsync(directory, ledger, figures);
        }

        figures.PublishAndCheck();
    }

    private static async Task FailAsync(DiskFault fault, Figures figures)
    {
        using var directory = new DataDirectory();
        var record = Path.Combine(directory.Path, "record");
        using var disk = new FaultyDisk(directory.Inbox, record);
        var ledger = new Ledger();
        await using (var host = await HostProcess.StartAsync(directory, disk.Settings()))
        {
            using var client = new LoadClient(ledger, Sizes);
            disk.Arm(fault);
            var load = client.RunAsync(host.Webhook, "error", Connections, CancellationToken.None);
            await UntilHitAsync(disk, 1);
            var failed = TimeProvider.System.GetTimestamp();
            Assert.Equal(ExitCodes.StorageFailed, await host.ExitAsync());
            figures.Took(TimeProvider.System.GetElapsedTime(failed));
            await load;
        }

        // A later flush may succeed over pages that the failed one has lost: so this is judged by what is surely on the disk.
        figures.Lost += MissingOnDisk(record, ledger);
        await RecoverAsync(directory, ledger, figures);
    }

    private static async Task UntilHitAsync(FaultyDisk disk, int times)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (disk.Hit < times)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < ErrorLimit, "The fault never happened.");
            await Task.Delay(PollInterval, TimeProvider.System);
        }
    }

    private static int MissingOnDisk(string record, Ledger ledger)
    {
        using var directory = new DataDirectory();
        var disk = new CrashDisk();
        DiskEntry.Read(record).ForEach(disk.Apply);
        disk.Write(directory.Inbox, CrashLoss.All, new Random(1));
        using var inbox = new InboxFile(directory.Inbox);
        inbox.AssertIsIntact();
        return ledger.Receipts.Keys.Except(inbox.EventIds()).Count();
    }

    private static async Task RecoverAsync(DataDirectory directory, Ledger ledger, Figures figures)
    {
        await using var host = await HostProcess.StartAsync(directory);
        await host.UntilDrainedAsync(RecoveryLimit);
        await host.TerminateAsync();
        Assert.Equal(ExitCodes.Success, await host.ExitAsync());
        using var inbox = new InboxFile(directory.Inbox);
        inbox.AssertIsIntact();
        figures.Lost += ledger.Receipts.Keys.Except(inbox.HandledIds()).Count();
        figures.Add(ledger.Check(directory.Effects, new HashSet<string>()));
    }
}
