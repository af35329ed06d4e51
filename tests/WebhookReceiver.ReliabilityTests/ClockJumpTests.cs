using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using WebhookReceiver.Senders;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>
/// The wall clock jumps under load, while retries wait for their time: nothing is lost or run twice, and nothing waits for long. What a sender signs is judged by the new time, and the
/// alarm says why.
/// </summary>
public sealed class ClockJumpTests
{
    private const int Connections = 8;
    private const int AnswersEach = 200;
    private const int Retries = 10;

    /// <summary>A retry is due after five seconds, and may be a minute late.</summary>
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(65);

    /// <summary>It is looked every ten seconds.</summary>
    private static readonly TimeSpan AlarmLimit = TimeSpan.FromSeconds(20);

    /// <summary>A source whose sender signs a time.</summary>
    private const string Timed = "timed";
    private const string TimedSecret = "whsec_3vXk0pW8cJr5yQmZ1dB7sH2fN6tL9aGuE4iOxRqVbMY=";

    [Theory(Explicit = true)]
    [InlineData("F24 a", "an hour on", "01:00:00")]
    [InlineData("F24 b", "an hour back", "-01:00:00")]
    [InlineData("F24 c", "ten years on", "3652.00:00:00")]
    public async Task Clock_JumpsUnderLoad_LosesNothingAndDelaysNothingForLong(string number, string title, string by)
    {
        using var time = new FakeTime();
        var leap = TimeSpan.Parse(by, CultureInfo.InvariantCulture);
        var settings = new Dictionary<string, string>(time.Settings)
        {
            [$"WebhookReceiver__Sources__{Timed}__Sender"] = "standard-webhooks",
            [$"WebhookReceiver__Sources__{Timed}__Secrets__0"] = TimedSecret,
        };
        using var directory = new DataDirectory();
        var figures = new Figures(number, $"the clock jumps {title}, under load") { Timed = "until what was due is done", Trials = 1 };
        var ledger = new Ledger();
        await using var host = await HostProcess.StartAsync(directory, settings);
        using var client = new LoadClient(ledger);
        using var stop = new CancellationTokenSource();
        for (var n = 0; n < Retries; n++)
        {
            Assert.True(await client.SendAsync(host.Webhook, string.Create(CultureInfo.InvariantCulture, $"retry-{n}")));
        }

        Assert.Equal(HttpStatusCode.OK, await SendTimedAsync(host.Webhook, "before", TimeSpan.Zero));
        var load = client.RunAsync(host.Webhook, "clock", Connections, stop.Token);
        await ledger.UntilAnsweredAsync(AnswersEach);
        time.Jump(leap);
        Assert.Equal(HttpStatusCode.Unauthorized, await SendTimedAsync(host.Webhook, "by-the-old-time", TimeSpan.Zero));
        Assert.Equal(HttpStatusCode.OK, await SendTimedAsync(host.Webhook, "by-the-new-time", leap));
        await ledger.UntilAnsweredAsync(2 * AnswersEach);
        await stop.CancelAsync();
        await load;
        figures.Took(await host.UntilDrainedAsync(RecoveryLimit));

        Assert.Equal(ledger.Answers, ledger.Acked);
        await host.UntilLoggedAsync("clock_skew", AlarmLimit);
        await host.TerminateAsync();
        Assert.Equal(ExitCodes.Success, await host.ExitAsync());
        figures.Add(ledger.Check(directory.Effects, new HashSet<string>()));
        figures.PublishAndCheck();
        Assert.Equal(0, figures.Duplicates);
    }

    /// <summary>Sends one delivery that is signed by a clock which is off by so much.</summary>
    private static async Task<HttpStatusCode> SendTimedAsync(Uri webhook, string id, TimeSpan off)
    {
        Assert.True(SenderCatalog.TryGet("standard-webhooks", out var row));
        var plan = SenderPlan.Compile(row);
        var body = Encoding.UTF8.GetBytes("{\"type\":\"order.placed\",\"data\":{}}");
        Assert.True(plan.TryCreateKey(TimedSecret, out var key, out var problem), problem);
        var signed = plan.Sign(new SigningInput(body, id, TimeProvider.System.GetUtcNow() + off), key);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{webhook}/{Timed}") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var (name, value) in signed.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }
}
