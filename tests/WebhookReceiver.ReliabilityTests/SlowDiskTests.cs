using System.Collections.Concurrent;
using WebhookReceiver.ReliabilityTests.Disk;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>The disk takes its time to flush. Answers take a few flushes, since one serves many; memory does not grow; a stall passes.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class SlowDiskTests(ITestOutputHelper output)
{
    private const int Connections = 64;
    private const long Mebibyte = 1024 * 1024;
    private const long MostMemory = 100 * Mebibyte;

    /// <summary>How many an answer may wait for: the commit under way, the two of a checkpoint behind it, its own.</summary>
    private const int MostFlushes = 4;

    /// <summary>What an answer may take beyond its flushes: the machine that runs this is busy with the load as well.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly int[] Sizes = [0, 900, 120, 3000, 400, 16_000, 50, 1500];

    [Theory(Explicit = true)]
    [InlineData("F16 a", 5)]
    [InlineData("F16 b", 50)]
    [InlineData("F16 c", 500)]
    public async Task Flush_TakesLonger_AnswersTakeAFewFlushesAtMost(string number, int milliseconds)
    {
        var figures = new Figures(number, $"each flush takes {milliseconds} ms longer") { Timed = "answer (p99)", Trials = 1 };
        using var directory = new DataDirectory();
        using var disk = new FaultyDisk(directory.Inbox);
        var ledger = new Ledger();
        await using var host = await HostProcess.StartAsync(directory, disk.Settings());
        var times = await LoadAsync(host, ledger, "warm", TimeSpan.FromSeconds(2));
        var memory = host.PeakMemory();
        disk.Arm(new DiskFault(DiskCalls.Flush, DiskFiles.All, DiskAction.Delay) { Argument = milliseconds });
        times = await LoadAsync(host, ledger, "slow", TimeSpan.FromSeconds(Trials.Of(4, 30)));
        var grown = host.PeakMemory() - memory;
        disk.Disarm();

        var (delayed, p99) = (disk.Hit, times[times.Length * 99 / 100]);
        figures.Took(p99);
        output.WriteLine($"{milliseconds} ms: {times.Length} answers in {delayed} flushes, half in {times[times.Length / 2]}, 99 of 100 in {p99}, {grown / Mebibyte} MiB more memory");
        await FinishAsync(directory, host, ledger, figures);
        Assert.True(times.Length > 2 * delayed, "A flush serves one answer alone.");
        Assert.InRange(p99, TimeSpan.FromMilliseconds(milliseconds), (MostFlushes * TimeSpan.FromMilliseconds(milliseconds)) + Slack);
        Assert.InRange(grown, 0, MostMemory);
    }

    [Fact(Explicit = true)]
    public async Task Flush_StallsForTenSeconds_AnswersNothingBeforeAndEverythingAfter()
    {
        var stall = TimeSpan.FromSeconds(10);
        var figures = new Figures("F16 d", "one flush stalls for 10 s") { Timed = "answer", Trials = 1 };
        using var directory = new DataDirectory();
        using var disk = new FaultyDisk(directory.Inbox);
        var ledger = new Ledger();
        await using var host = await HostProcess.StartAsync(directory, disk.Settings());
        var load = LoadAsync(host, ledger, "stall", stall + TimeSpan.FromSeconds(2));
        await ledger.UntilAnsweredAsync(Connections);
        disk.Arm(new DiskFault(DiskCalls.Flush, DiskFiles.Log, DiskAction.Delay) { Argument = (long)stall.TotalMilliseconds, Count = 1 });
        var times = await load;

        figures.Took(times[^1]);
        Assert.Equal(1, disk.Hit);
        Assert.Equal(ledger.Answers, ledger.Acked);
        Assert.InRange(times[^1], stall - Slack, stall + (2 * Slack));
        await FinishAsync(directory, host, ledger, figures);
    }

    /// <returns>How long the answers took, the quickest first.</returns>
    private static async Task<TimeSpan[]> LoadAsync(HostProcess host, Ledger ledger, string name, TimeSpan duration)
    {
        var times = new ConcurrentBag<TimeSpan>();
        using var client = new LoadClient(ledger, Sizes);
        using var stop = new CancellationTokenSource(duration, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async connection =>
        {
            for (var n = 0; !stop.IsCancellationRequested; n++)
            {
                var started = TimeProvider.System.GetTimestamp();
                Assert.True(await client.SendAsync(host.Webhook, $"{name}-{connection}-{n}"));
                times.Add(TimeProvider.System.GetElapsedTime(started));
            }
        }));
        return [.. times.Order()];
    }

    private static async Task FinishAsync(DataDirectory directory, HostProcess host, Ledger ledger, Figures figures)
    {
        await host.UntilDrainedAsync(Limit);
        await host.TerminateAsync();
        Assert.Equal(ExitCodes.Success, await host.ExitAsync());
        using var inbox = new InboxFile(directory.Inbox);
        inbox.AssertIsIntact();
        figures.Lost += ledger.Receipts.Keys.Except(inbox.HandledIds()).Count();
        figures.Add(ledger.Check(directory.Effects, new HashSet<string>()));
        figures.PublishAndCheck();
    }
}
