using System.Globalization;
using WebhookReceiver.PostgreSql.Tests.Support;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>Replicas under load are killed, stand still, and are cut off from PostgreSQL in one direction or both, at random and for any time.</summary>
public sealed class MixedFaultTests(TestDatabase database, ITestOutputHelper output) : IClassFixture<TestDatabase>
{
    private const int Count = 3;
    private const int Connections = 4;
    private const int LongestSeconds = 45;

    /// <summary>What nobody runs waits for a lease of 30 s; whose handlers had been called run one after the other.</summary>
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(75);

    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan HandlerDuration = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private enum Fault
    {
        Kill,
        StandStill,
        CutOff,
        LoseAnswers,
    }

    [Fact(Explicit = true)]
    public async Task Replicas_KilledPausedAndCutOffAtRandom_LoseNothing()
    {
        Assert.SkipUnless(Trials.AreMany, "NOT checked: in the long form alone.");
        await database.EmptyAsync();
        var figures = new Figures("F33", "three replicas on PostgreSQL are killed, stand still and are cut off, at random under load") { Timed = "last fault to idle", Trials = 25 };
        var random = new Random(1);
        var ledger = new Ledger();
        var proxies = Enumerable.Range(0, Count).Select(_ => new TestProxy(database.ConnectionString)).ToArray();
        await using var replicas = new Replicas(proxies.Select(static proxy => proxy.ConnectionString), HandlerDuration);
        await replicas.StartAsync();
        for (var trial = 1; trial <= figures.Trials; trial++)
        {
            var (fault, victim, seconds) = (random.GetItems(Enum.GetValues<Fault>(), 1)[0], random.Next(Count), random.Next(1, LongestSeconds));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{trial}: replica {victim}, {fault}, {seconds} s"));
            using var client = new LoadClient(ledger) { Pause = Pause };
            using var stop = new CancellationTokenSource();
            var load = replicas.SendAsync(client, string.Create(CultureInfo.InvariantCulture, $"mixed{trial}"), Connections, stop.Token);
            await ledger.UntilAnsweredAsync(ledger.Answers + random.Next(50, 500));
            await MakeAsync(fault, replicas.All[victim], proxies[victim], TimeSpan.FromSeconds(seconds));
            await stop.CancelAsync();
            await load;
        }

        var healed = TimeProvider.System.GetTimestamp();
        await replicas.All[0].Host.UntilDrainedAsync(DrainLimit);
        figures.Took(TimeProvider.System.GetElapsedTime(healed));
        Assert.Empty(await replicas.All[0].Host.EventIdsAsync("dead"));
        using var sender = new LoadClient(ledger);
        await sender.SendAgainAsync(replicas.All[0].Host.Webhook);
        await replicas.All[0].Host.UntilDrainedAsync(DrainLimit);
        Assert.Equal(await database.ReadAsync("SELECT COUNT(*) FROM webhook_receiver.event"), await replicas.All[0].Host.CountAsync("succeeded"));
        figures.Add(await replicas.EndAsync(ledger));
        foreach (var proxy in proxies)
        {
            await proxy.DisposeAsync();
        }

        figures.PublishAndCheck();
    }

    private static async Task MakeAsync(Fault fault, Replica victim, TestProxy proxy, TimeSpan time)
    {
        switch (fault)
        {
            case Fault.Kill:
                await victim.Host.KillAsync();
                await LastAsync();
                await victim.StartAsync();
                break;
            case Fault.StandStill:
                await victim.Host.PauseAsync();
                await LastAsync();
                await victim.Host.ContinueAsync();
                await victim.Host.UntilReadyAsync(ReadyLimit);
                break;
            default:
                (fault == Fault.CutOff ? proxy.HoldEverything : (Action)proxy.HoldAnswers)();
                await LastAsync();
                proxy.Heal();
                await victim.Host.UntilReadyAsync(ReadyLimit);
                break;
        }

        Task LastAsync() => Task.Delay(time, TimeProvider.System, TestContext.Current.CancellationToken);
    }
}
