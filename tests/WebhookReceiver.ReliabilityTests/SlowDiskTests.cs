using System.Collections.Concurrent;
using WebhookReceiver.ReliabilityTests.Disk;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>
/// The disk takes its time to flush. At a usual rate an answer takes two flushes, the one under way and its own, and three more where the log is copied meanwhile; under full load as
/// many, since one serves many, and memory does not grow. Of a stall nobody sees more than the limit.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class SlowDiskTests(ITestOutputHelper output)
{
    private const int Connections = 64;
    private const long Mebibyte = 1024 * 1024;
    private const long MostMemory = 100 * Mebibyte;

    /// <summary>What an answer usually waits for: the commit under way, and its own.</summary>
    private const int UsualFlushes = 2;

    /// <summary>What it may wait for every few seconds: the three of a log that is copied and begun anew as well.</summary>
    private const int MostFlushes = 5;

    /// <summary>What an answer may take beyond its flushes at a steady rate, and twice that for one of a hundred.</summary>
    private static readonly TimeSpan SteadySlack = TimeSpan.FromMilliseconds(50);

    /// <summary>What an answer may take beyond its flushes under full load: the machine that runs this is busy with the load as well.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly int[] Sizes = [0, 900, 120, 3000, 400, 16_000, 50, 1500];

    [Theory(Explicit = true)]
    [InlineData("F16 a", 5, 500, 95)]
    [InlineData("F16 b", 50, 500, 95)]
    [InlineData("F16 c", 500, 100, 50)]
    public async Task Flush_TakesLonger_AnswersTakeTwoFlushesAndFiveWhereTheLogIsCopied(string number, int milliseconds, int rate, int usually)
    {
        var flush = TimeSpan.FromMilliseconds(milliseconds);
        var figures = new Figures(number, $"each flush takes {milliseconds} ms longer, {rate} events a second") { Timed = "answer (p99)", Trials = 1 };
        using var directory = new DataDirectory();
        using var disk = new FaultyDisk(directory.Inbox);
        var ledger = new Ledger();
        await using var host = await HostProcess.StartAsync(directory, disk.Settings());
        await LoadAsync(host, ledger, "warm", TimeSpan.FromSeconds(2));
        var memory = host.PeakMemory();
        disk.Arm(new DiskFault(DiskCalls.Flush, DiskFiles.All, DiskAction.Delay) { Argument = milliseconds });
        using var client = new LoadClient(ledger, Sizes);
        var steady = await QuickerAsync(
            usually, async name => await client.RunSteadilyAsync(host.Webhook, name, rate, TimeSpan.FromSeconds(Trials.Of(6, 30))));
        var before = disk.Hit;
        var full = await LoadAsync(host, ledger, "full", TimeSpan.FromSeconds(Trials.Of(4, 30)));
        var delayed = disk.Hit - before;
        var grown = host.PeakMemory() - memory;
        disk.Disarm();

        figures.Took(Slowest(steady, 99));
        output.WriteLine(
            $"{milliseconds} ms: at {rate} a second half in {Slowest(steady, 50)}, 95 of 100 in {Slowest(steady, 95)}, 99 in {Slowest(steady, 99)}; under full load 99 in {Slowest(full, 99)}, {full.Length} answers in {delayed} flushes, {grown / Mebibyte} MiB more memory");
        await FinishAsync(directory, host, ledger, figures);
        Assert.InRange(Slowest(steady, usually), flush, (UsualFlushes * flush) + SteadySlack);
        Assert.InRange(Slowest(steady, 99), flush, (MostFlushes * flush) + (2 * SteadySlack));
        Assert.True(full.Length > 2 * delayed, "A flush serves one answer alone.");
        Assert.InRange(Slowest(full, 99), flush, (MostFlushes * flush) + Slack);
        Assert.InRange(grown, 0, MostMemory);
    }

    [Fact(Explicit = true)]
    public async Task Flush_Stalls_NobodyWaitsForLongerThanTheLimitAndNothingIsAcknowledgedLate()
    {
        var stall = StoringLimit.Time + TimeSpan.FromSeconds(2);
        var figures = new Figures("F16 d", $"one flush stalls for {stall.TotalSeconds:0} s") { Timed = "slowest answer", Trials = 1 };
        using var directory = new DataDirectory();
        using var disk = new FaultyDisk(directory.Inbox);
        var ledger = new Ledger();
        await using var host = await HostProcess.StartAsync(directory, disk.Settings());
        var load = LoadAsync(host, ledger, "stall", stall + TimeSpan.FromSeconds(2));
        await ledger.UntilAnsweredAsync(Connections);
        disk.Arm(new DiskFault(DiskCalls.Flush, DiskFiles.Log, DiskAction.Delay) { Argument = (long)stall.TotalMilliseconds, Count = 1 });
        var times = await load;

        figures.Took(times[^1]);
        var refused = ledger.AttemptedWithoutAck();
        output.WriteLine($"{refused.Count} of {ledger.Attempted} were refused, the slowest answer took {times[^1]}");
        Assert.Equal(1, disk.Hit);
        Assert.Equal(Connections, refused.Count);
        Assert.InRange(times[^1], StoringLimit.Time - Slack, StoringLimit.Time + Slack);

        // Their senders try again.
        using var client = new LoadClient(ledger);
        foreach (var id in refused)
        {
            Assert.True(await client.SendAsync(host.Webhook, id));
        }

        Assert.Empty(ledger.AttemptedWithoutAck());
        await FinishAsync(directory, host, ledger, figures);
        Assert.Equal(0, figures.Duplicates);
    }

    private static TimeSpan Slowest(TimeSpan[] times, int percent) => times[times.Length * percent / 100];

    /// <summary>The machine's own disk stalls now and then, which only ever adds: of two runs the quicker one counts.</summary>
    private static async Task<TimeSpan[]> QuickerAsync(int percent, Func<string, Task<TimeSpan[]>> run)
    {
        var (first, second) = (await run("steady1"), await run("steady2"));
        return Slowest(first, percent) <= Slowest(second, percent) ? first : second;
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
