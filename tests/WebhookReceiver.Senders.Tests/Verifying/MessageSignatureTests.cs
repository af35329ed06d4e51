using System.Security.Cryptography;
using System.Text;

namespace WebhookReceiver.Senders.Tests;

/// <summary>HTTP message signatures (RFC 9421): the RFC's own, and what does not hold.</summary>
public sealed class MessageSignatureTests
{
    private const string Body = """{"hello": "world"}""";
    private const string Url = "https://example.com/foo";
    private const string Query = "param=Value&Pet=dog";
    private const string Digest = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
    private const string Secret = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";
    private const string Covered = "(\"@method\" \"@target-uri\" \"content-digest\")";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_618_884_480);

    private static readonly (string, string)[] Headers =
    [
        ("Host", "example.com"), ("Date", "Tue, 20 Apr 2021 02:07:55 GMT"), ("Content-Type", "application/json"), ("Content-Length", "18"),
        ("Content-Digest", "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"),
    ];

    [Fact]
    public void PublishedHmac_OfTheRfc_IsVerified() => Assert.Equal(
        SignatureOutcome.Verified,
        Verify(
            Plan("hmac-sha256", KeyRule.Base64, "date", "@authority", "content-type"),
            Secret,
            "sig-b25=(\"date\" \"@authority\" \"content-type\");created=1618884473;keyid=\"test-shared-secret\"",
            "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:",
            Headers));

    [Fact]
    public void PublishedEd25519_OfTheRfc_IsVerified() => Assert.Equal(
        SignatureOutcome.Verified,
        Verify(
            Plan("ed25519", KeyRule.Base64, "date", "@method", "@path", "@authority", "content-type", "content-length"),
            "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=",
            "sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"",
            "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
            Headers));

    [Theory]
    [InlineData(Covered + ";created=1618884473", SignatureOutcome.Verified)]
    [InlineData("(\"content-digest\" \"@target-uri\" \"@method\");created=1618884473", SignatureOutcome.Verified)]
    [InlineData("(\"@method\" \"@target-uri\" \"content-digest\" \"@query\" \"@scheme\" \"@authority\" \"@path\" \"@request-target\");created=1618884473", SignatureOutcome.Verified)]
    [InlineData(Covered + ";created=1618884473;alg=\"hmac-sha256\"", SignatureOutcome.Verified)]
    [InlineData(Covered + ";created=1618884473;keyid=\"a \\\"quoted\\\" \\\\ one;(),\"", SignatureOutcome.Verified)]
    [InlineData(Covered + ";created=1618884473;expires=1618884481", SignatureOutcome.Verified)]
    [InlineData(Covered + ";created=1618884473;expires=1618884480", SignatureOutcome.TimestampStale)]
    [InlineData(Covered + ";created=1618884473;expires=soon", SignatureOutcome.TimestampStale)]
    [InlineData(Covered + ";created=1618884473;expires", SignatureOutcome.TimestampStale)]
    [InlineData(Covered + ";created=1618884179", SignatureOutcome.TimestampStale)]
    [InlineData(Covered + ";created=1618884781", SignatureOutcome.TimestampAhead)]
    [InlineData(Covered + ";created=soon", SignatureOutcome.TimestampMalformed)]
    [InlineData(Covered + ";created", SignatureOutcome.TimestampMalformed)]
    [InlineData(Covered, SignatureOutcome.ContentMissing)]
    [InlineData(Covered + ";created=1618884473;created=1618884473", SignatureOutcome.SignatureMalformed)]
    [InlineData(Covered + ";created=1618884473;alg=\"ed25519\"", SignatureOutcome.ClaimMismatch)]
    [InlineData(Covered + ";created=1618884473;alg=\"none\"", SignatureOutcome.ClaimMismatch)]
    [InlineData("();created=1618884473", SignatureOutcome.ClaimMismatch)]
    [InlineData("(\"@method\" \"@target-uri\");created=1618884473", SignatureOutcome.ClaimMismatch)]
    [InlineData("(\"@target-uri\" \"content-digest\");created=1618884473", SignatureOutcome.ClaimMismatch)]
    [InlineData("(\"@method\" \"@target-uri\" \"content-digest\" \"x-absent\");created=1618884473", SignatureOutcome.ContentMissing)]
    [InlineData("(\"@method\" \"@target-uri\" \"content-digest\" \"@status\");created=1618884473", SignatureOutcome.ContentMissing)]
    [InlineData("(\"@method\" \"@target-uri\" \"content-digest\" \"Date\");created=1618884473", SignatureOutcome.ContentMissing)]
    [InlineData("(\"@method\" \"@method\" \"@target-uri\" \"content-digest\");created=1618884473", SignatureOutcome.SignatureMalformed)]
    [InlineData("(\"@method\" \"@target-uri\" \"content-digest\";req);created=1618884473", SignatureOutcome.SignatureMalformed)]
    [InlineData("(\"@method\" \"@target-uri\" \"content-digest\";key=\"a)b\");created=1618884473", SignatureOutcome.SignatureMalformed)]
    [InlineData("(@method \"@target-uri\" \"content-digest\");created=1618884473", SignatureOutcome.SignatureMalformed)]
    [InlineData("\"@method\";created=1618884473", SignatureOutcome.SignatureMalformed)]
    [InlineData("(\"@method\" \"@target-uri\" \"content-digest\"", SignatureOutcome.SignatureMalformed)]
    [InlineData("(\"@method\" \"@target-uri\" \"content-digest)", SignatureOutcome.SignatureMalformed)]
    [InlineData("(\"@method\" \"@target-uri\" \"content-digest\") ;created=1618884473", SignatureOutcome.SignatureMalformed)]
    public void SignatureInput_ThatTheKeySigned_HasItsVerdict(string input, SignatureOutcome expected) => Assert.Equal(expected, VerifySigned(input));

    [Fact]
    public void Signature_OfAnotherLabel_IsMalformed()
    {
        SenderPlan plan = Ordinary();
        string mac = Sign(Base(Covered + ";created=1618884473"));

        Assert.Equal(SignatureOutcome.Verified, Verify(plan, Secret, $"a={Covered};created=1618884473", $"a=:{mac}:", WithDigest()));
        Assert.Equal(SignatureOutcome.SignatureMalformed, Verify(plan, Secret, $"a={Covered};created=1618884473", $"b=:{mac}:", WithDigest()));
        Assert.Equal(SignatureOutcome.SignatureMalformed, Verify(plan, Secret, $"a={Covered};created=1618884473", $"a={mac}", WithDigest()));
        Assert.Equal(SignatureOutcome.SignatureMalformed, Verify(plan, Secret, $"a={Covered};created=1618884473", $"a=:{mac}:, a=:{mac}:", WithDigest()));
    }

    [Fact]
    public void Signatures_OfWhichOneHolds_AreVerifiedInEitherOrder()
    {
        string mac = Sign(Base(Covered + ";created=1618884473"));
        string wrong = Convert.ToBase64String(new byte[32]);
        string input = $"a={Covered};created=1618884473, b={Covered};created=1618884473";

        Assert.Equal(SignatureOutcome.Verified, Verify(Ordinary(), Secret, input, $"a=:{mac}:, b=:{wrong}:", WithDigest()));
        Assert.Equal(SignatureOutcome.Verified, Verify(Ordinary(), Secret, input, $"b=:{mac}:,a=:{wrong}:", WithDigest()));
        Assert.Equal(SignatureOutcome.SignatureMismatch, Verify(Ordinary(), Secret, input, $"b=:{wrong}:,a=:{wrong}:", WithDigest()));
    }

    [Fact]
    public void SignatureInput_Absent_IsMissingContent()
    {
        var request = new TestRequest(Encoding.UTF8.GetBytes(Body), [.. WithDigest(), ("Signature", "a=:AAAA:")], Url, Query);

        Assert.Equal(SignatureOutcome.ContentMissing, Ordinary().Verify(in request, [Rows.Key(Ordinary().Definition, Secret)], Now).Outcome);
    }

    [Fact]
    public void SignatureInput_Twice_IsADuplicate() => Assert.Equal(
        SignatureOutcome.HeaderDuplicated,
        VerifySigned(Covered + ";created=1618884473", [.. WithDigest(), ("signature-input", "x=()")]));

    [Theory]
    [InlineData("sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:", SignatureOutcome.Verified)]
    [InlineData("sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:", SignatureOutcome.Verified)]
    [InlineData("md5=:AAAA:, sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:", SignatureOutcome.Verified)]
    [InlineData("sha-512=:AAAA:, sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:", SignatureOutcome.DigestMismatch)]
    [InlineData("sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:", SignatureOutcome.DigestMismatch)]
    [InlineData("sha-256=::", SignatureOutcome.DigestMismatch)]
    [InlineData("md5=:AAAA:", SignatureOutcome.DigestMismatch)]
    [InlineData("SHA-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:", SignatureOutcome.DigestMismatch)]
    [InlineData("sha-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=", SignatureOutcome.DigestMismatch)]
    [InlineData("", SignatureOutcome.DigestMismatch)]
    public void ContentDigest_ThatTheKeySigned_HasItsVerdict(string digest, SignatureOutcome expected) =>
        Assert.Equal(expected, VerifySigned(Covered + ";created=1618884473", WithDigest(digest), digest));

    [Fact]
    public void Body_OtherThanThatOfTheDigest_IsADigestMismatch()
    {
        string mac = Sign(Base(Covered + ";created=1618884473"));

        Assert.Equal(
            SignatureOutcome.DigestMismatch,
            Verify(Ordinary(), Secret, $"a={Covered};created=1618884473", $"a=:{mac}:", WithDigest(), body: """{"hello": "World"}"""));
    }

    [Fact]
    public void CoveredHeader_InSeveralLines_IsJoinedAsTheRfcSays()
    {
        const string Input = "(\"@method\" \"@target-uri\" \"content-digest\" \"x-list\");created=1618884473";
        string content = Base(Input).Replace("\"@signature-params\"", "\"x-list\": one, two, three\n\"@signature-params\"", StringComparison.Ordinal);

        (string, string)[] headers = [.. WithDigest(), ("X-List", " one "), ("Other", "x"), ("x-list", "two, three\t")];
        (string, string)[] swapped = [.. WithDigest(), ("x-list", "two, three"), ("X-List", "one")];

        Assert.Equal(SignatureOutcome.Verified, Verify(Ordinary(), Secret, "a=" + Input, $"a=:{Sign(content)}:", headers));
        Assert.Equal(SignatureOutcome.SignatureMismatch, Verify(Ordinary(), Secret, "a=" + Input, $"a=:{Sign(content)}:", swapped));
    }

    [Fact]
    public void Url_NotConfigured_IsUnknown() => Assert.Equal(
        SignatureOutcome.UrlUnknown,
        Verify(Ordinary(), Secret, $"a={Covered};created=1618884473", $"a=:{Sign(Base(Covered + ";created=1618884473"))}:", WithDigest(), url: null));

    private static SignatureOutcome VerifySigned(string input, (string, string)[]? headers = null, string digest = Digest) =>
        Verify(Ordinary(), Secret, "a=" + input, $"a=:{Sign(Base(input, digest))}:", headers ?? WithDigest());

    /// <summary>The signature base of the components that are named, in their order, as RFC 9421 2.5 writes it.</summary>
    private static string Base(string input, string digest = Digest)
    {
        (string Name, string Value)[] values =
        [
            ("@method", "POST"), ("@target-uri", $"{Url}?{Query}"), ("content-digest", digest), ("@query", "?" + Query), ("@scheme", "https"),
            ("@authority", "example.com"), ("@path", "/foo"), ("@request-target", "/foo?" + Query),
        ];
        var lines = values.Select(value => (At: input.IndexOf($"\"{value.Name}\"", StringComparison.Ordinal), Line: $"\"{value.Name}\": {value.Value}\n"))
            .Where(line => line.At >= 0).OrderBy(line => line.At).Select(line => line.Line);
        return string.Concat(lines) + "\"@signature-params\": " + input;
    }

    private static string Sign(string content) =>
        Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Secret), Encoding.UTF8.GetBytes(content)));

    private static (string, string)[] WithDigest(string digest = Digest) => [("Content-Type", "application/json"), ("Content-Digest", digest)];

    private static SenderPlan Ordinary() => SenderPlan.Compile(Rows.Get("http-message-signatures-hmac"));

    private static SenderPlan Plan(string algorithm, KeyRule key, params string[] components)
    {
        SenderDefinition row = Rows.Get("http-message-signatures-hmac");
        return SenderPlan.Compile(row with { Schemes = [row.Schemes[0] with { Algorithm = algorithm, Key = key, Components = components }] });
    }

    private static SignatureOutcome Verify(
        SenderPlan plan, string secret, string input, string signature, (string, string)[] headers, string body = Body, string? url = Url)
    {
        var request = new TestRequest(Encoding.UTF8.GetBytes(body), [.. headers, ("Signature-Input", input), ("Signature", signature)], url, Query);
        return plan.Verify(in request, [Rows.Key(plan.Definition, secret)], Now).Outcome;
    }
}
