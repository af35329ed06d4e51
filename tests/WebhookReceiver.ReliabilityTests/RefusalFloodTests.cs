using System.Globalization;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>Somebody without the secret sends as much as he can: that costs neither the disk nor the log anything, and those with the secret hardly notice.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class RefusalFloodTests(ITestOutputHelper output)
{
    private const int Rate = 200;
    private const int LinesPerSecond = 10;

    // Less than a page of the database for hundreds of refusals: what the runtime reads for itself.
    private const long MostReadForEach = 16;
    private const long MostWritten = 10 * 1024 * 1024;

    /// <summary>What those who sign may wait beyond twice as long as usual: the flood's own threads need the machine as well. With nothing held back one of a hundred waited for 70 ms, and 5 ms without a flood.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(25);

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Alone = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(Trials.Of(8, 60));

    [Fact(Explicit = true)]
    [Trait("Attack", "A75")]
    public async Task Flood_OfBadSignatures_CostsNeitherDiskNorLogAndHoldsUpNobodyElse()
    {
        using var directory = new DataDirectory();
        await using var host = await HostProcess.StartAsync(
            directory, new Dictionary<string, string> { ["Logging__LogLevel__WebhookReceiver.Diagnostics.RejectionJournal"] = "Information" });
        var ledger = new Ledger();
        using var client = new LoadClient(ledger);
        await client.RunSteadilyAsync(host.Webhook, "warm", Rate, Warm);
        var quiet = await client.RunSteadilyAsync(host.Webhook, "quiet", Rate, Measured);
        await host.UntilDrainedAsync(Limit);

        TimeSpan[] flooded;
        var started = TimeProvider.System.GetTimestamp();
        await using (var flood = new RefusalFlood(host.Webhook))
        {
            await FloodAloneAsync(directory, host, flood);
            flooded = await client.RunSteadilyAsync(host.Webhook, "flooded", Rate, Measured);
            output.WriteLine(
                $"p99 of {Rate} a second: quiet {Percentile(quiet, 99)}, flooded {Percentile(flooded, 99)} (p50 {Percentile(quiet, 50)} and {Percentile(flooded, 50)}); {flood.Refused / TimeProvider.System.GetElapsedTime(started).TotalSeconds:0} refusals a second");
            Assert.Equal(0, flood.Other);
        }

        Assert.InRange(Percentile(flooded, 99), TimeSpan.Zero, (2 * Percentile(quiet, 99)) + Slack);
        var seconds = (int)TimeProvider.System.GetElapsedTime(started).TotalSeconds + 2;
        await host.UntilDrainedAsync(Limit);
        Assert.InRange(host.Output.Split('\n').Count(static line => line.Contains("RejectionJournal[2001]", StringComparison.Ordinal)), 1, LinesPerSecond * seconds);
        Assert.InRange(host.Output.Split('\n').Count(static line => line.Contains("RejectionJournal[2002]", StringComparison.Ordinal)), 1, seconds);
        Assert.Equal(ledger.Attempted, ledger.Acked);
        Assert.Equal(ledger.Acked, await host.CountAsync("succeeded"));
        await host.TerminateAsync();
        Assert.Equal(ExitCodes.Success, await host.ExitAsync());
    }

    /// <summary>While nobody else sends, the files of the inbox stand still, and nothing is read.</summary>
    private static async Task FloodAloneAsync(DataDirectory directory, HostProcess host, RefusalFlood flood)
    {
        // What the events before have left to do, such as copying the log, is done by then.
        await Task.Delay(Alone, TimeProvider.System);
        var (files, io, refused) = (FilesOf(directory), host.FileBytes(), flood.Refused);
        await Task.Delay(Alone, TimeProvider.System);
        var (read, written) = host.FileBytes();
        var count = flood.Refused - refused;
        Assert.Equal(files, FilesOf(directory));
        Assert.True(count > 0, "There was no flood.");
        Assert.InRange(read - io.Read, 0, (MostReadForEach * count) + 4096);
        Assert.InRange(written - io.Written, 0, MostWritten);
    }

    private static string FilesOf(DataDirectory directory) => string.Join(
        '\n',
        new DirectoryInfo(directory.Path).EnumerateFiles().OrderBy(static file => file.Name, StringComparer.Ordinal)
            .Select(static file => string.Create(CultureInfo.InvariantCulture, $"{file.Name} {file.Length} {file.LastWriteTimeUtc:O}")));

    private static TimeSpan Percentile(TimeSpan[] times, int percent) => times[times.Length * percent / 100];
}
