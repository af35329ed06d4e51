using System.Globalization;
using WebhookReceiver.PostgreSql.Tests.Support;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>
/// One of several receivers is cut off from PostgreSQL under load, for longer than its lease: it says so and stops, the others take over, and what it
/// still says when it is back changes nothing.
/// </summary>
public sealed class PartitionTests(ITestOutputHelper output)
{
    private const int Connections = 4;

    /// <summary>The network is away for so long at least. A lease lasts 30 s.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(35);

    /// <summary>A process gives up of itself after so long without an answer of the server, and says so.</summary>
    private static readonly TimeSpan GivesUpLimit = TimeSpan.FromSeconds(20) + TimeSpan.FromSeconds(2);

    /// <summary>A lease of 30 s, a sweep every 5 s, and 10 s to spare.</summary>
    private static readonly TimeSpan TakeoverLimit = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(15);

    /// <summary>Some run whenever the network goes.</summary>
    private static readonly TimeSpan HandlerDuration = TimeSpan.FromMilliseconds(100);

    /// <summary>So that the load goes on all the time, and the machine has time for the rest.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    [Theory(Explicit = true)]
    [InlineData("F09", false, "one of 2 and one of 3 replicas is cut off from PostgreSQL under load, beyond its lease")]
    [InlineData("F26 c", true, "one of 2 and one of 3 replicas hears no answer of PostgreSQL, not even to its commits, under load, beyond its lease")]
    public async Task Replica_CutOffBeyondItsLease_RefusesIsTakenOverAndChangesNothingAfterwards(string number, bool isOneWay, string title)
    {
        var figures = new Figures(number, title) { Timed = "cut to idle", Trials = 2 * Trials.Of(1, 5) };

        // Beside each other: most of it is waiting for leases.
        await Task.WhenAll(CutOffAsync(2, isOneWay, figures), CutOffAsync(3, isOneWay, figures));
        figures.PublishAndCheck();
    }

    private async Task CutOffAsync(int count, bool isOneWay, Figures figures)
    {
        await using var database = new TestDatabase();
        database.Need();
        await database.InitializeAsync();
        await using var proxy = new TestProxy(database.ConnectionString);
        await using var replicas = new Replicas([proxy.ConnectionString, .. Enumerable.Repeat(database.ConnectionString, count - 1)], HandlerDuration);
        await replicas.StartAsync();
        var ledger = new Ledger();
        for (var trial = 1; trial <= figures.Trials / 2; trial++)
        {
            var took = await CutOffOnceAsync(replicas, proxy, ledger, isOneWay, trial);
            lock (figures)
            {
                figures.Took(took);
            }
        }

        await replicas.All[0].Host.UntilDrainedAsync(TakeoverLimit);
        Assert.Equal(await database.ReadAsync("SELECT COUNT(*) FROM webhook_receiver.event"), await replicas.All[0].Host.CountAsync("succeeded"));
        var verdict = await replicas.EndAsync(ledger);
        lock (figures)
        {
            figures.Add(verdict);
        }
    }

    /// <returns>How long it took the others to come to an end of all work, counted from the cut.</returns>
    private async Task<TimeSpan> CutOffOnceAsync(Replicas replicas, TestProxy proxy, Ledger ledger, bool isOneWay, int trial)
    {
        var (cutOff, other) = (replicas.All[0].Host, replicas.All[1].Host);
        using var client = new LoadClient(ledger) { Pause = Pause };
        using var late = new LoadClient(ledger) { Pause = Pause };
        using var stop = new CancellationTokenSource();
        var load = replicas.SendAsync(client, string.Create(CultureInfo.InvariantCulture, $"before{trial}"), Connections, stop.Token);
        await ledger.UntilAnsweredAsync(ledger.Answers + (100 * replicas.All.Count));

        (isOneWay ? proxy.HoldAnswers : (Action)proxy.HoldEverything)();
        var cut = TimeProvider.System.GetTimestamp();

        // What is sent to it from now on cannot be known to be stored.
        var lateName = string.Create(CultureInfo.InvariantCulture, $"late{trial}");
        var lateLoad = late.RunAsync(cutOff.Webhook, lateName, Connections, stop.Token);
        await cutOff.UntilNotReadyAsync(GivesUpLimit);
        var notReady = TimeProvider.System.GetElapsedTime(cut);
        await cutOff.UntilLoggedAsync("The database has not answered for too long", GivesUpLimit - notReady);
        var gaveUp = TimeProvider.System.GetElapsedTime(cut);
        await ledger.UntilAnsweredAsync(ledger.Answers + 100);
        await stop.CancelAsync();
        await Task.WhenAll(load, lateLoad);
        await other.UntilDrainedAsync(TakeoverLimit - TimeProvider.System.GetElapsedTime(cut));
        var idle = TimeProvider.System.GetElapsedTime(cut);
        if (idle < Outage)
        {
            await Task.Delay(Outage - idle, TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.False(await cutOff.IsReadyAsync());
        Assert.DoesNotContain(ledger.Receipts.Keys, id => id.StartsWith(lateName, StringComparison.Ordinal));
        Assert.Empty(ledger.Unanswered);
        Assert.True(late.Refused >= Connections, $"Only {late.Refused} were refused.");
        proxy.Heal();
        var healed = TimeProvider.System.GetTimestamp();
        await cutOff.UntilReadyAsync(ReadyLimit);
        var ready = TimeProvider.System.GetElapsedTime(healed);
        await cutOff.UntilLoggedAsync("stale_completion", ReadyLimit);

        // Whatever was not answered is sent again, to another one; what it had stored without an answer is known.
        var known = await client.SendAgainAsync(other.Webhook);
        var afterName = string.Create(CultureInfo.InvariantCulture, $"after{trial}");
        await replicas.LoadAsync(ledger, afterName, Connections, answers: 200);
        Assert.Contains(ledger.Receipts.Keys, id => id.StartsWith(afterName + "-0", StringComparison.Ordinal));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{replicas.All.Count} replicas: not ready after {notReady}, gave up after {gaveUp}, idle after {idle}; {late.Refused} refused, the slowest after {late.Slowest}; "
            + $"{known} of those sent again were known; ready {ready} after the cut was healed"));
        return idle;
    }
}
