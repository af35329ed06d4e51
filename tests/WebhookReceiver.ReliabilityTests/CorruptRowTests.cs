using System.Globalization;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>Rows that somebody else has changed, among good ones that wait: they are dead and shown, never handled, and everything else goes on.</summary>
public sealed class CorruptRowTests
{
    private const int Waiting = 40;
    private const int Connections = 4;

    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(20);

    /// <summary>What is done to a row, in words that both databases know, and whether its body or data are not what they were.</summary>
    private static readonly (string Change, bool IsDead)[] Damages =
    [
        ("body = body_sha256", true),
        ("body_sha256 = body", true),
        ("data_length = 1000000", true),
        ("data_start = 7000", true),
        ("received_at = 9223372036854775807, happened_at = -9223372036854775808", false),
        ("headers = ':', content_type = '', secret = -1", false),
    ];

    [Theory(Explicit = true)]
    [InlineData(TestedInbox.Sqlite)]
    [InlineData(TestedInbox.PostgreSql)]
    public async Task Rows_CorruptAmongWaitingOnes_AreDeadAndEverythingElseIsHandled(TestedInbox tested)
    {
        await using var inbox = await TestInbox.CreateAsync(tested);
        var figures = inbox.Figures("F20", "rows are corrupted among those that wait") with { Timed = "start to idle", Trials = Damages.Length };
        var ledger = new Ledger();
        using var client = new LoadClient(ledger);

        // Its handlers are slow: the stop gives all of it back.
        await using (var host = await HostProcess.StartAsync(inbox.Directory, new Dictionary<string, string> { ["HandlerDuration"] = "00:01:00" }))
        {
            for (var n = 0; n < Waiting; n++)
            {
                await client.SendAsync(host.Webhook, Id(n));
            }

            await host.TerminateAsync();
            Assert.Equal(ExitCodes.Success, await host.ExitAsync());
        }

        var dead = new HashSet<string>();
        for (var i = 0; i < Damages.Length; i++)
        {
            var id = Id(5 + (i * 5));
            await inbox.DamageAsync(Damages[i].Change, id);
            if (Damages[i].IsDead)
            {
                dead.Add(id);
            }
        }

        await using var next = await HostProcess.StartAsync(inbox.Directory);
        using var stop = new CancellationTokenSource();
        var load = client.RunAsync(next.Webhook, "beside", Connections, stop.Token);
        await ledger.UntilAnsweredAsync(ledger.Answers + 200);
        await stop.CancelAsync();
        await load;
        await next.UntilDrainedAsync(DrainLimit);
        figures.Took(next.Age);

        Assert.Equal(dead, await next.EventIdsAsync("dead"));
        foreach (var id in dead)
        {
            Assert.Equal("corrupt", await next.LastOutcomeAsync(id));
        }

        Assert.Equal(ledger.Receipts.Keys.ToHashSet(), await next.EventIdsAsync(""));
        await next.TerminateAsync();
        Assert.Equal(ExitCodes.Success, await next.ExitAsync());
        figures.Add(ledger.Check(inbox.Directory.Effects, dead));
        figures.PublishAndCheck();
    }

    private static string Id(int n) => string.Create(CultureInfo.InvariantCulture, $"waiting-{n}");
}
