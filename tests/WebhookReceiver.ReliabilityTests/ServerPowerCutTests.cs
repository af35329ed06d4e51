using System.Globalization;
using WebhookReceiver.ReliabilityTests.Disk;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>
/// The power of the PostgreSQL server is cut under load, again and again. What was answered before is on its disk. A server that does not flush must
/// show loss by the very same steps, or they prove nothing.
/// </summary>
public sealed class ServerPowerCutTests
{
    private const int Connections = 16;

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(90);

    [Fact(Explicit = true)]
    public async Task PowerCut_OfTheServerUnderLoad_KeepsEveryEventThatWasAnswered()
    {
        var figures = new Figures("F05 c", "power cut of PostgreSQL under load") { Trials = Trials.Of(6, 100) };
        var random = new Random(5);
        using var disk = new PowerCutDisk();
        await using var server = PostgresServer.Create(disk.Root);
        await server.StartAsync();
        var ledger = new Ledger();
        var answered = new HashSet<string>(StringComparer.Ordinal);
        await using var replicas = Replicas.Of(1, server.ConnectionString, TimeSpan.FromMilliseconds(1));
        for (var cut = 1; cut <= figures.Trials; cut++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"cut{cut}");
            answered.UnionWith(await LoadAndCutAsync(replicas, server, disk, ledger, name, TimeSpan.FromMilliseconds(random.Next(20, 800))));
            disk.ComeBack();
            await server.StartAsync();
            figures.Lost += answered.Except(await server.EventIdsAsync()).Count();
        }

        await replicas.StartAsync();
        await replicas.All[0].Host.UntilDrainedAsync(DrainLimit);
        figures.Took(replicas.All[0].Host.Age);
        var verdict = await replicas.EndAsync(ledger);
        figures.Events = answered.Count;
        figures.Lost += answered.Intersect(verdict.Lost).Count();
        figures.Unexpected += verdict.Unexpected.Count + verdict.Foreign.Count;
        figures.Duplicates += verdict.Duplicates.Count;
        await server.StopAsync("INT");
        figures.PublishAndCheck();
    }

    [Fact(Explicit = true)]
    public async Task PowerCut_OfAServerThatDoesNotFlush_LosesEvents()
    {
        var figures = new Figures("F05 d", "the same where PostgreSQL does not flush (fsync = off, set behind our back): must lose") { Trials = 1 };
        using var disk = new PowerCutDisk();
        await using var server = PostgresServer.Create(disk.Root);
        await server.StartAsync();
        var ledger = new Ledger();
        await using var replicas = Replicas.Of(1, server.ConnectionString, TimeSpan.FromMilliseconds(1));
        await replicas.StartAsync();

        // All that is there so far is on the disk, and a checkpoint will not come.
        await server.ExecuteAsync("CHECKPOINT");
        disk.Flush();
        await server.ExecuteAsync("ALTER SYSTEM SET fsync = off");
        await server.ExecuteAsync("SELECT pg_reload_conf()");
        var answered = await LoadAndCutAsync(replicas, server, disk, ledger, "control", TimeSpan.FromMilliseconds(300));
        disk.ComeBack();
        await server.StartAsync();
        figures.Events = answered.Count;
        figures.Lost = answered.Except(await server.EventIdsAsync()).Count();
        Assert.True(figures.Lost > 0, $"Nothing of {answered.Count} was lost where nothing was flushed. Cutting the power proves nothing here.");
        figures.Publish();
        await server.StopAsync("INT");
    }

    /// <returns>What had been answered when the power was cut.</returns>
    private static async Task<HashSet<string>> LoadAndCutAsync(Replicas replicas, PostgresServer server, PowerCutDisk disk, Ledger ledger, string name, TimeSpan after)
    {
        var replica = replicas.All[0];
        if (!replica.IsRunning)
        {
            await replica.StartAsync();
        }

        using var client = new LoadClient(ledger);
        using var stop = new CancellationTokenSource();
        var load = client.RunAsync(replica.Host.Webhook, name, Connections, stop.Token);
        await ledger.UntilAnsweredAsync(ledger.Answers + 1);
        await Task.Delay(after, TimeProvider.System, TestContext.Current.CancellationToken);
        var answered = ledger.Receipts.Keys.Where(id => id.StartsWith(name + "-", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        disk.Cut();
        await server.StopAsync("KILL");
        await replica.Host.KillAsync();
        await stop.CancelAsync();
        await load;
        return answered;
    }
}
