using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace WebhookReceiver.Senders.Tests;

/// <summary>A JSON Web Token with the digest of the body: what a stranger, or a careless sender, can put into one.</summary>
public sealed class JwtTests
{
    private const string Header = """{"alg":"HS256","typ":"JWT"}""";
    private const string Body = """{"a":1}""";

    private static readonly SenderPlan Plan = SenderPlan.Compile(Rows.Get("vonage"));
    private static readonly SenderKey Key = Rows.Key(Plan.Definition, Delivery.Secret);
    private static readonly string BodyDigest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Body)));
    private static readonly string Claims = $$"""{"iat":1700000000,"payload_hash":"{{BodyDigest}}"}""";

    [Fact]
    public void Token_OfTheSender_IsVerified() => Assert.Equal(SignatureOutcome.Verified, Verify("Bearer " + Token(Header, Claims)));

    [Theory]
    [InlineData("bearer ")]
    [InlineData("BEARER ")]
    public void AuthenticationScheme_InAnotherCase_IsTheSame(string prefix) =>
        Assert.Equal(SignatureOutcome.Verified, Verify(prefix + Token(Header, Claims)));

    [Theory]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Basic ")]
    [InlineData("Bearer  ")]
    [InlineData("Bearer Bearer ")]
    [InlineData("\u212aearer ")]
    public void AuthenticationScheme_MissingOrAnother_IsMalformed(string prefix) =>
        Assert.Equal(SignatureOutcome.SignatureMalformed, Verify(prefix + Token(Header, Claims)));

    [Theory]
    [InlineData("""{"alg":"none"}""", SignatureOutcome.ClaimMismatch)]
    [InlineData("""{"alg":"None"}""", SignatureOutcome.ClaimMismatch)]
    [InlineData("""{"alg":"hs256"}""", SignatureOutcome.ClaimMismatch)]
    [InlineData("""{"alg":"HS512"}""", SignatureOutcome.ClaimMismatch)]
    [InlineData("""{"alg":"RS256"}""", SignatureOutcome.ClaimMismatch)]
    [InlineData("""{"alg":""}""", SignatureOutcome.ClaimMismatch)]
    [InlineData("""{"alg":null}""", SignatureOutcome.SignatureMalformed)]
    [InlineData("""{"alg":["HS256"]}""", SignatureOutcome.SignatureMalformed)]
    [InlineData("""{"typ":"JWT"}""", SignatureOutcome.SignatureMalformed)]
    [InlineData("""{"alg":"HS256","alg":"HS256"}""", SignatureOutcome.SignatureMalformed)]
    [InlineData("""{"alg":"none","alg":"HS256"}""", SignatureOutcome.SignatureMalformed)]
    [InlineData("""{"alg":"HS256","crit":["exp"]}""", SignatureOutcome.SignatureMalformed)]
    [InlineData("""{"alg":"HS256","crit":[]}""", SignatureOutcome.SignatureMalformed)]
    [InlineData("""{"alg":"HS256","x":"\ud800"}""", SignatureOutcome.Verified)]
    [InlineData("""{"alg":"HS256","\ud800":1}""", SignatureOutcome.SignatureMalformed)]
    [InlineData("""{"alg":"HS256","jwk":{"kty":"oct","k":"AAAA"}}""", SignatureOutcome.Verified)]
    [InlineData("""["HS256"]""", SignatureOutcome.SignatureMalformed)]
    [InlineData("", SignatureOutcome.SignatureMalformed)]
    public void Header_ThatIsNotTheRows_IsRefused(string header, SignatureOutcome expected) =>
        Assert.Equal(expected, Verify("Bearer " + Token(header, Claims)));

    [Fact]
    public void UnsignedToken_WithAnEmptySignature_IsRefused() =>
        Assert.Equal(SignatureOutcome.ClaimMismatch, Verify($"Bearer {Encode("""{"alg":"none"}""")}.{Encode(Claims)}."));

    [Fact]
    public void RightHeader_WithAnEmptySignature_IsAMismatch() =>
        Assert.Equal(SignatureOutcome.SignatureMismatch, Verify($"Bearer {Encode(Header)}.{Encode(Claims)}."));

    [Theory]
    [InlineData("\"exp\":1700000000", SignatureOutcome.Verified)]
    [InlineData("\"exp\":1699999941", SignatureOutcome.TimestampStale)]
    [InlineData("\"exp\":1699999942.5", SignatureOutcome.Verified)]
    [InlineData("\"exp\":1.7e9", SignatureOutcome.Verified)]
    [InlineData("\"exp\":0", SignatureOutcome.TimestampStale)]
    [InlineData("\"exp\":\"1800000000\"", SignatureOutcome.ClaimMismatch)]
    [InlineData("\"exp\":true", SignatureOutcome.ClaimMismatch)]
    [InlineData("\"exp\":null", SignatureOutcome.ClaimMismatch)]
    [InlineData("\"exp\":[1800000000]", SignatureOutcome.ClaimMismatch)]
    [InlineData("\"exp\":-1", SignatureOutcome.ClaimMismatch)]
    [InlineData("\"exp\":1e400", SignatureOutcome.ClaimMismatch)]
    [InlineData("\"exp\":99999999999999999999", SignatureOutcome.ClaimMismatch)]
    [InlineData("\"nbf\":1700000061", SignatureOutcome.Verified)]
    [InlineData("\"nbf\":1700000062", SignatureOutcome.TimestampAhead)]
    [InlineData("\"nbf\":\"0\"", SignatureOutcome.ClaimMismatch)]
    [InlineData("\"nbf\":{}", SignatureOutcome.ClaimMismatch)]
    [InlineData("\"iat\":1700000000", SignatureOutcome.SignatureMalformed)]
    [InlineData("\"exp\":1800000000,\"exp\":1", SignatureOutcome.SignatureMalformed)]
    [InlineData("\"x\":[[[[[[[[[[1]]]]]]]]]]", SignatureOutcome.SignatureMalformed)]
    public void Claim_BesideTheRows_IsJudged(string claim, SignatureOutcome expected) =>
        Assert.Equal(expected, Verify("Bearer " + Token(Header, Claims.Insert(1, claim + ","))));

    [Theory]
    [InlineData("1699999701", SignatureOutcome.Verified)]
    [InlineData("1699999700", SignatureOutcome.TimestampStale)]
    [InlineData("1700000302", SignatureOutcome.TimestampAhead)]
    [InlineData("\"1700000000\"", SignatureOutcome.Verified)]
    [InlineData("\"yesterday\"", SignatureOutcome.TimestampMalformed)]
    [InlineData("99999999999999999999", SignatureOutcome.TimestampMalformed)]
    [InlineData("-1700000000", SignatureOutcome.TimestampMalformed)]
    [InlineData("true", SignatureOutcome.TimestampMalformed)]
    [InlineData("null", SignatureOutcome.ContentMissing)]
    [InlineData("{}", SignatureOutcome.ContentMissing)]
    public void IssuedAt_WrongOrOld_IsRefused(string iat, SignatureOutcome expected) =>
        Assert.Equal(expected, Verify("Bearer " + Token(Header, Claims.Replace("1700000000", iat, StringComparison.Ordinal))));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"iat":1700000000}""")]
    public void ClaimThatTheRowReads_Absent_IsMissing(string claims) =>
        Assert.Equal(SignatureOutcome.ContentMissing, Verify("Bearer " + Token(Header, claims)));

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("zz")]
    [InlineData("\u0130")]
    public void BodyDigest_OfAnotherForm_IsADigestMismatch(string digest) =>
        Assert.Equal(SignatureOutcome.DigestMismatch, Verify("Bearer " + Token(Header, Claims.Replace(BodyDigest, digest, StringComparison.Ordinal))));

    [Fact]
    public void BodyDigest_OfAnotherBody_IsADigestMismatch() =>
        Assert.Equal(SignatureOutcome.DigestMismatch, Verify("Bearer " + Token(Header, Claims), body: """{"a":2}"""));

    [Fact]
    public void BodyDigest_InUpperCase_IsTheSame() =>
        Assert.Equal(
            SignatureOutcome.Verified,
            Verify("Bearer " + Token(Header, Claims.Replace(BodyDigest, BodyDigest.ToUpperInvariant(), StringComparison.Ordinal))));

    [Theory]
    [InlineData("{0}=.{1}.{2}")]
    [InlineData("{0}.{1}==.{2}")]
    [InlineData("{0}.{1}.{2}=")]
    [InlineData("{0}.{1}.{2}\n")]
    [InlineData("{0}. {1}.{2}")]
    [InlineData("{0}.{1}")]
    [InlineData("{0}.{1}.{2}.")]
    [InlineData("{0}.{1}.{2}.AAAA.AAAA")]
    [InlineData("..")]
    [InlineData(".{1}.{2}")]
    [InlineData("{0}..{2}")]
    [InlineData("{0}.{1}.!")]
    [InlineData("{0}.{1}.\u00e9")]
    [InlineData("{0}.{1}.A")]
    public void Token_OfAnotherForm_IsMalformed(string format)
    {
        string[] parts = Token(Header, Claims).Split('.');

        Assert.Equal(SignatureOutcome.SignatureMalformed, Verify("Bearer " + string.Format(null, format, parts[0], parts[1], parts[2])));
    }

    [Fact]
    public void Signature_WithSpareBitsSet_IsMalformed()
    {
        string token = Token(Header, Claims);
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

        Assert.Equal(SignatureOutcome.SignatureMalformed, Verify($"Bearer {token[..^1]}{Alphabet[Alphabet.IndexOf(token[^1], StringComparison.Ordinal) | 1]}"));
    }

    [Fact]
    public void Token_InTwoHeaders_IsADuplicate()
    {
        string token = "Bearer " + Token(Header, Claims);
        var request = new TestRequest(Encoding.UTF8.GetBytes(Body), [("Authorization", token), ("authorization", token)]);

        Assert.Equal(SignatureOutcome.HeaderDuplicated, Plan.Verify(in request, [Key], Delivery.SignedAt).Outcome);
    }

    [Fact]
    public void Token_LongerThanEightKibibytes_IsMalformed()
    {
        string claims = Claims.Insert(1, $"\"x\":\"{new string('x', 9000)}\",");

        Assert.Equal(SignatureOutcome.SignatureMalformed, Verify("Bearer " + Token(Header, claims)));
    }

    [Fact]
    public void PublicKey_UsedAsTheSecretOfAnHmac_SignsNothing()
    {
        using var rsa = RSA.Create(2048);
        byte[] info = rsa.ExportSubjectPublicKeyInfo();
        SenderDefinition row = Plan.Definition;
        var plan = SenderPlan.Compile(row with { Schemes = [row.Schemes[0] with { Algorithm = "RS256", Key = KeyRule.PublicKey }] });
        SenderKey key = Rows.Key(plan.Definition, Convert.ToBase64String(info));
        string right = $"{Encode("""{"alg":"RS256"}""")}.{Encode(Claims)}";
        right += "." + Base64Url.EncodeToString(rsa.SignData(Encoding.ASCII.GetBytes(right), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        byte[][] secrets = [info, Encoding.ASCII.GetBytes(Convert.ToBase64String(info)), Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem())];

        Assert.Equal(SignatureOutcome.Verified, Verify("Bearer " + right, plan, key));
        Assert.All(secrets, secret => Assert.Equal(SignatureOutcome.ClaimMismatch, Verify("Bearer " + Token(Header, Claims, secret), plan, key)));
        Assert.All(secrets, secret => Assert.Equal(SignatureOutcome.SignatureMismatch, Verify("Bearer " + Token("""{"alg":"RS256"}""", Claims, secret), plan, key)));
    }

    [Fact]
    public void ClaimOfTheRow_WithAnotherValue_IsRefused()
    {
        SenderDefinition row = Plan.Definition;
        var plan = SenderPlan.Compile(row with { Schemes = [row.Schemes[0] with { Claims = new Dictionary<string, string> { ["iss"] = "Vonage" } }] });

        Assert.Equal(SignatureOutcome.ClaimMismatch, Verify("Bearer " + Token(Header, Claims), plan));
        Assert.Equal(SignatureOutcome.ClaimMismatch, Verify("Bearer " + Token(Header, Claims.Insert(1, "\"iss\":\"vonage\",")), plan));
        Assert.Equal(SignatureOutcome.ClaimMismatch, Verify("Bearer " + Token(Header, Claims.Insert(1, "\"iss\":[\"Vonage\"],")), plan));
        Assert.Equal(SignatureOutcome.Verified, Verify("Bearer " + Token(Header, Claims.Insert(1, "\"iss\":\"Vonage\",")), plan));
    }

    private static SignatureOutcome Verify(string header, SenderPlan? plan = null, SenderKey? key = null, string body = Body)
    {
        var request = new TestRequest(Encoding.UTF8.GetBytes(body), [("Authorization", header)]);
        return (plan ?? Plan).Verify(in request, [key ?? Key], Delivery.SignedAt.AddSeconds(1)).Outcome;
    }

    private static string Token(string header, string claims, byte[]? secret = null)
    {
        string signed = $"{Encode(header)}.{Encode(claims)}";
        return signed + "." + Base64Url.EncodeToString(HMACSHA256.HashData(secret ?? Key.For(0).Bytes, Encoding.ASCII.GetBytes(signed)));
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
