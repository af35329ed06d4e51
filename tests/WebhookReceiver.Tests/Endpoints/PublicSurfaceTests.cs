using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Inbox;
using WebhookReceiver.Tests.Dispatch;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Endpoints;

/// <summary>What the public surface answers before and after a delivery is verified. Nothing that is refused reaches the store.</summary>
public sealed class PublicSurfaceTests : IAsyncDisposable
{
    private const string VerifyToken = "the verify token of the tests";
    private const string Valid = """{"event":"new_order","data":{"order_id":"A-1"}}""";

    private static readonly (string Key, string Value)[] Settings =
    [
        ("WebhookReceiver:RequireHttps", "true"),
        ("WebhookReceiver:Sources:fb:Sender", "facebook"),
        ("WebhookReceiver:Sources:fb:Secrets:0", ReceiverUnderTest.Secret),
        ("WebhookReceiver:Sources:fb:HandshakeSecret", VerifyToken),
        ("WebhookReceiver:Sources:slack:Sender", "slack"),
        ("WebhookReceiver:Sources:slack:Secrets:0", ReceiverUnderTest.Secret),
    ];

    private readonly FakeInboxStore _store = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData("POST", "/webhook/nobody")]
    [InlineData("GET", "/webhook/nobody")]
    [InlineData("POST", "/webhook/DEFAULT")]
    [InlineData("POST", "/webhook/fb%2Fx")]
    public async Task Source_Unknown_Is404(string method, string path)
    {
        await using var receiver = await StartAsync();

        await AssertProblemAsync(receiver, Signed(path, method: method), HttpStatusCode.NotFound, "WHR2005", RejectionReason.UnknownSource);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/webhooks")]
    [InlineData("/webhook/fb/x")]
    [InlineData("/livez")]
    [InlineData("/api/v1/events")]
    public async Task Path_OfNothing_Is404(string path)
    {
        await using var receiver = await StartAsync();
        using var client = receiver.App.GetTestClient();

        using var response = await client.SendAsync(Signed(path), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(0, _store.Appends);
    }

    [Theory]
    [InlineData("GET", "/webhook", "POST")]
    [InlineData("HEAD", "/webhook", "POST")]
    [InlineData("OPTIONS", "/webhook", "POST")]
    [InlineData("PUT", "/webhook", "POST")]
    [InlineData("PATCH", "/webhook", "POST")]
    [InlineData("DELETE", "/webhook", "POST")]
    [InlineData("TRACE", "/webhook", "POST")]
    [InlineData("BREW", "/webhook", "POST")]
    [InlineData("GET", "/webhook/slack", "POST")]
    [InlineData("HEAD", "/webhook/fb", "POST, GET")]
    [InlineData("PUT", "/webhook/fb", "POST, GET")]
    public async Task Method_ThatTheSourceDoesNotTake_Is405WithThoseThatItTakes(string method, string path, string allow)
    {
        await using var receiver = await StartAsync();
        var request = Signed(path, method: method);
        request.Headers.Add("X-HTTP-Method-Override", "POST");

        var response = await AssertProblemAsync(receiver, request, HttpStatusCode.MethodNotAllowed, "WHR2012", RejectionReason.MethodNotAllowed);

        Assert.Equal(allow, string.Join(", ", response.Content.Headers.Allow));
    }

    [Theory]
    [InlineData("/webhook")]
    [InlineData("/webhook/fb")]
    public async Task Transport_PlainHttp_Is403AndNoRedirect(string path)
    {
        await using var receiver = await StartAsync();
        var request = Signed(path, scheme: "http");
        request.Headers.Add("X-Forwarded-Proto", "https");

        var response = await AssertProblemAsync(receiver, request, HttpStatusCode.Forbidden, "WHR2013", RejectionReason.HttpsRequired);

        Assert.Null(response.Headers.Location);
        Assert.True(response.Headers.ConnectionClose);
    }

    [Fact]
    public async Task Transport_PlainHttpWhereItIsAllowed_IsAccepted()
    {
        await using var receiver = await StartAsync(("WebhookReceiver:RequireHttps", "false"));
        using var client = receiver.App.GetTestClient();

        using var response = await client.SendAsync(Signed("/webhook", scheme: "http"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, _store.Appends);
    }

    [Fact]
    public async Task Store_HasNoRoom_Is503AndHandlesNothing()
    {
        await using var receiver = await StartAsync();
        _store.OnAppend = static () => AppendStatus.Overloaded;

        var response = await AssertUnavailableAsync(receiver, "WHR4001", RejectionReason.Overloaded);

        Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter?.Delta);
        Assert.Equal(0, receiver.Dispatcher.InMemory);
    }

    [Fact]
    public async Task Store_CannotCommit_Is503AndHandlesNothing()
    {
        await using var receiver = await StartAsync();
        _store.OnAppend = static () => AppendStatus.Failed;

        var response = await AssertUnavailableAsync(receiver, "WHR4002", RejectionReason.StorageFailed);

        Assert.Equal(TimeSpan.FromSeconds(30), response.Headers.RetryAfter?.Delta);
        Assert.Equal(0, receiver.Dispatcher.InMemory);
    }

    [Fact]
    public async Task Receiver_HasAFaultOfItsOwn_Is503WithoutAWordOfIt()
    {
        await using var receiver = await StartAsync();
        _store.OnAppend = static () => throw new InvalidOperationException("the canary of the fault");

        var response = await AssertUnavailableAsync(receiver, "WHR4002", RejectionReason.StorageFailed);

        Assert.Equal(TimeSpan.FromSeconds(30), response.Headers.RetryAfter?.Delta);
        Assert.Equal(0, receiver.Dispatcher.InMemory);
        Assert.DoesNotContain("canary", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_ResetWithinTheBody_IsNoFaultOfOurs()
    {
        await using var receiver = await StartAsync();

        // The connection says so before it says that the request is aborted.
        var context = new DefaultHttpContext { Request = { Method = "POST", Scheme = "https", ContentType = "application/json", Body = new ResetStream() } };

        await receiver.App.Services.GetRequiredService<WebhookEndpoint>().ReceiveAsync(context, "default");

        Assert.Empty(receiver.App.Services.GetRequiredService<RejectionJournal>().Newest(10));
        Assert.Equal((StatusCodes.Status200OK, 0), (context.Response.StatusCode, _store.Appends));
    }

    [Fact]
    public async Task Handshake_GetWithTheRightToken_IsAnsweredWithItsChallengeAndNotStored()
    {
        await using var receiver = await StartAsync();

        using var response = await GetAsync(receiver, $"/webhook/fb?hub.mode=subscribe&hub.challenge=%3Cscript%3E1158201444&hub.verify_token={Uri.EscapeDataString(VerifyToken)}");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("<script>1158201444", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.StartsWith("text/plain", response.Content.Headers.ContentType?.ToString(), StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal(0, _store.Appends);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?hub.mode=subscribe&hub.challenge=1")]
    [InlineData("?hub.mode=subscribe&hub.challenge=1&hub.verify_token=")]
    [InlineData("?hub.mode=subscribe&hub.challenge=1&hub.verify_token=another")]
    [InlineData("?hub.mode=subscribe&hub.challenge=1&hub.verify_token=The%20verify%20token%20of%20the%20tests")]
    [InlineData("?hub.mode=subscribe&hub.challenge=1&hub.verify_token=the%20verify%20token%20of%20the%20tests&hub.verify_token=x")]
    [InlineData("?hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=the%20verify%20token%20of%20the%20tests")]
    [InlineData("?hub.mode=subscribe&hub.verify_token=the%20verify%20token%20of%20the%20tests")]
    public async Task Handshake_GetWithoutTheRightToken_Is403AndEchoesNothing(string query)
    {
        await using var receiver = await StartAsync();

        await AssertProblemAsync(
            receiver, new HttpRequestMessage(HttpMethod.Get, "https://localhost/webhook/fb" + query), HttpStatusCode.Forbidden, "WHR2016", RejectionReason.HandshakeRefused);
    }

    [Fact]
    public async Task Handshake_GetOverPlainHttp_Is403ForTheTransport()
    {
        await using var receiver = await StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, $"http://localhost/webhook/fb?hub.mode=subscribe&hub.challenge=1&hub.verify_token={Uri.EscapeDataString(VerifyToken)}");

        await AssertProblemAsync(receiver, request, HttpStatusCode.Forbidden, "WHR2013", RejectionReason.HttpsRequired);
    }

    [Fact]
    public async Task Receipt_OfAnAcceptedDelivery_IsAnIdAndItsStatus()
    {
        await using var receiver = await ReceiverUnderTest.StartAsync(static receiver => receiver.AddHandler<JsonElement>("new_order", static (_, _) => Task.CompletedTask), settings: Settings);
        using var client = receiver.App.GetTestClient();

        using var first = await client.SendAsync(Signed("/webhook", eventId: "1"), TestContext.Current.CancellationToken);
        using var again = await client.SendAsync(Signed("/webhook", eventId: "1"), TestContext.Current.CancellationToken);
        using var parked = await client.SendAsync(Signed("/webhook", eventId: "2", body: """{"event":"nobody.takes.it","data":{}}"""), TestContext.Current.CancellationToken);

        Assert.All([first, again, parked], static response =>
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        });
        var receipts = await Task.WhenAll(new[] { first, again, parked }.Select(static async response => JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))));
        Assert.All(receipts, static receipt =>
        {
            Assert.Equal(["id", "status"], receipt.EnumerateObject().Select(static member => member.Name));
            Assert.Matches("^[A-Za-z0-9_-]{1,64}$", receipt.GetProperty("id").GetString());
        });
        Assert.Equal(["accepted", "duplicate", "accepted"], receipts.Select(static receipt => receipt.GetProperty("status").GetString()));
        Assert.Equal(receipts[0].GetProperty("id").GetString(), receipts[1].GetProperty("id").GetString());
        Assert.NotEqual(receipts[0].GetProperty("id").GetString(), receipts[2].GetProperty("id").GetString());
    }

    private Task<ReceiverUnderTest> StartAsync(params (string Key, string Value)[] settings) => ReceiverUnderTest.StartAsync(
        receiver => receiver.AddHandler<JsonElement>("new_order", static (_, _) => Task.CompletedTask).Services.Replace(ServiceDescriptor.Singleton<IInboxStore>(_store)),
        settings: [.. Settings.ExceptBy(settings.Select(static setting => setting.Key), static setting => setting.Key), .. settings]);

    private static HttpRequestMessage Signed(string path, string scheme = "https", string method = "POST", string body = Valid, string eventId = "1")
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var request = new HttpRequestMessage(new HttpMethod(method), $"{scheme}://localhost{path}") { Content = new ByteArrayContent(bytes) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("X-Event-Id", eventId);
        request.Headers.Add("X-Signature-256", "sha256=" + IndependentSigner.GitHub(ReceiverUnderTest.Secret, bytes));
        return request;
    }

    private static async Task<HttpResponseMessage> GetAsync(ReceiverUnderTest receiver, string path)
    {
        using var client = receiver.App.GetTestClient();
        return await client.GetAsync(new Uri("https://localhost" + path), TestContext.Current.CancellationToken);
    }

    /// <summary>A problem with its five members and no other, and nothing that reached the store.</summary>
    private async Task<HttpResponseMessage> AssertProblemAsync(ReceiverUnderTest receiver, HttpRequestMessage request, HttpStatusCode status, string code, RejectionReason reason)
    {
        var response = await SendAsync(receiver, request, status, code, reason);
        Assert.Equal(0, _store.Appends);
        return response;
    }

    /// <summary>The same after the store was asked, with nothing handled.</summary>
    private async Task<HttpResponseMessage> AssertUnavailableAsync(ReceiverUnderTest receiver, string code, RejectionReason reason)
    {
        receiver.Dispatcher.Completed += static _ => Assert.Fail("It was handled.");
        var response = await SendAsync(receiver, Signed("/webhook"), HttpStatusCode.ServiceUnavailable, code, reason);
        Assert.Equal(1, _store.Appends);
        return response;
    }

    private static async Task<HttpResponseMessage> SendAsync(ReceiverUnderTest receiver, HttpRequestMessage request, HttpStatusCode status, string code, RejectionReason reason)
    {
        using var client = receiver.App.GetTestClient();
        var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.ToString());
        var rejection = Assert.Single(receiver.App.Services.GetRequiredService<RejectionJournal>().Newest(10));
        Assert.Equal((reason, code), (rejection.Reason, rejection.Code));
        if (request.Method != HttpMethod.Head)
        {
            var problem = JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.Equal(["type", "title", "status", "code", "deliveryId"], problem.EnumerateObject().Select(static member => member.Name));
            Assert.Equal((code, (int)status, rejection.DeliveryId), (problem.GetProperty("code").GetString(), problem.GetProperty("status").GetInt32(), problem.GetProperty("deliveryId").GetString()));
        }

        return response;
    }

    private sealed class ResetStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromException<int>(new ConnectionResetException("The sender has hung up."));
    }
}
