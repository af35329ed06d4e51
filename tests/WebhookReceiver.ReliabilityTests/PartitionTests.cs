using System.Globalization;
using Npgsql;
using WebhookReceiver.PostgreSql.Tests.Support;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>One of several receivers on one PostgreSQL is cut off from it, for longer than its lease, and comes back.</summary>
public sealed class PartitionTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Connections = 4;

    /// <summary>A lease is safe for 20 s; its owner looks at that by the clock, and not when somebody asks.</summary>
    private static readonly TimeSpan UnreadyLimit = TimeSpan.FromSeconds(25);

    /// <summary>A lease of 30 s, a sweep every 5 s, and 10 s to spare; and the suspects, one after the other.</summary>
    private static readonly TimeSpan TakeoverLimit = TimeSpan.FromSeconds(55);

    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(15);

    [Theory(Explicit = true)]
    [InlineData("F09", 2, false, "one of 2 replicas is cut off from PostgreSQL beyond its lease, under load")]
    [InlineData("F26 c", 3, true, "one of 3 replicas hears nothing from PostgreSQL beyond its lease, but is heard, under load")]
    public async Task Replica_CutOffBeyondItsLease_AcknowledgesNothingAndIsTakenOver(string number, int count, bool onlyAnswers, string what)
    {
        await database.EmptyAsync();
        var figures = new Figures(number, what) { Timed = "cut to idle", Trials = Trials.Of(1, 10) };
        var ledger = new Ledger();
        var server = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        await using var path = new NetworkPath(server.Host!, server.Port);
        var throughPath = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Port = path.Port }.ConnectionString;
        await using var replicas = new Replicas([throughPath, .. Enumerable.Repeat(server.ConnectionString, count - 1)], TimeSpan.FromMilliseconds(50));
        await replicas.StartAsync();
        var (victim, other) = (replicas.All[0].Host, replicas.All[1].Host);
        for (var trial = 1; trial <= figures.Trials; trial++)
        {
            using var client = new LoadClient(ledger);
            using var stop = new CancellationTokenSource();
            Task Load(HostProcess host, string name) => client.RunAsync(host.Webhook, string.Create(CultureInfo.InvariantCulture, $"{name}{trial}"), Connections, stop.Token);
            var loads = replicas.All.Select((replica, place) => Load(replica.Host, string.Create(CultureInfo.InvariantCulture, $"before{place}-"))).ToList();
            await ledger.UntilAnsweredAsync(ledger.Answers + 300);

            path.Cut(onlyAnswers);
            var cut = TimeProvider.System.GetTimestamp();
            loads.Add(Load(victim, "cut"));
            await victim.UntilNotReadyAsync(UnreadyLimit);
            Assert.True(await other.IsReadyAsync());
            await stop.CancelAsync();
            await Task.WhenAll(loads);
            Assert.DoesNotContain(ledger.Receipts.Keys, id => id.StartsWith("cut", StringComparison.Ordinal));

            await other.UntilDrainedAsync(TakeoverLimit);
            figures.Took(TimeProvider.System.GetElapsedTime(cut));
            path.Heal();
            await victim.UntilReadyAsync(ReadyLimit);

            // What it had on its way arrives now. What it accepts from now on is handled.
            await replicas.LoadAsync(ledger, string.Create(CultureInfo.InvariantCulture, $"healed{trial}"), Connections, answers: 200);
            Assert.Contains(ledger.Receipts.Keys, id => id.StartsWith(string.Create(CultureInfo.InvariantCulture, $"healed{trial}-0"), StringComparison.Ordinal));
            await other.UntilDrainedAsync(TakeoverLimit);
        }

        figures.Add(await replicas.EndAsync(ledger));
        figures.PublishAndCheck();
    }
}
