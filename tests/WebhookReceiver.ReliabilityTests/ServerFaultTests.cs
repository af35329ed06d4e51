using System.Globalization;
using WebhookReceiver.PostgreSql.Tests.Support;
using WebhookReceiver.ReliabilityTests.Disk;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>The PostgreSQL server under two receivers is stopped, killed, or replaced by its standby, under load.</summary>
public sealed class ServerFaultTests : IDisposable
{
    private const int Connections = 4;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("webhook-receiver-").FullName;

    [Theory(Explicit = true)]
    [InlineData("F26 d", "INT", "PostgreSQL is stopped in order (fast) under two replicas, and started again")]
    [InlineData("F26 e", "QUIT", "PostgreSQL is stopped at once (immediate) under two replicas, and recovers")]
    [InlineData("F26 f", "KILL", "PostgreSQL is killed (SIGKILL) under two replicas, and recovers")]
    public async Task Server_StoppedAndStartedUnderLoad_LosesNothing(string number, string signal, string what)
    {
        var figures = new Figures(number, what) { Timed = "server ready to the next 200", Trials = Trials.Of(3, 50) };
        await using var server = PostgresServer.Create(_directory);
        await server.StartAsync();
        var ledger = new Ledger();
        await using var replicas = Replicas.Of(2, server.ConnectionString, TimeSpan.FromMilliseconds(5));
        await replicas.StartAsync();
        await replicas.LoadAsync(ledger, "down", Connections, async () =>
        {
            for (var trial = 1; trial <= figures.Trials; trial++)
            {
                await ledger.UntilAnsweredAsync(ledger.Answers + 300);
                await server.StopAsync(signal);

                // They are told that it could not be stored.
                await ledger.UntilAnsweredAsync(ledger.Answers + 20);
                await server.StartAsync();
                figures.Took(await UntilAckedAsync(ledger));
            }
        });
        await replicas.All[0].Host.UntilDrainedAsync(DrainLimit);
        figures.Add(await replicas.EndAsync(ledger));
        figures.PublishAndCheck();

        // No process of ours died: each knows what it has done, and says so when the server is back.
        Assert.Equal(0, figures.Duplicates);
    }

    [Fact(Explicit = true)]
    public async Task Disk_OfTheServerIsFullForAWhileUnderLoad_IsAnswered503AndHeals()
    {
        Needs.OwnMounts();
        var figures = new Figures("F12 b", "the disk of PostgreSQL is full to its last byte, under load") { Timed = "space to the next 200", Trials = 1 };
        using var disk = new SmallDisk();
        await using var server = PostgresServer.Create(disk.Root, "max_wal_size=48MB");
        await server.StartAsync();
        var ledger = new Ledger();
        await using var replicas = Replicas.Of(2, server.ConnectionString, TimeSpan.FromMilliseconds(5));
        await replicas.StartAsync();
        await replicas.LoadAsync(ledger, "full", Connections, async () =>
        {
            await ledger.UntilAnsweredAsync(200);
            var answers = ledger.Answers;
            Assert.InRange(ledger.Acked, answers, int.MaxValue);
            await disk.FillAsync(until: () => ledger.Answers - ledger.Acked > 200, AnswerLimit);
            Assert.All(replicas.All, static replica => Assert.True(replica.IsRunning));
            disk.Free();
            var freed = TimeProvider.System.GetTimestamp();
            await Until.TrueAsync("the server answers again", async () =>
            {
                // It cannot recover where it cannot write either, and ends.
                if (server.HasEnded)
                {
                    await server.StartAsync();
                }

                return await server.AnswersAsync();
            });
            await UntilAckedAsync(ledger);
            figures.Took(TimeProvider.System.GetElapsedTime(freed));
        });
        await replicas.All[0].Host.UntilDrainedAsync(DrainLimit);
        figures.Add(await replicas.EndAsync(ledger));
        await server.StopAsync("INT");
        figures.PublishAndCheck();
        Assert.Equal(0, figures.Duplicates);
    }

    [Fact(Explicit = true)]
    public async Task Primary_KilledUnderLoad_SynchronousStandbyHasAllThatWasAnswered()
    {
        var figures = new Figures("F26 b", "the primary of PostgreSQL is killed under load, and its synchronous standby takes its place") { Timed = "standby promoted to the next 200", Trials = Trials.Of(1, 20) };
        for (var trial = 1; trial <= figures.Trials; trial++)
        {
            figures.Add(await FailOverAsync("failover", async (primary, standby, ledger) =>
            {
                await ledger.UntilAnsweredAsync(ledger.Answers + 1000);
                await primary.StopAsync("KILL");
                standby.Promote();
                figures.Took(await UntilAckedAsync(ledger));
                await ledger.UntilAnsweredAsync(ledger.Answers + 200);
            }, static (_, _) => Task.CompletedTask));
        }

        figures.PublishAndCheck();
    }

    [Fact(Explicit = true)]
    public async Task Primary_KilledUnderLoad_AsynchronousStandbyThatIsBehindLosesEvents()
    {
        var figures = new Figures("F26 g", "the same with an asynchronous standby that is behind: must lose") { Trials = 1 };
        await using var primary = PostgresServer.Create(_directory);
        await primary.StartAsync();
        await using var standby = primary.CreateStandby(_directory);
        await standby.StartAsync();
        var ledger = new Ledger();
        await using (var replicas = Replicas.Of(2, primary.ConnectionString, TimeSpan.FromMilliseconds(5)))
        {
            await replicas.StartAsync();
            await replicas.LoadAsync(ledger, "before", Connections, answers: 200);
            await Until.TrueAsync("the standby has it", async () => await primary.ExecuteAsync("SELECT COUNT(*) FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()") is 1L);
            await standby.StopAsync("INT");
            await replicas.LoadAsync(ledger, "behind", Connections, answers: 200);
            await primary.StopAsync("KILL");
        }

        await standby.StartAsync();
        standby.Promote();
        var lost = ledger.Receipts.Keys.Except(await standby.EventIdsAsync()).ToArray();
        figures.Events = ledger.Acked;
        figures.Lost = lost.Length;
        Assert.NotEmpty(lost);
        Assert.All(lost, static id => Assert.StartsWith("behind", id, StringComparison.Ordinal));
        figures.Publish();
    }

    [Fact(Explicit = true)]
    public async Task Primary_KilledAfterItsSynchronousStandbyWasAway_AnsweredNothingThatItAloneHad()
    {
        var figures = new Figures("F26 h", "the synchronous standby is away for longer than a commit may take, then the primary is killed, and it takes its place") { Trials = 1 };
        figures.Add(await FailOverAsync(
            "away",
            async (primary, standby, ledger) =>
            {
                await ledger.UntilAnsweredAsync(ledger.Answers + 500);
                await standby.StopAsync("KILL");

                // What is under way by now is answered when the primary gives up waiting.
                await ledger.UntilAnsweredAsync(ledger.Answers + (3 * Connections));
                await primary.StopAsync("KILL");
                await standby.StartAsync();
                standby.Promote();
                await UntilAckedAsync(ledger);
            },
            async (standby, ledger) => figures.Lost = ledger.Receipts.Keys.Except(await standby.EventIdsAsync()).Count()));
        figures.PublishAndCheck();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>Two receivers under load on a primary that confirms nothing which its standby has not.</summary>
    /// <param name="name">Of the load.</param>
    /// <param name="meanwhile">What happens to the primary and its standby.</param>
    /// <param name="whenDrained">What is looked at on the standby, which is the primary by then.</param>
    private async Task<LedgerVerdict> FailOverAsync(string name, Func<PostgresServer, PostgresServer, Ledger, Task> meanwhile, Func<PostgresServer, Ledger, Task> whenDrained)
    {
        await using var primary = PostgresServer.Create(_directory);
        await primary.StartAsync();
        await using var standby = primary.CreateStandby(_directory);
        await standby.StartAsync();
        await primary.ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = '*'");
        await primary.ExecuteAsync("SELECT pg_reload_conf()");
        await Until.TrueAsync("the standby is waited for", async () => await primary.ExecuteAsync("SELECT COUNT(*) FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming'") is 1L);

        // A standby keeps the setting: alone it would wait for one of its own.
        await standby.ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = ''");
        var ledger = new Ledger();
        await using var replicas = Replicas.Of(2, BothHosts(primary, standby), TimeSpan.FromMilliseconds(5));
        await replicas.StartAsync();
        await replicas.LoadAsync(ledger, name, Connections, () => meanwhile(primary, standby, ledger));
        await replicas.All[0].Host.UntilDrainedAsync(DrainLimit);
        await whenDrained(standby, ledger);
        return await replicas.EndAsync(ledger);
    }

    private static string BothHosts(PostgresServer primary, PostgresServer standby) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1:{primary.Port},127.0.0.1:{standby.Port};Username=receiver;Database=postgres;Target Session Attributes=primary");

    /// <returns>How long it took until one more event was answered 2xx.</returns>
    private static async Task<TimeSpan> UntilAckedAsync(Ledger ledger)
    {
        var (began, acked) = (TimeProvider.System.GetTimestamp(), ledger.Acked);
        await Until.TrueAsync("an event is answered 2xx", () => ledger.Acked > acked);
        return TimeProvider.System.GetElapsedTime(began);
    }
}
