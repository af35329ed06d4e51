using System.Text;

namespace WebhookReceiver.Senders.Tests;

/// <summary>What a row may not say of its handshakes.</summary>
public sealed class HandshakeRulesTests
{
    private const string Digest = """{"proof":"digest","hash":"sha256","content":"{query:a}{handshakeSecret}{publicUrl}","encoding":"hex"}""";
    private const string Hmac = """{"proof":"hmac","hash":"sha256","content":"{query:a}","encoding":"hex"}""";

    [Theory]
    [InlineData("""{"name":"a","method":"GET","verified":false,"when":{},"reply":{}}""")]
    [InlineData("""{"name":"a","method":"HEAD","when":{},"refusedStatus":499,"reply":{"status":204}}""")]
    [InlineData("""{"name":"a","method":"OPTIONS","when":{},"reply":{"headers":{"Allow":"POST","X-A":"<{header:X-B}>"}}}""")]
    [InlineData($$"""{"name":"a","method":"GET","verified":false,"when":{},"computed":{"b":{{Digest}}},"reply":{"headers":{"X-A":"{computed:b}"},"body":"{computed:b} {publicUrl}"} }""")]
    [InlineData($$"""{"name":"a","when":{"{query:a}":"*"},"computed":{"b":{{Hmac}}},"reply":{"body":"{computed:b}"} }""")]
    public void Handshake_AsItMayBe_IsTaken(string handshake) => Assert.Single(SenderFile.Parse(Encoding.UTF8.GetBytes(Row(handshake)), "row.json").Handshakes);

    [Theory]
    [InlineData("""{"name":"a","when":{},"reply":{}}""", "when: expected at least one condition")]
    [InlineData("""{"name":"a","method":"GET","when":{},"refusedStatus":399,"reply":{}}""", "refusedStatus: expected 400 to 499")]
    [InlineData("""{"name":"a","method":"GET","when":{},"refusedStatus":500,"reply":{}}""", "refusedStatus: expected 400 to 499")]
    [InlineData("""{"name":"a","method":"GET","when":{},"reply":{"status":204,"body":"x"}}""", "reply.body: expected none, as the status allows for none")]
    [InlineData("""{"name":"a","method":"GET","when":{},"reply":{"contentType":"text/html"}}""", "reply.contentType: expected text/plain or application/json")]
    [InlineData("""{"name":"a","method":"GET","when":{},"reply":{"contentType":"application/xml"}}""", "reply.contentType: expected text/plain or application/json")]
    [InlineData("""{"name":"a","method":"GET","when":{},"reply":{"contentType":"text/plain; x=\u000d\u000aX-A: b"}}""", "reply.contentType: expected text/plain or application/json")]
    [InlineData("""{"name":"a","method":"GET","when":{},"reply":{"body":"{json:/a}"}}""", "reply.body: expected only literals")]
    [InlineData("""{"name":"a","method":"GET","when":{},"reply":{"body":"{handshakeSecret}"}}""", "reply.body: expected only literals")]
    [InlineData("""{"name":"a","method":"GET","when":{},"reply":{"body":"{url}"}}""", "reply.body: expected only literals")]
    [InlineData("""{"name":"a","method":"GET","when":{},"reply":{"body":"{computed:b}"}}""", "reply.body: expected a name of what is computed")]
    [InlineData("""{"name":"a","method":"GET","when":{},"reply":{"headers":{"X-A":"{computed:b}"}}}""", "reply.headers['X-A']: expected a name of what is computed")]
    [InlineData("""{"name":"a","method":"GET","when":{},"reply":{"headers":{"X-A":"a\u000db"}}}""", "reply.headers['X-A']: expected printable ASCII")]
    [InlineData("""{"name":"a","method":"GET","when":{},"reply":{"headers":{"X A":"b"}}}""", "reply.headers['X A']: expected a header's name")]
    [InlineData("""{"name":"a","method":"GET","when":{},"reply":{"headers":{"content-type":"text/html"}}}""", "reply.headers['content-type']: expected a header's name, and none")]
    [InlineData("""{"name":"a","method":"GET","when":{},"reply":{"headers":{"Content-Length":"1"}}}""", "reply.headers['Content-Length']: expected a header's name, and none")]
    [InlineData("""{"name":"a","method":"GET","when":{},"reply":{"headers":{"Set-Cookie":"{query:a}"}}}""", "reply.headers['Set-Cookie']: expected a header's name, and none")]
    [InlineData("""{"name":"a","method":"GET","when":{},"reply":{"headers":{"Location":"{query:a}"}}}""", "reply.headers.Location: expected a header's name, and none")]
    [InlineData("""{"name":"a","method":"GET","when":{},"reply":{"headers":["X-A"]}}""", "reply.headers: expected an object of texts")]
    [InlineData("""{"name":"a","method":"GET","when":{},"computed":[],"reply":{}}""", "computed: expected an object of what is computed")]
    [InlineData("""{"name":"a","method":"GET","when":{},"computed":{"b":{"proof":"hmac"}},"reply":{}}""", "computed.b: expected a member 'hash'")]
    [InlineData("""{"name":"a","method":"GET","when":{},"computed":{"b":{"proof":"rsa","hash":"sha256","content":"{query:a}","encoding":"hex"}},"reply":{}}""", "computed.b.proof: expected hmac or digest")]
    [InlineData("""{"name":"a","method":"GET","when":{},"computed":{"b":{"proof":"digest","hash":"sha256","content":"fixed","encoding":"hex"}},"reply":{}}""", "computed.b.content: expected a part that a request has")]
    [InlineData("""{"name":"a","method":"GET","when":{},"computed":{"b":{"proof":"digest","hash":"sha256","content":"{computed:c}","encoding":"hex"}},"reply":{}}""", "computed.b.content: expected only literals")]
    public void Handshake_AsItMayNotBe_IsNamed(string handshake, string expected) =>
        Assert.Contains($"row.json: $.handshakes[0].{expected}", Error(Row(handshake)), StringComparison.Ordinal);

    /// <summary>It would sign any body for anybody.</summary>
    [Fact]
    public void Hmac_InAHandshakeThatIsNotVerified_IsRefused() =>
        Assert.Contains(
            "row.json: $.handshakes[0].computed.b.proof: expected hmac only in a handshake that is verified",
            Error(Row($$"""{"name":"a","method":"GET","verified":false,"when":{},"computed":{"b":{{Hmac}}},"reply":{"body":"{computed:b}"} }""")),
            StringComparison.Ordinal);

    [Fact]
    public void Hmac_WhereTheReceiverHasOnlyAPublicKey_IsRefused() =>
        Assert.Contains(
            "row.json: $.handshakes[0].computed.b.proof: expected hmac only where the first scheme has a secret",
            Error(Row($$"""{"name":"a","method":"GET","when":{},"computed":{"b":{{Hmac}}},"reply":{"body":"{computed:b}"} }""", "\"proof\":\"ed25519\",\"key\":\"hex\"")),
            StringComparison.Ordinal);

    private static string Row(string handshake, string proof = "\"hash\":\"sha256\"") => $$"""
        { "id": "row", "name": "Row", "schemes": [{ {{proof}}, "content": "{body}", "signature": { "header": "X-Sig", "format": "bare", "encoding": "hex" } }],
          "event": { "id": ["{digest}"], "type": ["{json:/type}"], "data": ["{json:}"] }, "handshakes": [{{handshake}}],
          "evidence": { "confidence": "documentation", "sources": ["s"] } }
        """;

    private static string Error(string row) => Assert.Throws<SenderFileException>(() => SenderFile.Parse(Encoding.UTF8.GetBytes(row), "row.json")).Message;
}
