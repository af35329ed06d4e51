using System.Text;
using System.Text.Json.Nodes;

namespace WebhookReceiver.Senders.Tests;

public sealed class SenderFileTests
{
    private const string Minimal = """
        {
          "id": "crm", "name": "CRM",
          "schemes": [{ "hash": "sha256", "content": "{body}",
            "signature": { "header": "X-Sig", "format": "bare", "encoding": "hex" } }],
          "event": { "id": ["{digest}"], "type": ["{json:/type}"], "data": ["{json:}"] },
          "evidence": { "confidence": "documentation", "sources": ["the CRM's manual"] }
        }
        """;

    [Fact]
    public void SmallestRow_KeepsTheDefaults()
    {
        SenderDefinition row = Parse(Minimal);

        Assert.Equal([BodyFormat.Json], row.Bodies);
        Assert.Equal(DuplicateRule.Id, row.Duplicates);
        Assert.Equal((1024 * 1024, 64, 16), (row.MaxBodyBytes, row.MaxJsonDepth, row.MinSecretBytes));
        Assert.Equal((200, null), (row.Answer.Status, row.Answer.Body));
        Assert.Empty(row.Handshakes);
        Assert.Empty(row.Event.Timestamp);
        Assert.Equal(KeyRule.Utf8, row.Schemes[0].Key);
    }

    [Fact]
    public void FullRow_IsReadWhole()
    {
        SenderDefinition row = Parse(
            """
            {
              "id": "full", "name": "Full",
              "schemes": [{ "hash": "sha512", "content": "{parameter:ts}{url}{body}", "key": "base64",
                "signature": { "header": "X-Sig", "format": "pairs", "encoding": "base64", "separator": ";", "parameter": "h1" },
                "timestamp": { "value": "{parameter:ts}", "format": "unixMilliseconds", "toleranceSeconds": 5 } }],
              "event": { "id": ["{form:id}", "{digest}"], "type": ["{form:type}"], "typeGrammar": "dotted", "timestamp": ["{form:at}"], "data": ["{form}"] },
              "duplicates": "body", "bodies": ["form"], "formJsonField": "payload",
              "handshakes": [{ "name": "probe", "method": "GET", "verified": false, "when": { "{query:c}": "*" }, "secretEquals": "{query:t}",
                "refusedStatus": 404, "computed": { "c": { "proof": "digest", "hash": "sha1", "content": "{query:c}", "encoding": "base64" } },
                "reply": { "status": 202, "contentType": "text/plain", "headers": { "X-C": "{computed:c}" }, "body": "{query:c}" } }],
              "answer": { "status": 204, "body": "" },
              "maxBodyBytes": 10, "maxJsonDepth": 3, "minSecretBytes": 9, "keepHeaders": ["X-A"], "warnings": ["w"],
              "delivery": { "timeout": "1 s", "retries": "none", "success": "204" },
              "evidence": { "confidence": "recalled", "sources": ["s"], "unverified": ["u"] },
              "vectors": [{ "origin": "o", "secret": "s", "url": "https://a", "headers": { "X-Sig": "x" }, "body": "b", "now": 7, "valid": false }],
              "sample": { "type": "t", "headers": { "X-A": "1" }, "body": "type=t" }
            }
            """);

        SchemeDefinition scheme = row.Schemes[0];
        Assert.Equal((SignatureHash.Sha512, KeyRule.Base64), (scheme.Hash, scheme.Key));
        Assert.Equal(new SignatureLocation { Header = "X-Sig", Format = SignatureFormat.Pairs, Encoding = SignatureEncoding.Base64, Separator = ';', Parameter = "h1" }, scheme.Signature);
        Assert.Equal(new TimestampDefinition { Value = "{parameter:ts}", Format = TimestampFormat.UnixMilliseconds, ToleranceSeconds = 5 }, scheme.Timestamp);
        Assert.Equal((TypeGrammar.Dotted, "{form:at}"), (row.Event.TypeGrammar, row.Event.Timestamp[0]));
        Assert.Equal(("GET", false, "{query:t}"), (row.Handshakes[0].Method, row.Handshakes[0].Verified, row.Handshakes[0].SecretEquals));
        Assert.Equal(new ComputedDefinition { Proof = ProofKind.Digest, Hash = SignatureHash.Sha1, Content = "{query:c}", Encoding = SignatureEncoding.Base64 }, row.Handshakes[0].Computed["c"]);
        Assert.Equal((404, "{computed:c}"), (row.Handshakes[0].RefusedStatus, row.Handshakes[0].Reply.Headers["X-C"]));
        Assert.Equal((202, "text/plain", "{query:c}"), (row.Handshakes[0].Reply.Status, row.Handshakes[0].Reply.ContentType, row.Handshakes[0].Reply.Body));
        Assert.Equal(new AnswerDefinition { Status = 204, Body = "" }, row.Answer);
        Assert.Equal(DuplicateRule.Body, row.Duplicates);
        Assert.Equal((10, 3, 9, "payload"), (row.MaxBodyBytes, row.MaxJsonDepth, row.MinSecretBytes, row.FormJsonField));
        Assert.Equal(new DeliveryFacts { Timeout = "1 s", Retries = "none", Success = "204" }, row.Delivery);
        Assert.Equal((Confidence.Recalled, "u"), (row.Evidence.Confidence, row.Evidence.Unverified[0]));
        Assert.Equal(("https://a", 7, false), (row.Vectors[0].Url, row.Vectors[0].Now, row.Vectors[0].Valid));
        Assert.Equal("1", row.Sample!.Headers["X-A"]);
    }

    [Theory]
    [InlineData("{", "$: expected strict JSON")]
    [InlineData("", "$: expected strict JSON")]
    [InlineData("[]", "$: expected an object")]
    [InlineData("null", "$: expected an object")]
    [InlineData("""{"id":"a","id":"b"}""", "$: expected strict JSON")]
    [InlineData("""{"id":"a"/* why */}""", "$: expected strict JSON")]
    [InlineData("""{"id":"a",}""", "$: expected strict JSON")]
    [InlineData("""{"id":"\ud800"}""", "$.id: expected a text")]
    [InlineData("""{"ID":"a"}""", "$: expected a member 'id'")]
    public void File_ThatIsNoRow_IsRefusedWithItsNameAndPlace(string json, string expected) =>
        Assert.StartsWith($"crm.json: {expected}", Error(json), StringComparison.Ordinal);

    [Fact]
    public void File_ThatIsNotUtf8_IsRefused() =>
        Assert.Equal("crm.json: $: expected UTF-8", Assert.Throws<SenderFileException>(() => SenderFile.Parse([0x22, 0xff, 0x22], "crm.json")).Message);

    [Fact]
    public void File_WithAByteOrderMark_IsRead() => Assert.Equal("crm", Parse("\uFEFF" + Minimal).Id);

    [Theory]
    [InlineData("/id", "\"Has Blank\"", "$.id: expected 1 to 63 lower-case letters")]
    [InlineData("/id", "\"-a\"", "$.id: expected 1 to 63 lower-case letters")]
    [InlineData("/id", "null", "$.id: expected a text")]
    [InlineData("/id", "7", "$.id: expected a text")]
    [InlineData("/name", "\" \"", "$.name: expected a name")]
    [InlineData("/schemes", "[]", "$.schemes: expected at least one scheme")]
    [InlineData("/schemes", "{}", "$.schemes: expected a list")]
    [InlineData("/schemes", "[null]", "$.schemes[0]: expected an object")]
    [InlineData("/schemes/0/hash", "\"md5\"", "$.schemes[0].hash: expected one of sha256, sha1, sha512")]
    [InlineData("/schemes/0/hash", "\"Sha256\"", "$.schemes[0].hash: expected one of")]
    [InlineData("/schemes/0/hash", "0", "$.schemes[0].hash: expected one of")]
    [InlineData("/schemes/0/content", "\"{body\"", "$.schemes[0].content: the brace at position 0")]
    [InlineData("/schemes/0/content", "\"{digest}{body}\"", "$.schemes[0].content: expected only literals, {body}")]
    [InlineData("/schemes/0/content", "\"{item:/a}{body}\"", "$.schemes[0].content: expected only literals, {body}")]
    [InlineData("/schemes/0/content", "\"fixed\"", "$.schemes[0].content: expected a part that a request has")]
    [InlineData("/schemes/0/content", "\"{body}{body}\"", "$.schemes[0].content: expected {body} once")]
    [InlineData("/schemes/0/content", "\"{parameter:t}{body}\"", "$.schemes[0].content: expected {parameter:…} only where")]
    [InlineData("/schemes/0/content", "\"{header:a}{header:b}{header:c}{header:d}{header:e}{header:f}{header:g}{header:h}{header:i}{header:j}{header:k}{header:l}{header:m}{header:n}{header:o}{header:p}{header:q}{body}\"", "$.schemes[0].content: expected at most 16 values")]
    [InlineData("/schemes/0/id", "\"{header:X-Id}\"", "$.schemes[0].id: expected a part that is signed too")]
    [InlineData("/schemes/0/id", "\"a{header:X-Id}\"", "$.schemes[0].id: expected only {header:…}, {parameter:…}")]
    [InlineData("/schemes/0/timestamp", """{"value":"{header:X-T}"}""", "$.schemes[0].timestamp.value: expected a part that is signed too")]
    [InlineData("/schemes/0/timestamp", """{"value":"{header:X-T}{header:X-T}"}""", "$.schemes[0].timestamp.value: expected exactly one part")]
    [InlineData("/schemes/0/timestamp", """{"value":"{header:X-T}","toleranceSeconds":0}""", "$.schemes[0].timestamp.toleranceSeconds: expected 1 to 86400")]
    [InlineData("/schemes/0/timestamp", """{"value":"{header:X-T}","toleranceSeconds":1.5}""", "$.schemes[0].timestamp.toleranceSeconds: expected a whole number")]
    [InlineData("/schemes/0/signature/header", "\"X Sig\"", "$.schemes[0].signature.header: expected the name of a header")]
    [InlineData("/schemes/0/signature/format", "\"prefixed\"", "$.schemes[0].signature.prefix: expected what stands before")]
    [InlineData("/schemes/0/signature/format", "\"pairs\"", "$.schemes[0].signature.parameter: expected the name")]
    [InlineData("/schemes/0/signature/format", "\"versioned\"", "$.schemes[0].signature.parameter: expected the name")]
    [InlineData("/schemes/0/signature/prefix", "\"x\"", "$.schemes[0].signature.prefix: expected nothing")]
    [InlineData("/schemes/0/signature/parameter", "\"v1\"", "$.schemes[0].signature.parameter: expected nothing")]
    [InlineData("/schemes/0/signature/separator", "\";\"", "$.schemes[0].signature.separator: expected nothing")]
    [InlineData("/schemes/0/signature/separator", "\"; \"", "$.schemes[0].signature.separator: expected a text of one character")]
    [InlineData("/event/id", "[]", "$.event.id: expected at least one template")]
    [InlineData("/event/id", "[\"{body}\"]", "$.event.id[0]: expected only literals, {header:…}")]
    [InlineData("/event/id", "[\"same\"]", "$.event.id[0]: expected a part that a request has")]
    [InlineData("/event/id", "[\"{form:id}\"]", "$.event.id[0]: expected form parts only where")]
    [InlineData("/event/type", "[\"{digest}\"]", "$.event.type[0]: expected only literals, {header:…}")]
    [InlineData("/event/data", "[\"{json:}{json:}\"]", "$.event.data: expected exactly one part")]
    [InlineData("/event/data", "[\"{header:X}\"]", "$.event.data[0]: expected only {json:…}, {item:…} or {form}")]
    [InlineData("/event/id", "[\"{item:/id}\"]", "$.event.id[0]: expected no part of an element, as there is no 'each'")]
    [InlineData("/event", """{"each":"/events","id":["{item:/id}"],"type":["t"],"data":["{item:}"]}""", "$.event.each: expected a JSON pointer with '*'")]
    [InlineData("/event", """{"each":"/events/*","id":["{digest}"],"type":["t"],"data":["{item:}"]}""", "$.event.id: expected a part of the element each")]
    [InlineData("/event", """{"each":"/events/*","id":["{item:/id}","{json:/id}"],"type":["t"],"data":["{item:}"]}""", "$.event.id: expected a part of the element each")]
    [InlineData("/event", """{"each":"/events/*","id":["{index}"],"type":["t"],"data":["{item:}","{json:}"]}""", "$.event.data: expected {item:…}, as there is 'each'")]
    [InlineData("/event", """{"each":"/events/*","id":[],"type":["t"],"data":["{item:}"]}""", "$.event.id: expected at least one template")]
    [InlineData("/duplicates", "\"never\"", "$.duplicates: expected one of id, body, none")]
    [InlineData("/bodies", "[]", "$.bodies: expected at least one")]
    [InlineData("/bodies", "[\"form\"]", "$.event.type[0]: expected form parts only where")]
    [InlineData("/formJsonField", "\"payload\"", "$.formJsonField: expected a field's name")]
    [InlineData("/answer", """{"status":302}""", "$.answer.status: expected 200 to 299")]
    [InlineData("/maxBodyBytes", "0", "$.maxBodyBytes: expected 1 to")]
    [InlineData("/maxBodyBytes", "1e30", "$.maxBodyBytes: expected a whole number")]
    [InlineData("/maxJsonDepth", "513", "$.maxJsonDepth: expected 1 to 512")]
    [InlineData("/minSecretBytes", "0", "$.minSecretBytes: expected 1 to 4096")]
    [InlineData("/keepHeaders", "[\"a:b\"]", "$.keepHeaders: expected names of headers")]
    [InlineData("/evidence/sources", "[]", "$.evidence.sources: expected at least one source")]
    [InlineData("/evidence/confidence", "\"sure\"", "$.evidence.confidence: expected one of sdkSource, documentation, corroborated, recalled")]
    [InlineData("/extra", "1", "$.extra: no such member, expected only id, name")]
    [InlineData("/event/extra", "1", "$.event.extra: no such member")]
    [InlineData("/schemes/0/signature/extra", "1", "$.schemes[0].signature.extra: no such member")]
    [InlineData("/delivery", """{"retries":null}""", "$.delivery.retries: expected a text")]
    [InlineData("/vectors", """[{"origin":"o","secret":"s","headers":{"A":1},"body":""}]""", "$.vectors[0].headers.A: expected a text")]
    [InlineData("/vectors", """[{"origin":"o","secret":"s","headers":{},"body":"","valid":"no"}]""", "$.vectors[0].valid: expected true or false")]
    [InlineData("/handshakes", """[{"name":"x","when":{},"reply":{}}]""", "$.handshakes[0].when: expected at least one condition")]
    [InlineData("/handshakes", """[{"name":"x","method":"PUT","when":{"{query:a}":"b"},"reply":{}}]""", "$.handshakes[0].method: expected one of")]
    [InlineData("/handshakes", """[{"name":"x","method":"GET","when":{"{json:/a}":"b"},"reply":{}}]""", "$.handshakes[0].when['{json:/a}']: expected only literals, {header:…} and {query:…}")]
    [InlineData("/handshakes", """[{"name":"x","when":{"{json:/a}":""},"reply":{}}]""", "$.handshakes[0].when['{json:/a}']: expected a text, or *")]
    [InlineData("/handshakes", """[{"name":"x","when":{"{body}":"b"},"reply":{}}]""", "$.handshakes[0].when['{body}']: expected only literals")]
    [InlineData("/handshakes", """[{"name":"x","when":{"{json:/a}":"b"},"secretEquals":"fixed","reply":{}}]""", "$.handshakes[0].secretEquals: expected a part")]
    [InlineData("/handshakes", """[{"name":"x","when":{"{json:/a}":"b"},"reply":{"contentType":"text/html"}}]""", "$.handshakes[0].reply.contentType: expected text/plain or application/json")]
    [InlineData("/handshakes", """[{"name":"x","when":{"{json:/a}":"b"},"reply":{"body":"{form:x}"}}]""", "$.handshakes[0].reply.body: expected form parts only where")]
    public void Member_ThatDoesNotFit_IsNamedWithItsPlace(string pointer, string value, string expected)
    {
        string message = Error(Changed(pointer, value));

        Assert.Contains($"crm.json: {expected}", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id")]
    [InlineData("name")]
    [InlineData("schemes")]
    [InlineData("event")]
    [InlineData("evidence")]
    public void Member_ThatIsRequired_IsNamedWhenAbsent(string name)
    {
        JsonObject row = JsonNode.Parse(Minimal)!.AsObject();
        row.Remove(name);

        Assert.Equal($"crm.json: $: expected a member '{name}'", Error(row.ToJsonString()));
    }

    [Fact]
    public void Schemes_WithOneHeaderTwice_AreNamed()
    {
        JsonObject row = JsonNode.Parse(Minimal)!.AsObject();
        JsonNode second = row["schemes"]![0]!.DeepClone();
        second["signature"]!["header"] = "x-sig";
        row["schemes"]!.AsArray().Add(second);

        Assert.StartsWith("crm.json: $.schemes[1].signature.header: expected a place that no scheme before has", Error(row.ToJsonString()), StringComparison.Ordinal);
    }

    [Fact]
    public void Row_WithManyMistakes_NamesThemAll()
    {
        JsonObject row = JsonNode.Parse(Minimal)!.AsObject();
        row["id"] = "A";
        row["maxJsonDepth"] = 0;
        row["schemes"]![0]!["content"] = "x";

        Assert.Equal(3, Error(row.ToJsonString()).Split('\n').Length);
    }

    private static SenderDefinition Parse(string json) => SenderFile.Parse(Encoding.UTF8.GetBytes(json), "crm.json");

    private static string Error(string json) => Assert.Throws<SenderFileException>(() => Parse(json)).Message;

    private static string Changed(string pointer, string value)
    {
        string[] path = pointer[1..].Split('/');
        JsonNode node = JsonNode.Parse(Minimal)!;
        JsonNode root = node;
        foreach (string step in path[..^1])
        {
            node = node is JsonArray list ? list[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)]! : node[step]!;
        }

        node[path[^1]] = JsonNode.Parse(value);
        return root.ToJsonString();
    }
}
