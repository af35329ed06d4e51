using System.Security.Cryptography;
using System.Text;

namespace WebhookReceiver.Senders.Tests.Explaining;

/// <summary>Each usual mistake is made, and named.</summary>
public sealed class SignatureExplainerTests
{
    private const string Secret = "0123456789abcdef0123456789abcdef";
    private const string Json = """{"id":"evt_1","type":"invoice.paid","data":{"amount":1000,"note":"héllo"}}""";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    [Fact]
    public void SecretThatHasEnded_IsNamed() =>
        Assert.Equal(SignatureCause.EndedSecret, Explain("github", Sign("github", Json, "fedcba9876543210fedcba9876543210"), Secret, ended: ["fedcba9876543210fedcba9876543210"]));

    [Fact]
    public void SecretOfAnotherSource_IsNamedWithTheSource()
    {
        SignatureExplanation explanation = ExplainWhole(
            "github", Sign("github", Json, "fedcba9876543210fedcba9876543210"), [Secret], 1, [("billing", "stripe", "fedcba9876543210fedcba9876543210")]);

        Assert.Equal(SignatureCause.OtherSource, explanation.Cause);
        Assert.Contains("'billing'", explanation.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(" " + Secret)]
    [InlineData(Secret + "\n")]
    [InlineData("\t" + Secret + "\r\n")]
    public void BlanksAroundTheSecret_AreNamed(string configured) =>
        Assert.Equal(SignatureCause.SecretHasBlanks, Explain("github", Sign("github", Json, Secret), configured));

    [Fact]
    public void PrefixThatWasPastedWithTheSecret_IsNamed() =>
        Assert.Equal(SignatureCause.SecretPrefix, Explain("github", Sign("github", Json, Secret), "sha256=" + Secret));

    [Fact]
    public void PrefixThatWasLostFromTheSecret_IsNamed() =>
        Assert.Equal(SignatureCause.SecretPrefix, Explain("stripe", Sign("stripe", Json, "whsec_" + Secret), Secret));

    [Fact]
    public void SecretDecodedWhereItsTextIsTheKey_IsNamed()
    {
        // Made by Standard Webhooks, which decode; received as a plain HMAC over the same content.
        byte[] key = RandomNumberGenerator.GetBytes(24);
        string signature = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(Json)));

        Assert.Equal(SignatureCause.SecretEncodedInBase64, Explain("github", Request("github", Json, ("X-Hub-Signature-256", signature)), Convert.ToBase64String(key)));
    }

    [Fact]
    public void TextAsKeyWhereTheSecretIsDecoded_IsNamed()
    {
        string secret = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));
        string content = $"msg_1.1700000000.{Json}";
        string signature = "v1," + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(content)));
        CapturedRequest request = Request(
            "standard-webhooks", Json, ("webhook-id", "msg_1"), ("webhook-timestamp", "1700000000"), ("webhook-signature", signature));

        Assert.Equal(SignatureCause.SecretEncodedInBase64, Explain("standard-webhooks", request, secret));
    }

    [Fact]
    public void SecretDecodedFromHex_IsNamed()
    {
        string signature = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Convert.FromHexString(Secret), Encoding.UTF8.GetBytes(Json)));

        Assert.Equal(SignatureCause.SecretEncodedInHex, Explain("github", Request("github", Json, ("X-Hub-Signature-256", signature)), Secret));
    }

    [Theory]
    [InlineData("{\r\n}", "{\n}", SignatureCause.BodyLineEnds)]
    [InlineData("{\n}", "{\r\n}", SignatureCause.BodyLineEnds)]
    [InlineData("{}", "{}\n", SignatureCause.BodyFinalLineEnd)]
    [InlineData("{}\n", "{}", SignatureCause.BodyFinalLineEnd)]
    [InlineData("{}\r\n", "{}", SignatureCause.BodyFinalLineEnd)]
    [InlineData("{}", "\ufeff{}", SignatureCause.BodyByteOrderMark)]
    [InlineData("\ufeff{}", "{}", SignatureCause.BodyByteOrderMark)]
    [InlineData("{\"a\":1,\"b\":[true,null]}", "{ \"a\": 1, \"b\": [ true, null ] }", SignatureCause.BodyRewritten)]
    [InlineData("{\n  \"a\": 1\n}", "{\"a\":1}", SignatureCause.BodyRewritten)]
    [InlineData("{\"a\": 1, \"b\": \"x\"}", "{\"a\":1,\"b\":\"x\"}", SignatureCause.BodyRewritten)]
    [InlineData("{\"a\":\"h\\u00e9llo\"}", "{\"a\":\"héllo\"}", SignatureCause.BodyRewritten)]
    [InlineData("{\"a\":\"héllo\"}", "{\"a\":\"h\\u00e9llo\"}", SignatureCause.BodyRewritten)]
    [InlineData("", "{}", SignatureCause.BodyNotSigned)]
    public void BodyChangedOnTheWay_IsNamed(string signed, string received, SignatureCause expected) =>
        Assert.Equal(expected, Explain("github", Sign("github", signed, Secret) with { Bytes = Encoding.UTF8.GetBytes(received) }, Secret));

    [Fact]
    public void FormFieldSignedInsteadOfTheForm_IsNamed()
    {
        CapturedRequest request = Sign("github", Json, Secret) with
        {
            Bytes = Encoding.UTF8.GetBytes("payload=" + Uri.EscapeDataString(Json)),
            Format = BodyFormat.Form,
            ContentType = "application/x-www-form-urlencoded",
        };

        Assert.Equal(SignatureCause.BodyFormField, Explain("github", request, Secret));
    }

    [Theory]
    [InlineData("github", "X-Hub-Signature-256", "sha256=", true)]
    [InlineData("shopify", "X-Shopify-Hmac-Sha256", "", false)]
    public void SignatureInAnotherEncoding_IsNamed(string sender, string header, string prefix, bool asBase64)
    {
        byte[] mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(Json));
        string text = prefix + (asBase64 ? Convert.ToBase64String(mac) : Convert.ToHexStringLower(mac));

        Assert.Equal(SignatureCause.SignatureEncoding, Explain(sender, Request(sender, Json, (header, text)), Secret));
    }

    [Theory]
    [InlineData("github", "X-Hub-Signature-256", "", "")]
    [InlineData("gitea", "X-Gitea-Signature", "sha256=", "")]
    [InlineData("gitea", "X-Gitea-Signature", "\"", "\"")]
    public void PrefixOfTheSignature_MissingOrTooMuch_IsNamed(string sender, string header, string before, string after)
    {
        string mac = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(Json)));

        Assert.Equal(SignatureCause.SignaturePrefix, Explain(sender, Request(sender, Json, (header, before + mac + after)), Secret));
    }

    [Fact]
    public void OtherHash_IsNamed()
    {
        string mac = "sha256=" + Convert.ToHexStringLower(HMACSHA512.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(Json)));

        Assert.Equal(SignatureCause.HashAlgorithm, Explain("github", Request("github", Json, ("X-Hub-Signature-256", mac)), Secret));
    }

    [Theory]
    [InlineData("https://hooks.example.com/webhook/shop/", "", SignatureCause.UrlSlash)]
    [InlineData("http://hooks.example.com/webhook/shop", "", SignatureCause.UrlScheme)]
    [InlineData("https://hooks.example.com:443/webhook/shop", "", SignatureCause.UrlPort)]
    [InlineData("https://other.example.com/webhook/shop", "", SignatureCause.UrlHost)]
    [InlineData("https://hooks.example.com/webhook/shop", "utm=1", SignatureCause.UrlQuery)]
    public void UrlThatIsAnotherAtTheSender_IsNamed(string signed, string query, SignatureCause expected)
    {
        CapturedRequest request = Sign("square", Json, Secret, signed) with
        {
            Url = "https://hooks.example.com/webhook/shop",
            Query = query,
        };
        request = request with { Headers = [.. request.Headers, new("Host", "other.example.com")] };

        Assert.Equal(expected, Explain("square", request, Secret));
    }

    [Theory]
    [InlineData(900, SignatureCause.TooOld)]
    [InlineData(-900, SignatureCause.ClockAhead)]
    public void RightSignatureOutOfTime_IsNamed(int age, SignatureCause expected) =>
        Assert.Equal(expected, Explain("stripe", Sign("stripe", Json, Secret, signedAt: Now.AddSeconds(-age)), Secret));

    [Fact]
    public void SignatureThatIsNotThere_IsNamedWithItsHeader()
    {
        SignatureExplanation explanation = ExplainWhole("github", Request("github", Json), [Secret], 1, []);

        Assert.Equal(SignatureCause.SignatureMissing, explanation.Cause);
        Assert.Contains("X-Hub-Signature-256", explanation.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void SignatureOfAnotherSender_IsNamedWithThatSender()
    {
        SignatureExplanation explanation = ExplainWhole("github", Sign("stripe", Json, Secret), [Secret], 1, []);

        Assert.Equal(SignatureCause.OtherSender, explanation.Cause);
        Assert.Contains("'stripe'", explanation.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void HeaderThatStandsThereTwice_IsNamed()
    {
        CapturedRequest request = Sign("github", Json, Secret);

        Assert.Equal(SignatureCause.HeaderDuplicated, Explain("github", request with { Headers = [.. request.Headers, .. request.Headers] }, Secret));
    }

    [Fact]
    public void SignedHeaderThatIsNotThere_IsNamed()
    {
        CapturedRequest request = Sign("standard-webhooks", Json, "whsec_" + Convert.ToBase64String(new byte[24]));

        Assert.Equal(
            SignatureCause.ContentMissing,
            Explain("standard-webhooks", request with { Headers = [.. request.Headers.Where(header => header.Key != "webhook-timestamp")] }, "whsec_" + Convert.ToBase64String(new byte[24])));
    }

    [Fact]
    public void NothingThatMatches_IsUnknownAndSaysHowMuchWasTried() =>
        Assert.Equal(SignatureCause.Unknown, Explain("github", Sign("github", Json, "fedcba9876543210fedcba9876543210"), Secret));

    [Theory]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("{\"a\":")]
    [InlineData("\u0000")]
    public void BodyThatCannotBeWrittenAnew_IsUnknownAllTheSame(string body) =>
        Assert.Equal(SignatureCause.Unknown, Explain("github", Sign("github", "{}", Secret) with { Bytes = Encoding.UTF8.GetBytes(body) }, Secret));

    [Fact]
    public void Explanation_OfAnyMistake_SaysNothingOfTheSecret()
    {
        foreach (string configured in new[] { " " + Secret, "sha256=" + Secret, Secret })
        {
            SignatureExplanation explanation = ExplainWhole(
                "github", Sign("github", Json, Secret + "x"), [configured, Secret + "x"], 1, [("other", "github", Secret + "y")]);
            Assert.DoesNotContain(Secret, explanation.Text, StringComparison.Ordinal);
        }
    }

    /// <summary>Whatever the row, an explanation is found or not, and never an exception.</summary>
    [Theory]
    [MemberData(nameof(SignTests.Ids), MemberType = typeof(SignTests))]
    public void Explanation_OfAForgedRequestOfEachSender_IsSomething(string id)
    {
        SenderDefinition row = Rows.Get(id);
        var plan = SenderPlan.Compile(row);
        GeneratedKey ours = plan.GenerateKey();
        GeneratedKey theirs = plan.GenerateKey();
        byte[] body = Encoding.UTF8.GetBytes(row.Sample!.Body);
        SignedRequest signed = plan.Sign(new SigningInput(body, "msg_1", Now, "https://hooks.example.com/webhook/x"), theirs.SigningKey);
        BodyFormat format = row.Sample.ContentType.StartsWith("multipart", StringComparison.Ordinal) ? BodyFormat.Multipart
            : row.Sample.ContentType.StartsWith("application/x-www", StringComparison.Ordinal) ? BodyFormat.Form : BodyFormat.Json;
        var request = new CapturedRequest(
            row, "POST", "https://hooks.example.com/webhook/x", signed.Query, row.Sample.ContentType, format, signed.Headers, signed.Body.ToArray())
        {
            Keys = _ => TestRequest.Keys(row, theirs.KeyDocument),
        };

        SignatureExplanation explanation = SignatureExplainer.Explain(
            plan, request, [Rows.Key(row, ours.Secret), Rows.Key(row, theirs.Secret)], 1, [], Now);

        Assert.Equal(SignatureCause.EndedSecret, explanation.Cause);
    }

    private static CapturedRequest Request(string sender, string body, params (string Name, string Value)[] headers) => new(
        Rows.Get(sender), "POST", null, "", "application/json", BodyFormat.Json, [.. headers.Select(header => new KeyValuePair<string, string>(header.Name, header.Value))], Encoding.UTF8.GetBytes(body));

    private static CapturedRequest Sign(string sender, string body, string secret, string? url = null, DateTimeOffset? signedAt = null)
    {
        SenderDefinition row = Rows.Get(sender);
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        SignedRequest signed = SenderPlan.Compile(row).Sign(new SigningInput(bytes, "msg_1", signedAt ?? Now, url), Rows.Key(row, secret));
        return new CapturedRequest(row, "POST", url, "", "application/json", BodyFormat.Json, signed.Headers, bytes);
    }

    private static SignatureCause Explain(string sender, CapturedRequest request, string secret, string[]? ended = null) =>
        ExplainWhole(sender, request, [secret, .. ended ?? []], 1, []).Cause;

    private static SignatureExplanation ExplainWhole(
        string sender, CapturedRequest request, string[] secrets, int live, (string Source, string Sender, string Secret)[] others)
    {
        SenderDefinition row = Rows.Get(sender);
        return SignatureExplainer.Explain(
            SenderPlan.Compile(row),
            request with { Row = row },
            [.. secrets.Select(secret => Rows.Key(row, secret))],
            live,
            [.. others.Select(other => new KeyValuePair<string, SenderKey>(other.Source, Rows.Key(Rows.Get(other.Sender), other.Secret)))],
            Now);
    }
}
