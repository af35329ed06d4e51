using System.Globalization;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>An event whose handler ends the process, among good ones: it is given up at the third crash, and every other event is handled.</summary>
public sealed class PoisonTests
{
    private const int Connections = 8;
    private const int AnswersBefore = 100;
    private const int CrashesUntilDead = 3;

    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(20);

    /// <summary>So that there is not too much of it while the poison waits for its next turn.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>So that good events run beside it whenever it ends the process.</summary>
    private static readonly Dictionary<string, string> Handlers = new() { ["HandlerDuration"] = "00:00:00.020" };

    /// <param name="tested">The database.</param>
    /// <param name="few">How often in the short form: on PostgreSQL each crash is followed by a lease.</param>
    /// <param name="many">How often in the long form.</param>
    [Theory(Explicit = true)]
    [InlineData(TestedInbox.Sqlite, 3, 20)]
    [InlineData(TestedInbox.PostgreSql, 1, 5)]
    public async Task Handler_EndsTheProcess_IsGivenUpAtTheThirdCrashAndAllOthersAreHandled(TestedInbox tested, int few, int many)
    {
        Figures? figures = null;
        for (var trial = 1; trial <= Trials.Of(few, many); trial++)
        {
            await using var inbox = await TestInbox.CreateAsync(tested);
            figures ??= inbox.Figures("F18", "a handler ends the process, among good events");
            figures.Trials = trial;
            await PoisonAsync(inbox, figures);
        }

        figures!.PublishAndCheck();
    }

    private static async Task PoisonAsync(TestInbox inbox, Figures figures)
    {
        const string Poison = "poison";
        var directory = inbox.Directory;
        var ledger = new Ledger();
        for (var crash = 1; crash <= CrashesUntilDead; crash++)
        {
            await using var host = HostProcess.Launch(directory, Handlers);
            if (await host.TryUntilReadyAsync())
            {
                using var client = new LoadClient(ledger) { Pause = Pause };
                var load = client.RunToTheEndAsync(host.Webhook, string.Create(CultureInfo.InvariantCulture, $"good{crash}"), Connections);
                if (crash == 1)
                {
                    await ledger.UntilAnsweredAsync(AnswersBefore);
                    await client.SendAsync(host.Webhook, Poison);
                }

                await load;
            }

            await host.ExitAsync();
            Assert.Contains("Poison.", host.Output, StringComparison.Ordinal);
        }

        await using var healed = await HostProcess.StartAsync(directory);
        await healed.UntilDrainedAsync(inbox.Lease + RecoveryLimit);
        figures.Took(healed.Age);
        var dead = await healed.EventIdsAsync("dead");
        Assert.Equal([Poison], dead);
        await healed.TerminateAsync();
        Assert.Equal(ExitCodes.Success, await healed.ExitAsync());
        figures.Add(ledger.Check(directory.Effects, dead));
    }
}
