using System.Globalization;
using WebhookReceiver.PostgreSql.Tests.Support;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>Several receivers share an inbox on PostgreSQL under load, and one of them dies, stands still, or loses its connections.</summary>
public sealed class ReplicaTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Connections = 4;

    /// <summary>From the moment on at which the server takes connections again.</summary>
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(5);

    /// <summary>A lease of 30 s, a sweep every 5 s, and 10 s to spare.</summary>
    private static readonly TimeSpan TakeoverLimit = TimeSpan.FromSeconds(45);

    /// <summary>Whose handlers had been called is a suspect, and suspects run one after the other: 32 of them, a fifth of a second each.</summary>
    private static readonly TimeSpan SuspectsLimit = TakeoverLimit + TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(15);

    [Theory(Explicit = true)]
    [InlineData("F07 a", 2)]
    [InlineData("F07 b", 3)]
    public async Task Replicas_KilledUnderLoad_LoseNothingAndOthersTakeOver(string number, int count)
    {
        await database.EmptyAsync();
        var figures = new Figures(number, string.Create(CultureInfo.InvariantCulture, $"one of {count} replicas on PostgreSQL is killed under load")) { Timed = "last kill to idle", Trials = Trials.Of(4, 50) };
        var random = new Random(count);
        var ledger = new Ledger();
        await using var replicas = Replicas.Of(count, database.ConnectionString, TimeSpan.FromMilliseconds(20));
        await replicas.StartAsync();
        var killed = 0L;
        for (var trial = 1; trial <= figures.Trials; trial++)
        {
            var victim = replicas.All[random.Next(count)];
            await replicas.LoadAsync(ledger, string.Create(CultureInfo.InvariantCulture, $"kill{trial}"), Connections, async () =>
            {
                await ledger.UntilAnsweredAsync(ledger.Answers + random.Next(100, 1000));
                await victim.Host.KillAsync();
                killed = TimeProvider.System.GetTimestamp();

                // The others go on while the dead one's work waits for its lease to run out.
                await ledger.UntilAnsweredAsync(ledger.Answers + 200);
            });
            await victim.StartAsync();
        }

        await replicas.All[0].Host.UntilDrainedAsync(TakeoverLimit);
        figures.Took(TimeProvider.System.GetElapsedTime(killed));
        figures.Add(await replicas.EndAsync(ledger));
        figures.PublishAndCheck();
    }

    [Fact(Explicit = true)]
    public async Task Replica_PausedBeyondItsLease_IsTakenOverAndChangesNothingAfterwards()
    {
        await database.EmptyAsync();
        var figures = new Figures("F08", "one of two replicas on PostgreSQL stands still (SIGSTOP) beyond its lease, with handlers running") { Timed = "pause to idle", Trials = Trials.Of(1, 10) };
        var ledger = new Ledger();
        await using var replicas = Replicas.Of(2, database.ConnectionString, TimeSpan.FromMilliseconds(200));
        await replicas.StartAsync();
        for (var trial = 1; trial <= figures.Trials; trial++)
        {
            await replicas.LoadAsync(ledger, string.Create(CultureInfo.InvariantCulture, $"pause{trial}"), Connections, answers: 100);
            var (paused, other) = (replicas.All[0].Host, replicas.All[1].Host);
            await paused.PauseAsync();
            var since = TimeProvider.System.GetTimestamp();

            await other.UntilDrainedAsync(SuspectsLimit);
            figures.Took(TimeProvider.System.GetElapsedTime(since));
            var succeeded = await other.CountAsync("succeeded");
            await paused.ContinueAsync();
            await paused.UntilReadyAsync(ReadyLimit);

            // It may say that it is ready before it has been told of what it has lost.
            await paused.UntilLoggedAsync("stale_completion", ReadyLimit);
            await other.UntilDrainedAsync(TakeoverLimit);
            Assert.Equal(succeeded, await other.CountAsync("succeeded"));
        }

        figures.Add(await replicas.EndAsync(ledger));
        figures.PublishAndCheck();
    }

    [Fact(Explicit = true)]
    public async Task Connections_EndedByTheServerAgainAndAgain_LoseNothing()
    {
        await database.EmptyAsync();
        var figures = new Figures("F26", "PostgreSQL ends all connections of two replicas, again and again under load") { Timed = "last end to idle", Trials = Trials.Of(30, 600) };
        var ledger = new Ledger();
        await using var replicas = Replicas.Of(2, database.ConnectionString, TimeSpan.FromMilliseconds(5));
        await replicas.StartAsync();
        var ended = 0L;
        await replicas.LoadAsync(ledger, "end", Connections, async () =>
        {
            for (var trial = 1; trial <= figures.Trials; trial++)
            {
                await ledger.UntilAnsweredAsync(ledger.Answers + 50);
                await database.ReadAsync("SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
            }

            ended = TimeProvider.System.GetTimestamp();
        });
        await replicas.All[0].Host.UntilDrainedAsync(TakeoverLimit);
        var recovered = TimeProvider.System.GetElapsedTime(ended);
        figures.Took(recovered);
        figures.Add(await replicas.EndAsync(ledger));
        figures.PublishAndCheck();

        // No process died.
        Assert.Equal(0, figures.Duplicates);
        Assert.InRange(recovered, TimeSpan.Zero, RecoveryLimit);
    }
}
