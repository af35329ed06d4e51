using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Tests.Dispatch;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Endpoints;

/// <summary>Who is refused too fast waits for himself, and nobody waits for him.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class RejectionThrottleTests
{
    private const int Burst = RejectionThrottle.UsualBurst;
    private const int Mebibyte = 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _clock = new();
    private readonly ApplicationLifetime _lifetime = new(NullLogger<ApplicationLifetime>.Instance);
    private readonly RejectionThrottle _throttle;

    public RejectionThrottleTests() => _throttle = new RejectionThrottle(_clock, _lifetime);

    [Fact]
    [Trait("Attack", "A75")]
    public void Refusals_UpToTheBurst_AreAnsweredAtOnceAndNoMore()
    {
        Assert.Equal(Burst, AtOnce(Burst + 50));

        _clock.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(RejectionThrottle.PerSecond / 2, AtOnce(Burst));

        // However long there was none.
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(Burst, AtOnce(Burst + 50));
    }

    [Fact]
    public void Refusals_ThatWait_AreNoMoreThanTheBound()
    {
        AtOnce(Burst);

        Assert.Equal(RejectionThrottle.MostWaiting, Enumerable.Range(0, 2 * RejectionThrottle.MostWaiting).Count(_ => _throttle.MustWait()));
    }

    [Fact]
    public async Task Wait_EndsAfterItsTimeAndGivesItsPlaceBack()
    {
        AtOnce(Burst + RejectionThrottle.MostWaiting);
        Assert.False(_throttle.MustWait());
        var waiting = _throttle.WaitAsync(CancellationToken.None);

        _clock.Advance(RejectionThrottle.Delay - TimeSpan.FromTicks(1));
        Assert.False(waiting.IsCompleted);
        _clock.Advance(TimeSpan.FromTicks(1));

        await waiting.WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken);
        AtOnce(RejectionThrottle.PerSecond);
        Assert.True(_throttle.MustWait());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_EndsAtOnce_WhereTheSenderIsGoneOrTheReceiverStops(bool isGone)
    {
        using var aborted = new CancellationTokenSource();
        Assert.False(_throttle.WaitAsync(aborted.Token).IsCompleted);
        var waiting = _throttle.WaitAsync(aborted.Token);

        if (isGone)
        {
            await aborted.CancelAsync();
        }
        else
        {
            _lifetime.StopApplication();
        }

        await waiting.WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken);
    }

    [Fact]
    [Trait("Attack", "A75")]
    public async Task Flood_OfForgeries_WaitsWhileTheSendersDeliveriesAreAnsweredAtOnce()
    {
        await using var receiver = await ReceiverUnderTest.StartAsync(static receiver => receiver.AddHandler<JsonElement>("new_order", static (_, _) => Task.CompletedTask));
        using var client = receiver.App.GetTestClient();
        for (var n = 0; n < Burst; n++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await ForgeAsync(client));
        }

        var held = ForgeAsync(client);
        var unknown = SendAsync(client, "/webhook/nobody");
        await receiver.SendAsync();
        using var invalid = Signed("""{"event":"","data":{}}""");
        using var refused = await client.SendAsync(invalid, TestContext.Current.CancellationToken).WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var throttle = receiver.App.Services.GetRequiredService<RejectionThrottle>();
        await UntilAsync(() => throttle.Waiting == 2);
        Assert.False(held.IsCompleted || unknown.IsCompleted);
        await UntilAsync(() =>
        {
            receiver.Clock.Advance(RejectionThrottle.Delay);
            return throttle.Waiting == 0;
        });
        Assert.Equal(HttpStatusCode.Unauthorized, await held.WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.NotFound, await unknown.WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Body_OfARefusalThatWaits_IsNotHeld()
    {
        const int Refusals = 32;
        await using var receiver = await ReceiverUnderTest.StartAsync(static receiver => receiver.AddHandler<JsonElement>("new_order", static (_, _) => Task.CompletedTask));
        var endpoint = receiver.App.Services.GetRequiredService<WebhookEndpoint>();
        for (var n = 0; n < Burst; n++)
        {
            await endpoint.ReceiveAsync(Forged(Mebibyte), "default");
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        Task[] waiting = [.. Enumerable.Range(0, Refusals).Select(_ => endpoint.ReceiveAsync(Forged(Mebibyte), "default"))];
        Assert.DoesNotContain(waiting, static task => task.IsCompleted);

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, Refusals * Mebibyte / 4);
        receiver.Clock.Advance(RejectionThrottle.Delay);
        await Task.WhenAll(waiting).WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken);
    }

    /// <returns>How many of so many refusals are answered at once.</returns>
    private int AtOnce(int refusals) => Enumerable.Range(0, refusals).Count(_ => !_throttle.MustWait());

    private static async Task UntilAsync(Func<bool> isSo)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, "It does not come.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static Task<HttpStatusCode> ForgeAsync(HttpClient client) => SendAsync(client, "/webhook");

    private static async Task<HttpStatusCode> SendAsync(HttpClient client, string path)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var answer = await client.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static HttpRequestMessage Signed(string body)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(body);
        var request = new HttpRequestMessage(HttpMethod.Post, "/webhook") { Content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
        request.Headers.Add("X-Signature-256", "sha256=" + IndependentSigner.GitHub(ReceiverUnderTest.Secret, bytes));
        return request;
    }

    private static DefaultHttpContext Forged(int bodyBytes) => new()
    {
        Request = { Method = "POST", ContentType = "application/json", Body = new ZeroStream(bodyBytes) },
    };

    private sealed class ZeroStream(int length) : MemoryStream
    {
        private int _left = length;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = Math.Min(_left, buffer.Length);
            _left -= count;
            return ValueTask.FromResult(count);
        }
    }
}
