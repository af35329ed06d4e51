namespace WebhookReceiver.ReliabilityTests;

/// <summary>What a killed process cannot show: the flush has returned before the first byte of an answer leaves.</summary>
public sealed class FlushOrderTests
{
    private const int Connections = 8;
    private const int Answers = 400;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact(Explicit = true)]
    public async Task Answer_OfEveryAcceptedEvent_IsSentAfterTheFlushOfItsTransaction()
    {
        Needs.Programs("strace");
        using var directory = new DataDirectory();
        var trace = Path.Combine(directory.Path, "trace");
        var ledger = new Ledger();

        // A commit is one write of up to 128 KiB: whatever of it were cut off would be found in a later one.
        string[] strace =
        [
            "/usr/bin/strace", "-f", "--seccomp-bpf", "-y", "-tt", "-s", "140000", "-o", trace,
            "-e", "trace=fsync,fdatasync,sendto,sendmsg,write,writev,pwrite64",
        ];
        await using (var host = await HostProcess.StartAsync(directory, wrapper: strace))
        {
            using var client = new LoadClient(ledger);
            using var stop = new CancellationTokenSource();
            var load = client.RunAsync(host.Webhook, "flush", Connections, stop.Token);
            await ledger.UntilAnsweredAsync(Answers);
            await stop.CancelAsync();
            await load;
            await host.UntilDrainedAsync(Limit);
            await host.TerminateAsync(host.ChildId());
            Assert.Equal(ExitCodes.Success, await host.ExitAsync());
        }

        Assert.True(ledger.Acked >= Answers);
        var calls = new SystemCallTrace(File.ReadLines(trace));
        Assert.All(ledger.Receipts, pair => Assert.Null(calls.WhyNotFlushedBeforeAnswered("inbox.db-wal", pair.Key, pair.Value)));
        new Figures("F00", "each answer is sent after the flush of its transaction has returned, as strace saw it") { Trials = 1, Events = ledger.Acked }.PublishAndCheck();
    }
}
