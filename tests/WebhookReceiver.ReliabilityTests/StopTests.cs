using System.Globalization;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>A clean stop under load: everybody who was let in gets an answer, and work in progress ends or goes back.</summary>
public sealed class StopTests
{
    private const int Connections = 8;
    private const int AnswersBefore = 200;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The handlers are slow enough for a stop to find some running and many waiting, and the delay is long enough to be noticed, on a busy
    /// machine as well.
    /// </summary>
    private static readonly Dictionary<string, string> SlowHandlers = new()
    {
        ["HandlerDuration"] = "00:00:10",
        ["WebhookReceiver__Dispatch__DrainDelay"] = "00:00:05",
    };

    [Theory]
    [InlineData(TestedInbox.Sqlite)]
    [InlineData(TestedInbox.PostgreSql)]
    public async Task Terminate_UnderLoadWithoutADelay_KeepsEveryEventThatWasAnsweredAndHandlesItOnce(TestedInbox tested)
    {
        await using var inbox = await TestInbox.CreateAsync(tested);
        var directory = inbox.Directory;
        var ledger = new Ledger();
        await using (var host = await HostProcess.StartAsync(directory, new Dictionary<string, string>(SlowHandlers) { ["WebhookReceiver__Dispatch__DrainDelay"] = "00:00:00" }))
        {
            using var client = new LoadClient(ledger);
            var load = client.RunAsync(host.Webhook, "stop", Connections, CancellationToken.None);
            await ledger.UntilAnsweredAsync(AnswersBefore);

            // The listener closes in the middle of it: each connection sends until nobody answers any more.
            await host.TerminateAsync();
            await load;
            Assert.Equal(ExitCodes.Success, await host.ExitAsync());
        }

        // A request that was on its way then has no answer, and its sender sends it again. No other is without one.
        Assert.InRange(ledger.Unanswered.Count, 0, Connections);
        var verdict = await RestartAsync(directory, ledger, static async host => Assert.Equal(0, await host.CountAsync("dead")));
        Assert.InRange(verdict.Effects, ledger.Acked, ledger.Acked + ledger.Unanswered.Count);
    }

    [Theory]
    [InlineData(TestedInbox.Sqlite)]
    [InlineData(TestedInbox.PostgreSql)]
    public async Task Terminate_UnderLoad_AnswersEveryRequestAndHandlesEveryEventOnce(TestedInbox tested)
    {
        await using var inbox = await TestInbox.CreateAsync(tested);
        var directory = inbox.Directory;
        var ledger = new Ledger();
        await using (var host = await HostProcess.StartAsync(directory, SlowHandlers))
        {
            using var client = new LoadClient(ledger);
            using var stop = new CancellationTokenSource();
            var load = client.RunAsync(host.Webhook, "stop", Connections, stop.Token);
            await ledger.UntilAnsweredAsync(AnswersBefore);
            await host.TerminateAsync();

            // As a load balancer does it: until the receiver says that it is draining, requests go on coming.
            await host.UntilNotReadyAsync(Limit);
            var answers = ledger.Answers;
            await ledger.UntilAnsweredAsync(answers + Connections);
            await stop.CancelAsync();
            await load;
            Assert.Equal(ExitCodes.Success, await host.ExitAsync());
        }

        Assert.Empty(ledger.Unanswered);
        Assert.Equal(ledger.Attempted, ledger.Acked);
        var verdict = await RestartAsync(directory, ledger, async host => Assert.Equal(ledger.Acked, await host.CountAsync("succeeded")));
        Assert.Equal(ledger.Acked, verdict.Effects);
    }

    [Theory(Explicit = true)]
    [InlineData(TestedInbox.Sqlite)]
    [InlineData(TestedInbox.PostgreSql)]
    public async Task Terminate_AtAnyTimeUnderLoad_AnswersEveryRequestAndLosesNothing(TestedInbox tested)
    {
        await using var inbox = await TestInbox.CreateAsync(tested);
        var directory = inbox.Directory;
        var random = new Random(1);
        var figures = inbox.Figures("F10", "told to stop (SIGTERM) under load") with { Timed = "signal to exit", Trials = Trials.Of(20, 100) };
        var settings = new Dictionary<string, string> { ["HandlerDuration"] = "00:00:00.050", ["WebhookReceiver__Dispatch__DrainDelay"] = "00:00:00.500" };
        var ledger = new Ledger();
        for (var trial = 1; trial <= figures.Trials; trial++)
        {
            await using var host = await HostProcess.StartAsync(directory, settings);
            using var client = new LoadClient(ledger);
            using var stop = new CancellationTokenSource();
            var load = client.RunAsync(host.Webhook, string.Create(CultureInfo.InvariantCulture, $"stop{trial}"), Connections, stop.Token);
            await ledger.UntilAnsweredAsync(ledger.Answers + random.Next(1, 500));
            var told = TimeProvider.System.GetTimestamp();
            await host.TerminateAsync();
            await host.UntilNotReadyAsync(Limit);
            await stop.CancelAsync();
            await load;
            Assert.Equal(ExitCodes.Success, await host.ExitAsync());
            figures.Took(TimeProvider.System.GetElapsedTime(told));
        }

        Assert.Empty(ledger.Unanswered);
        Assert.Equal(ledger.Attempted, ledger.Acked);
        await using (var host = await HostProcess.StartAsync(directory))
        {
            await host.UntilDrainedAsync(Limit);
            await host.TerminateAsync();
            Assert.Equal(ExitCodes.Success, await host.ExitAsync());
        }

        var verdict = ledger.Check(directory.Effects, new HashSet<string>());
        figures.Add(verdict);
        figures.PublishAndCheck();
        Assert.Equal((0, 1), (figures.Duplicates, verdict.HighestAttempt));
        Assert.InRange(figures.Slowest!.Value, TimeSpan.Zero, Limit);
    }

    /// <summary>Starts again, until what the stop gave back is handled: all of it, once, and at its first attempt.</summary>
    private static async Task<LedgerVerdict> RestartAsync(DataDirectory directory, Ledger ledger, Func<HostProcess, Task> whenDrained)
    {
        var before = ledger.Check(directory.Effects, new HashSet<string>());
        Assert.NotEmpty(before.Lost); // or the stop found nothing to give back

        await using (var host = await HostProcess.StartAsync(directory))
        {
            await host.UntilDrainedAsync(Limit);
            await whenDrained(host);
            await host.TerminateAsync();
            Assert.Equal(ExitCodes.Success, await host.ExitAsync());
        }

        var verdict = ledger.Check(directory.Effects, new HashSet<string>());
        Assert.Empty(verdict.Lost);
        Assert.Empty(verdict.Unexpected);
        Assert.Empty(verdict.Duplicates);

        // What was running has been released without a penalty, not left to be found as the trace of a crash.
        Assert.Equal(1, verdict.HighestAttempt);
        return verdict;
    }
}
