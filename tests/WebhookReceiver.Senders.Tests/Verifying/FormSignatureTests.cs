using System.Security.Cryptography;
using System.Text;

namespace WebhookReceiver.Senders.Tests;

/// <summary>Signatures of a URL and a form (Twilio, Plivo, Mandrill), of a query, and of headers that the sender lists.</summary>
public sealed class FormSignatureTests
{
    private const string Secret = "an-auth-token-0123456789";
    private const string Form = "application/x-www-form-urlencoded";
    private const string Body = """{"a":1}""";

    private static readonly SenderPlan Twilio = SenderPlan.Compile(Rows.Get("twilio"));
    private static readonly string Digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Body)));

    [Fact]
    public void JsonBody_WithItsDigestInTheQuery_IsVerifiedByTheFirstScheme()
    {
        SignatureVerdict verdict = VerifyTwilio(Body, "application/json", "bodySHA256=" + Digest);

        Assert.Equal((SignatureOutcome.Verified, 0), (verdict.Outcome, verdict.SchemeIndex));
    }

    [Fact]
    public void JsonBody_WithItsDigestInUpperCase_IsVerified() =>
        Assert.Equal(SignatureOutcome.Verified, VerifyTwilio(Body, "application/json", "bodySHA256=" + Digest.ToUpperInvariant()).Outcome);

    [Fact]
    public void JsonBody_OtherThanThatOfTheDigest_IsADigestMismatch() =>
        Assert.Equal(SignatureOutcome.DigestMismatch, VerifyTwilio("""{"a":2}""", "application/json", "bodySHA256=" + Digest).Outcome);

    [Theory]
    [InlineData("")]
    [InlineData("bodySHA256")]
    [InlineData("bodySHA256=")]
    [InlineData("bodysha256={0}")]
    [InlineData("bodySHA256={0}&bodySHA256={0}")]
    [InlineData("bodySHA256={0}&%62odySHA256=")]
    public void JsonBody_WithoutOneDigest_IsRefusedThoughTheUrlIsSigned(string query) =>
        Assert.NotEqual(SignatureOutcome.Verified, VerifyTwilio(Body, "application/json", string.Format(null, query, Digest)).Outcome);

    [Fact]
    public void Form_OfTwilio_IsVerifiedByTheSecondScheme()
    {
        SignatureVerdict verdict = VerifyTwilio("b=2&a=1&a=1&a=0&c=%20", Form, "x=y", "a0a1b2c ");

        Assert.Equal((SignatureOutcome.Verified, 1), (verdict.Outcome, verdict.SchemeIndex));
    }

    [Theory]
    [InlineData("a=1", Form)]
    [InlineData(Body, "application/json")]
    public void Body_AddedToASignedUrl_IsRefused(string body, string contentType)
    {
        // An empty form is signed like the URL alone: another body must not take its signature.
        Assert.Equal(SignatureOutcome.Verified, VerifyTwilio("", Form, "").Outcome);
        Assert.NotEqual(SignatureOutcome.Verified, VerifyTwilio(body, contentType, "").Outcome);
    }

    [Fact]
    public void JsonBody_BesideASignedUrlOfPlivo_IsRefused()
    {
        var plan = SenderPlan.Compile(Rows.Get("plivo"));
        string signature = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(Delivery.PublicUrl + ".n1")));
        (string, string)[] headers = [("X-Plivo-Signature-V3", signature), ("X-Plivo-Signature-V3-Nonce", "n1")];
        byte[] body = Encoding.UTF8.GetBytes(Body);
        using RequestContent? form = TestRequest.Parse(plan.Definition, [], Form);
        using RequestContent? json = TestRequest.Parse(plan.Definition, body, "application/json");
        var empty = new TestRequest([], headers, Delivery.PublicUrl, content: form);
        var full = new TestRequest(body, headers, Delivery.PublicUrl, content: json);
        SenderKey key = Rows.Key(plan.Definition, Secret);

        Assert.Equal(SignatureOutcome.Verified, plan.Verify(in empty, [key], Delivery.SignedAt).Outcome);
        Assert.Equal(SignatureOutcome.ContentMissing, plan.Verify(in full, [key], Delivery.SignedAt).Outcome);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x-contentful-timestamp")]
    [InlineData("x-contentful-signed-headers")]
    public void ContentfulHeaders_ThatDoNotListThemselves_AreRefusedThoughNothingIsSigned(string? list)
    {
        var plan = SenderPlan.Compile(Rows.Get("contentful"));
        SenderKey key = Rows.Key(plan.Definition, Secret);
        string signatureOfNothing = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), ""u8));
        (string, string)[] headers = [("x-contentful-signature", signatureOfNothing), ("x-contentful-timestamp", "1700000000000")];
        var request = new TestRequest(
            Encoding.UTF8.GetBytes(Body), list is null ? headers : [.. headers, ("x-contentful-signed-headers", list)], Delivery.PublicUrl);

        Assert.Equal(SignatureOutcome.ContentMissing, plan.Verify(in request, [key], Delivery.SignedAt).Outcome);
    }

    [Theory]
    [InlineData("", SignatureOutcome.Verified)]
    [InlineData("a=1", SignatureOutcome.SignatureMismatch)]
    [InlineData("a=%ff", SignatureOutcome.SignatureMismatch)]
    [InlineData("many", SignatureOutcome.SignatureMismatch)]
    public void Query_AddedToASignedRequestOfMessageBird_IsAMismatch(string query, SignatureOutcome expected)
    {
        var plan = SenderPlan.Compile(Rows.Get("messagebird-legacy"));
        byte[] body = Encoding.UTF8.GetBytes(Body);
        byte[] content = [.. "1700000000\n\n"u8, .. SHA256.HashData(body)];
        (string, string)[] headers =
        [
            ("MessageBird-Request-Timestamp", "1700000000"),
            ("MessageBird-Signature", Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), content))),
        ];
        var request = new TestRequest(
            body, headers, Delivery.PublicUrl, query == "many" ? string.Join('&', Enumerable.Range(0, 1025).Select(i => $"a{i}=1")) : query);

        Assert.Equal(expected, plan.Verify(in request, [Rows.Key(plan.Definition, Secret)], Delivery.SignedAt).Outcome);
    }

    private static SignatureVerdict VerifyTwilio(string body, string contentType, string query, string signedForm = "")
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        string url = Delivery.PublicUrl + (query.Length > 0 ? "?" + query : "");
#pragma warning disable CA5350 // Twilio's own hash.
        string signature = Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(url + signedForm)));
#pragma warning restore CA5350
        using RequestContent? content = TestRequest.Parse(Twilio.Definition, bytes, contentType);
        var request = new TestRequest(bytes, [("X-Twilio-Signature", signature)], Delivery.PublicUrl, query, content: content);
        return Twilio.Verify(in request, [Rows.Key(Twilio.Definition, Secret)], Delivery.SignedAt);
    }
}
