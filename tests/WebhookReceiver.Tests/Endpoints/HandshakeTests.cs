using System.Net;
using System.Text.Json;
using WebhookReceiver.Senders;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Endpoints;

/// <summary>The handshakes of all senders over HTTP, and what must not come of them. None reaches the store.</summary>
public sealed class HandshakeTests(HandshakeHost host) : IClassFixture<HandshakeHost>, IDisposable
{
    private readonly int _stored = host.Stored;

    public static TheoryData<string, string> Handshakes() => [.. HandshakeCases.All.Select(static handshake => (handshake.Sender, handshake.Name))];

    public static TheoryData<string, string> VerifiedHandshakes() => [.. HandshakeCases.All
        .Where(static handshake => SenderCatalog.TryGet(handshake.Sender, out var row) && handshake.DefinitionIn(row).Verified)
        .Select(static handshake => (handshake.Sender, handshake.Name))];

    public void Dispose() => Assert.Equal(_stored, host.Stored);

    [Theory]
    [MemberData(nameof(Handshakes))]
    public async Task Handshake_AsItsSenderSendsIt_IsAnsweredAsTheSenderWants(string sender, string name)
    {
        var handshake = Case(sender, name);

        using var response = await host.SendAsync(host.Request(handshake));

        var body = await BodyAsync(response);
        Assert.True(handshake.Status == (int)response.StatusCode, $"{response.StatusCode}: {body}");
        Assert.Equal(handshake.Reply, body);
        Assert.Equal(handshake.Reply.Length > 0 ? handshake.ReplyType : null, response.Content.Headers.ContentType?.ToString());
        Assert.Equal("nosniff", Header(response, "X-Content-Type-Options"));
        Assert.All(handshake.ReplyHeaders, header => Assert.Equal(header.Value, Header(response, header.Name)));
    }

    /// <summary>What nobody signed is parsed only where it is short.</summary>
    [Theory]
    [InlineData(15 * 1024, 200)]
    [InlineData(17 * 1024, 401)]
    public async Task UnsignedHandshake_InALongBody_IsNotLookedFor(int padding, int status)
    {
        var handshake = HandshakeCases.All.Single(static handshake => (handshake.Sender, handshake.Name) == ("slack", "ssl_check"));

        using var response = await host.SendAsync(HandshakeHost.Unsigned(handshake with { Body = handshake.Body + "&x=" + new string('x', padding) }));

        Assert.Equal(status, (int)response.StatusCode);
    }

    /// <summary>The negative half of such a test: Xero sends wrong signatures on purpose.</summary>
    [Theory]
    [InlineData("xero", "")]
    [InlineData("line", null)]
    [InlineData("sparkpost", null)]
    public async Task EmptyBatch_IsAnsweredWhereItIsProvedAndIsTheOne401WhereItIsNot(string sender, string? reply)
    {
        var batch = HandshakeCases.EmptyBatches.Single(batch => batch.Sender == sender);

        using var right = await host.SendAsync(host.Request(batch));

        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.Equal(reply ?? await BodyAsync(right), await BodyAsync(right));
        await AssertUnverifiedAsync(host.Forged(batch));
        await AssertUnverifiedAsync(HandshakeHost.Unsigned(batch));
    }

    [Fact]
    public void EveryHandshake_OfTheCatalogue_HasACase()
    {
        var rows = SenderCatalog.Ids.SelectMany(static id => SenderCatalog.TryGet(id, out var row) ? row.Handshakes.Select(handshake => (id, handshake.Name)) : []);

        Assert.Empty(rows.Except(HandshakeCases.All.Select(static handshake => (handshake.Sender, handshake.Name))));
    }

    [Theory]
    [MemberData(nameof(VerifiedHandshakes))]
    public async Task VerifiedHandshake_WithoutASignature_IsTheOne401(string sender, string name) =>
        await AssertUnverifiedAsync(HandshakeHost.Unsigned(Case(sender, name)));

    [Theory]
    [MemberData(nameof(VerifiedHandshakes))]
    public async Task VerifiedHandshake_SignedWithAnotherKey_IsTheOne401(string sender, string name) =>
        await AssertUnverifiedAsync(host.Forged(Case(sender, name)));

    [Theory]
    [InlineData("facebook", "hub.mode=subscribe&hub.challenge=1&hub.verify_token=another", 403)]
    [InlineData("facebook", "hub.mode=subscribe&hub.challenge=1", 403)]
    [InlineData("facebook", "hub.mode=subscribe&hub.challenge=1&hub.verify_token=", 403)]
    [InlineData("fitbit", "verify=another", 404)]
    [InlineData("fitbit", "verify=", 404)]
    [InlineData("websub", "hub.mode=subscribe&hub.challenge=1&hub.topic=https%3A%2F%2Fexample.com%2Fother", 404)]
    public async Task HandshakeSecret_Wrong_IsRefusedWithTheStatusThatTheSenderWants(string sender, string query, int status) =>
        await AssertProblemAsync(new HttpRequestMessage(HttpMethod.Get, $"/webhook/{sender}?{query}"), status, "WHR2016");

    [Fact]
    public async Task HandshakeSecret_WrongWhereTheSenderWantsA401_IsTheOne401() =>
        await AssertUnverifiedAsync(new HttpRequestMessage(HttpMethod.Get, "/webhook/challenge-as-json?hub.mode=subscribe&hub.challenge=1&hub.verify_token=another"));

    [Theory]
    [InlineData("dropbox", "GET", "")]
    [InlineData("facebook", "GET", "hub.mode=unsubscribe")]
    [InlineData("cloudevents-webhook", "OPTIONS", "")]
    public async Task Request_ThatNoHandshakeOfItsMethodIs_IsRefused(string sender, string method, string query) =>
        await AssertProblemAsync(new HttpRequestMessage(new HttpMethod(method), $"/webhook/{sender}?{query}"), 403, "WHR2016");

    [Fact]
    public async Task Request_SignedByItsSender_ThatNoHandshakeIs_IsRefused() =>
        await AssertProblemAsync(host.Request(Case("wechat", "server validation") with { Query = "nonce=nonce1" }), 403, "WHR2016");

    [Theory]
    [InlineData("x", "PUT", "POST, GET")]
    [InlineData("x", "HEAD", "POST, GET")]
    [InlineData("cloudevents-webhook", "GET", "POST, OPTIONS")]
    public async Task Method_WithoutAHandshake_Is405WithThoseThatHaveOne(string sender, string method, string allow)
    {
        using var response = await host.SendAsync(new HttpRequestMessage(new HttpMethod(method), $"/webhook/{sender}"));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(allow, string.Join(", ", response.Content.Headers.Allow));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/xml")]
    [InlineData("application/json")]
    public async Task HandshakeWithoutABody_OfAnyContentType_IsAnswered(string? contentType)
    {
        using var response = await host.SendAsync(HandshakeHost.Unsigned(Case("microsoft-graph", "validation") with { ContentType = contentType }));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task ContentType_ThatTheSenderDoesNotSend_WithoutAHandshake_Is415() =>
        await AssertProblemAsync(HandshakeHost.Unsigned(Case("microsoft-graph", "validation") with { Query = "", ContentType = "application/xml" }), 415, "WHR2006");

    [Theory]
    [InlineData("""{"challenge":""")]
    [InlineData("""{"challenge":"\ud800"}""")]
    [InlineData("""{"challenge":"a","challenge":"b"}""")]
    [InlineData("""{"challenge":["a"]}""")]
    public async Task Body_ThatCannotBeRead_IsNoHandshake(string body) =>
        await AssertUnverifiedAsync(HandshakeHost.Unsigned(Case("monday", "challenge") with { Body = body }));

    [Theory]
    [InlineData("""{"type":"url_verification"}""")]
    [InlineData("""{"type":"url_verification","challenge":{}}""")]
    [InlineData("""{"type":"url_verification","challenge":"\udc00"}""")]
    public async Task Reply_OfWhatIsNotThere_IsRefused(string body) =>
        await AssertProblemAsync(host.Request(Case("slack", "url_verification") with { Body = body }), 403, "WHR2016");

    [Theory]
    [InlineData("a%0d%0aSet-Cookie:%20session=1")]
    [InlineData("a%0d%0a%0d%0a<script>")]
    [InlineData("a%0aX-Other:%20b")]
    [InlineData("a%00")]
    [InlineData("a%09b")]
    [InlineData("%c3%a9")]
    [InlineData("%7f")]
    public async Task ReplyHeader_WithMoreThanPrintableAscii_IsRefusedAndNotWritten(string value)
    {
        var response = await AssertProblemAsync(new HttpRequestMessage(HttpMethod.Get, "/webhook/challenge-in-a-header?challenge=" + value), 403, "WHR2016");

        Assert.Empty(response.Headers.Select(static header => header.Key).Except(["Date", "Server", "Content-Type", "Content-Length"]));
    }

    [Theory]
    [InlineData(8 * 1024, 200)]
    [InlineData((8 * 1024) + 1, 403)]
    public async Task Reply_Body_HasAtMostEightKibibytes(int length, int status)
    {
        var body = JsonSerializer.Serialize(new { challenge = new string('a', length - """{"challenge":""}""".Length) });

        using var response = await host.SendAsync(HandshakeHost.Unsigned(Case("monday", "challenge") with { Body = body }));

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData(8 * 1024, 200)]
    [InlineData((8 * 1024) + 1, 403)]
    public async Task Reply_Header_HasAtMostEightKibibytes(int length, int status)
    {
        using var response = await host.SendAsync(HandshakeHost.Unsigned(Case("asana", "hook_secret") with { Headers = [("X-Hook-Secret", new string('a', length))] }));

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task Reply_OfAPage_IsTextThatNoBrowserTakesForOne()
    {
        using var text = await host.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/webhook/dropbox?challenge=%3Cscript%3Ealert(1)%3C/script%3E"));
        using var json = await host.SendAsync(HandshakeHost.Unsigned(Case("monday", "challenge") with { Body = """{"challenge":"<script>\"}"}""" }));

        Assert.Equal("<script>alert(1)</script>", await BodyAsync(text));
        Assert.All([text, json], static response => Assert.Equal("nosniff", Header(response, "X-Content-Type-Options")));
        Assert.Equal(["text/plain", "application/json"], new[] { text, json }.Select(static response => response.Content.Headers.ContentType!.MediaType));
        Assert.DoesNotContain("<", await BodyAsync(json), StringComparison.Ordinal);
        Assert.Equal("<script>\"}", JsonElement.Parse(await BodyAsync(json)).GetProperty("challenge").GetString());
    }

    [Fact]
    public async Task ComputedReply_InARotation_IsMadeWithTheNewestSecret()
    {
        var handshake = Case("zoom", "endpoint.url_validation");

        using var response = await host.SendAsync(host.SignedWithOldSecret(handshake));

        Assert.Equal(handshake.Reply, await BodyAsync(response));
    }

    private static HandshakeCase Case(string sender, string name) => HandshakeCases.All.Single(handshake => handshake.Sender == sender && handshake.Name == name);

    private async Task AssertUnverifiedAsync(HttpRequestMessage request) => await AssertProblemAsync(request, 401, "WHR2000");

    private async Task<HttpResponseMessage> AssertProblemAsync(HttpRequestMessage request, int status, string code)
    {
        var response = await host.SendAsync(request);
        var body = await BodyAsync(response);
        Assert.True(status == (int)response.StatusCode, $"{response.StatusCode}: {body}");
        var problem = JsonElement.Parse(body);
        Assert.Equal(["type", "title", "status", "code", "deliveryId"], problem.EnumerateObject().Select(static member => member.Name));
        Assert.Equal((status, code), (problem.GetProperty("status").GetInt32(), problem.GetProperty("code").GetString()));
        return response;
    }

    private static Task<string> BodyAsync(HttpResponseMessage response) => response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values) ? Assert.Single(values) : null;
}
