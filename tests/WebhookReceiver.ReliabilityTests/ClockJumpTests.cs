using System.Globalization;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>The wall clock jumps under load, while retries wait for their time: nothing is lost or run twice, and nothing waits for long.</summary>
public sealed class ClockJumpTests
{
    private const int Connections = 8;
    private const int AnswersEach = 200;
    private const int Retries = 10;

    /// <summary>A retry is due after five seconds, and may be a minute late.</summary>
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(65);

    [Theory(Explicit = true)]
    [InlineData("F24 a", "an hour on", "01:00:00")]
    [InlineData("F24 b", "an hour back", "-01:00:00")]
    [InlineData("F24 c", "ten years on", "3652.00:00:00")]
    public async Task Clock_JumpsUnderLoad_LosesNothingAndDelaysNothingForLong(string number, string title, string by)
    {
        using var time = new FakeTime();
        using var directory = new DataDirectory();
        var figures = new Figures(number, $"the clock jumps {title}, under load") { Timed = "until what was due is done", Trials = 1 };
        var ledger = new Ledger();
        await using var host = await HostProcess.StartAsync(directory, time.Settings);
        using var client = new LoadClient(ledger);
        using var stop = new CancellationTokenSource();
        for (var n = 0; n < Retries; n++)
        {
            Assert.True(await client.SendAsync(host.Webhook, string.Create(CultureInfo.InvariantCulture, $"retry-{n}")));
        }

        var load = client.RunAsync(host.Webhook, "clock", Connections, stop.Token);
        await ledger.UntilAnsweredAsync(AnswersEach);
        time.Jump(TimeSpan.Parse(by, CultureInfo.InvariantCulture));
        await ledger.UntilAnsweredAsync(2 * AnswersEach);
        await stop.CancelAsync();
        await load;
        figures.Took(await host.UntilDrainedAsync(RecoveryLimit));

        Assert.Equal(ledger.Answers, ledger.Acked);
        await host.TerminateAsync();
        Assert.Equal(ExitCodes.Success, await host.ExitAsync());
        figures.Add(ledger.Check(directory.Effects, new HashSet<string>()));
        figures.PublishAndCheck();
        Assert.Equal(0, figures.Duplicates);
    }
}
