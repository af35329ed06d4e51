using System.Globalization;
using WebhookReceiver.ReliabilityTests.Disk;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>
/// The n-th call of a kind fails, for each n: those that open the inbox first, then those that store. Whatever n is, the receiver goes on or ends with the exit code of
/// a failed storage; it answers nothing 2xx that it has not stored, and works as soon as the disk does.
/// </summary>
public sealed class DiskErrorSweepTests(ITestOutputHelper output)
{
    private const int EventsEach = 12;
    private const int LastCallAtStart = 40;
    private const int LastCall = 200;

    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(20);
    private static readonly int[] Sizes = [0, 900, 8000];

    /// <summary>What a receiver survives: the disk is full, a call is interrupted, a write stops half-way.</summary>
    [Fact(Explicit = true)]
    public async Task Storing_AnyCallFailsInAWayThatHeals_GoesOnAndLosesNothing()
    {
        var figures = new Figures("F15 c", "the n-th write finds the disk full, is interrupted or stops half-way, the n-th flush is interrupted");
        DiskFault[] faults =
        [
            new(DiskCalls.Write, DiskFiles.Log, DiskAction.Fail) { Argument = DiskFault.NoSpaceError },
            new(DiskCalls.Write, DiskFiles.Log, DiskAction.Fail) { Argument = DiskFault.InterruptedError },
            new(DiskCalls.Write, DiskFiles.Log, DiskAction.WriteHalf),
            new(DiskCalls.Flush, DiskFiles.Log, DiskAction.Fail) { Argument = DiskFault.InterruptedError },
        ];
        using var directory = new DataDirectory();
        using var disk = new FaultyDisk(directory.Inbox);
        var ledger = new Ledger();
        await using var host = await HostProcess.StartAsync(directory, disk.Settings());
        foreach (var fault in faults)
        {
            foreach (var n in Trials.Numbers(LastCall))
            {
                disk.Arm(fault with { First = n, Count = 1 });
                for (var round = 0; disk.Hit == 0; round++)
                {
                    Assert.True(round < LastCall, $"Call {n} never came.");
                    await SendAsync(host.Webhook, ledger, string.Create(CultureInfo.InvariantCulture, $"sweep{figures.Trials}-{round}"));
                }

                disk.Disarm();
                Assert.False(host.HasEnded, $"It ended at call {n} of {fault}:\n{host.Output}");
                var before = ledger.Acked;
                await SendAsync(host.Webhook, ledger, string.Create(CultureInfo.InvariantCulture, $"healed{figures.Trials}"));
                Assert.Equal(before + EventsEach, ledger.Acked);
                figures.Trials++;
            }
        }

        await host.UntilDrainedAsync(RecoveryLimit);
        await host.TerminateAsync();
        Assert.Equal(ExitCodes.Success, await host.ExitAsync());
        Check(directory, ledger, figures);
        Assert.Empty(ledger.Unanswered);
        figures.PublishAndCheck();
    }

    /// <summary>From an empty directory, so that each call of making the inbox comes in turn.</summary>
    [Theory(Explicit = true)]
    [InlineData("F15 d", "the n-th write fails, from the first start on", DiskCalls.Write, DiskFault.InputOutputError)]
    [InlineData("F15 e", "the n-th write finds the disk full, from the first start on", DiskCalls.Write, DiskFault.NoSpaceError)]
    [InlineData("F15 f", "the n-th flush fails, from the first start on", DiskCalls.Flush, DiskFault.InputOutputError)]
    [InlineData("F15 g", "the n-th opening of a file finds too many open, from the first start on", DiskCalls.Open, DiskFault.TooManyFilesError)]
    public async Task Starting_AnyCallFails_GoesOnOrEndsAndLosesNothing(string number, string title, DiskCalls calls, int error)
    {
        var figures = new Figures(number, title);
        var (ended, wentOn) = (0, 0);
        foreach (var n in Trials.Numbers(LastCallAtStart))
        {
            using var directory = new DataDirectory();
            using var disk = new FaultyDisk(directory.Inbox);
            disk.Arm(new DiskFault(calls, DiskFiles.All, DiskAction.Fail) { Argument = error, First = n, Count = 1 });
            var ledger = new Ledger();
            await using (var host = HostProcess.Launch(directory, disk.Settings()))
            {
                if (await host.TryUntilReadyAsync())
                {
                    await SendAsync(host.Webhook, ledger, "first");
                    await host.TerminateAsync();
                }

                var code = await host.ExitAsync();
                Assert.True(code is ExitCodes.Success or ExitCodes.StorageFailed, $"Call {n} ({disk.Hit} hit): exit code {code}\n{host.Output}");
                (ended, wentOn) = code == ExitCodes.Success ? (ended, wentOn + 1) : (ended + 1, wentOn);
            }

            await using (var host = await HostProcess.StartAsync(directory))
            {
                await host.UntilDrainedAsync(RecoveryLimit);
                figures.Took(host.Age);
                await SendAsync(host.Webhook, ledger, "second");
                await host.UntilDrainedAsync(RecoveryLimit);
                await host.TerminateAsync();
                Assert.Equal(ExitCodes.Success, await host.ExitAsync());
            }

            Check(directory, ledger, figures);
            figures.Trials++;
        }

        output.WriteLine($"{title}: ended {ended} times, went on {wentOn} times");
        figures.PublishAndCheck();
    }

    private static async Task SendAsync(Uri webhook, Ledger ledger, string name)
    {
        using var client = new LoadClient(ledger, Sizes);
        await Task.WhenAll(Enumerable.Range(0, EventsEach).Select(n => client.SendAsync(webhook, $"{name}-{n}")));
    }

    private static void Check(DataDirectory directory, Ledger ledger, Figures figures)
    {
        using var inbox = new InboxFile(directory.Inbox);
        inbox.AssertIsIntact();
        figures.Lost += ledger.Receipts.Keys.Except(inbox.HandledIds()).Count();
        figures.Add(ledger.Check(directory.Effects, new HashSet<string>()));
    }
}
