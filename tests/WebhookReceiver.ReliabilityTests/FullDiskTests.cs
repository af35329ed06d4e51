using WebhookReceiver.ReliabilityTests.Disk;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>The disk is filled under load, to its last byte, and freed again.</summary>
public sealed class FullDiskTests
{
    private const int Connections = 8;
    private const int AnswersBefore = 200;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HealLimit = TimeSpan.FromSeconds(5);
    private static readonly int[] Sizes = [0, 900, 8000];

    [Fact(Explicit = true)]
    public async Task Disk_IsFullForAWhileUnderLoad_IsAnswered503AndHealsByItself()
    {
        Needs.OwnMounts();
        var figures = new Figures("F12 F13", "the disk is full to its last byte, under load") { Timed = "space to the next 200", Trials = Trials.Of(2, 20) };
        for (var trial = 1; trial <= figures.Trials; trial++)
        {
            await FillAndFreeAsync(figures);
        }

        figures.PublishAndCheck();
        Assert.InRange(figures.Slowest!.Value, TimeSpan.Zero, HealLimit);
    }

    private static async Task FillAndFreeAsync(Figures figures)
    {
        using var disk = new SmallDisk();
        using var directory = new DataDirectory { Disk = disk.Root };
        var ledger = new Ledger();
        await using var host = await HostProcess.StartAsync(directory);
        using var client = new LoadClient(ledger, Sizes);
        using var stop = new CancellationTokenSource();
        var load = client.RunAsync(host.Webhook, "full", Connections, stop.Token);
        await ledger.UntilAnsweredAsync(AnswersBefore);
        var answers = ledger.Answers;
        Assert.InRange(ledger.Acked, answers, int.MaxValue);

        await disk.FillAsync(until: () => ledger.Answers - ledger.Acked > AnswersBefore, Limit);
        await disk.FillAsync(until: () => !host.IsReadyAsync().GetAwaiter().GetResult(), Limit);
        Assert.False(host.HasEnded, host.Output);

        var (before, freed) = (ledger.Acked, TimeProvider.System.GetTimestamp());
        disk.Free();
        while (ledger.Acked == before)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(freed) < Limit, $"It does not heal:\n{host.Output}");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        figures.Took(TimeProvider.System.GetElapsedTime(freed));
        await ledger.UntilAnsweredAsync(ledger.Answers + AnswersBefore);
        await stop.CancelAsync();
        await load;
        await host.UntilDrainedAsync(Limit);
        Assert.True(await host.IsReadyAsync());
        await host.TerminateAsync();
        Assert.Equal(ExitCodes.Success, await host.ExitAsync());
        Assert.Empty(ledger.Unanswered);
        using var inbox = new InboxFile(directory.Inbox);
        inbox.AssertIsIntact();
        figures.Lost += ledger.Receipts.Keys.Except(inbox.HandledIds()).Count();
        figures.Add(ledger.Check(directory.Effects, new HashSet<string>()));
    }
}
