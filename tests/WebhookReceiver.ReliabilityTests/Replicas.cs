using System.Globalization;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>The receivers of one test, on one PostgreSQL.</summary>
/// <param name="connectionStrings">The way of each of them to the server.</param>
/// <param name="handlerDuration">How long their handlers take.</param>
internal sealed class Replicas(IEnumerable<string> connectionStrings, TimeSpan handlerDuration) : IAsyncDisposable
{
    public IReadOnlyList<Replica> All { get; } = [.. connectionStrings.Select(connectionString => new Replica(connectionString, handlerDuration))];

    /// <summary>Several that go the same way.</summary>
    public static Replicas Of(int count, string connectionString, TimeSpan handlerDuration) => new(Enumerable.Repeat(connectionString, count), handlerDuration);

    public Task StartAsync() => Task.WhenAll(All.Select(static replica => replica.StartAsync()));

    /// <summary>Sends to all of them until told to stop.</summary>
    public Task SendAsync(LoadClient client, string name, int connections, CancellationToken stop) => Task.WhenAll(All.Select(
        (replica, place) => client.RunAsync(replica.Host.Webhook, string.Create(CultureInfo.InvariantCulture, $"{name}-{place}"), connections, stop)));

    /// <summary>Sends to all of them while something happens, and waits for the last answers.</summary>
    public async Task LoadAsync(Ledger ledger, string name, int connections, Func<Task> meanwhile)
    {
        using var client = new LoadClient(ledger);
        using var stop = new CancellationTokenSource();
        var load = SendAsync(client, name, connections, stop.Token);
        await meanwhile();
        await stop.CancelAsync();
        await load;
    }

    /// <summary>Sends to all of them until there were so many answers more.</summary>
    public Task LoadAsync(Ledger ledger, string name, int connections, int answers) =>
        LoadAsync(ledger, name, connections, () => ledger.UntilAnsweredAsync(ledger.Answers + answers));

    /// <summary>Stops all of them cleanly, and holds what was answered against what their handlers did.</summary>
    public async Task<LedgerVerdict> EndAsync(Ledger ledger)
    {
        var dead = await All[0].Host.EventIdsAsync("dead");
        foreach (var replica in All)
        {
            await replica.Host.TerminateAsync();
            Assert.Equal(ExitCodes.Success, await replica.Host.ExitAsync());
        }

        var effects = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(effects, All.SelectMany(static replica => File.Exists(replica.Effects) ? File.ReadLines(replica.Effects) : []));
            return ledger.Check(effects, dead);
        }
        finally
        {
            File.Delete(effects);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in All)
        {
            await replica.DisposeAsync();
        }
    }
}
