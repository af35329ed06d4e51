using System.Text;

namespace WebhookReceiver.Senders.Tests;

/// <summary>Proofs that are the secret itself: a token, once or in each element of a document, and HTTP Basic.</summary>
public sealed class TokenTests
{
    private const string Secret = "a-token-of-the-team-01";

    private static readonly SenderPlan Graph = SenderPlan.Compile(Rows.Get("microsoft-graph"));
    private static readonly SenderPlan Basic = SenderPlan.Compile(Rows.Get("basic"));

    [Theory]
    [InlineData("Bearer a-token-of-the-team-01", SignatureOutcome.Verified)]
    [InlineData("bearer a-token-of-the-team-01", SignatureOutcome.Verified)]
    [InlineData("Bearer a-token-of-the-team-0", SignatureOutcome.SignatureMismatch)]
    [InlineData("Bearer a-token-of-the-team-011", SignatureOutcome.SignatureMismatch)]
    [InlineData("Bearer A-token-of-the-team-01", SignatureOutcome.SignatureMismatch)]
    [InlineData("Bearer  a-token-of-the-team-01", SignatureOutcome.SignatureMismatch)]
    [InlineData("Bearer a-token-of-the-team-01 ", SignatureOutcome.SignatureMismatch)]
    [InlineData("Bearer ", SignatureOutcome.SignatureMismatch)]
    [InlineData("Bearer", SignatureOutcome.SignatureMismatch)]
    [InlineData("", SignatureOutcome.SignatureMismatch)]
    [InlineData("a-token-of-the-team-01", SignatureOutcome.SignatureMismatch)]
    [InlineData("Token a-token-of-the-team-01", SignatureOutcome.SignatureMismatch)]
    public void Token_AfterItsPrefix_IsComparedWhole(string header, SignatureOutcome expected) =>
        Assert.Equal(expected, VerifyHeader(SenderPlan.Compile(Rows.Get("alertmanager")), header, Secret));

    [Fact]
    public void Token_InTwoHeaders_IsADuplicate()
    {
        var plan = SenderPlan.Compile(Rows.Get("alertmanager"));
        var request = new TestRequest([], [("Authorization", "Bearer " + Secret), ("authorization", "Bearer " + Secret)]);

        Assert.Equal(SignatureOutcome.HeaderDuplicated, plan.Verify(in request, [Rows.Key(plan.Definition, Secret)], Delivery.SignedAt).Outcome);
    }

    [Fact]
    public void Token_InAQueryTwice_IsNone()
    {
        var plan = SenderPlan.Compile(Rows.Get("azure-event-grid"));
        SenderKey key = Rows.Key(plan.Definition, Secret);
        var once = new TestRequest([], [], query: "secret=" + Secret);
        var twice = new TestRequest([], [], query: $"secret={Secret}&%73ecret={Secret}");

        Assert.Equal(SignatureOutcome.Verified, plan.Verify(in once, [key], Delivery.SignedAt).Outcome);
        Assert.Equal(SignatureOutcome.SignatureMissing, plan.Verify(in twice, [key], Delivery.SignedAt).Outcome);
    }

    [Theory]
    [InlineData("""{"value":[{"clientState":"a-token-of-the-team-01"}]}""", SignatureOutcome.Verified)]
    [InlineData("""{"value":[{"clientState":"a-token-of-the-team-01"},{"clientState":"a-token-of-the-team-01"}]}""", SignatureOutcome.Verified)]
    [InlineData("""{"value":[{"clientState":"a-token-of-the-team-01"},{"clientState":"another"}]}""", SignatureOutcome.SignatureMismatch)]
    [InlineData("""{"value":[{"clientState":"another"},{"clientState":"a-token-of-the-team-01"}]}""", SignatureOutcome.SignatureMismatch)]
    [InlineData("""{"value":[{"clientState":"a-token-of-the-team-01"},{"id":"x"}]}""", SignatureOutcome.SignatureMismatch)]
    [InlineData("""{"value":[{"clientState":"a-token-of-the-team-01"},"x"]}""", SignatureOutcome.SignatureMismatch)]
    [InlineData("""{"value":[{"clientState":"a-token-of-the-team-01"},{"clientState":null}]}""", SignatureOutcome.SignatureMismatch)]
    [InlineData("""{"value":[{"clientState":["a-token-of-the-team-01"]}]}""", SignatureOutcome.SignatureMismatch)]
    [InlineData("""{"value":[{"clientState":"\ud800"}]}""", SignatureOutcome.SignatureMismatch)]
    [InlineData("""{"value":[{"clientState":""}]}""", SignatureOutcome.SignatureMismatch)]
    [InlineData("""{"value":[]}""", SignatureOutcome.SignatureMissing)]
    [InlineData("""{"value":{}}""", SignatureOutcome.SignatureMissing)]
    [InlineData("""{"value":"a-token-of-the-team-01"}""", SignatureOutcome.SignatureMissing)]
    [InlineData("""{"value":null}""", SignatureOutcome.SignatureMissing)]
    [InlineData("""{}""", SignatureOutcome.SignatureMissing)]
    [InlineData("""[]""", SignatureOutcome.SignatureMissing)]
    [InlineData("""{"value":[{}]}""", SignatureOutcome.SignatureMissing)]
    public void TokenOfEachElement_IsRightInAll(string body, SignatureOutcome expected) => Assert.Equal(expected, VerifyBody(body));

    [Theory]
    [InlineData(9)]
    [InlineData(500)]
    public void TokenOfEachElement_InALongBatch_IsVerified(int count)
    {
        string element = $$"""{"clientState":"{{Secret}}"}""";

        Assert.Equal(SignatureOutcome.Verified, VerifyBody($$"""{"value":[{{string.Join(',', Enumerable.Repeat(element, count))}}]}"""));
        Assert.Equal(SignatureOutcome.SignatureMismatch, VerifyBody($$"""{"value":[{{string.Join(',', Enumerable.Repeat(element, count))}},{}]}"""));
    }

    [Theory]
    [InlineData("Basic aG9va3M6c2VjcmV0LTAxMjM0NTY3ODk=", SignatureOutcome.Verified)]
    [InlineData("bASIC aG9va3M6c2VjcmV0LTAxMjM0NTY3ODk=", SignatureOutcome.Verified)]
    [InlineData("Basic aG9va3M6c2VjcmV0LTAxMjM0NTY3ODg=", SignatureOutcome.SignatureMismatch)]
    [InlineData("Basic aG9va3M6", SignatureOutcome.SignatureMismatch)]
    [InlineData("Basic ", SignatureOutcome.SignatureMismatch)]
    [InlineData("Basic aG9va3M6c2VjcmV0LTAxMjM0NTY3ODk", SignatureOutcome.SignatureMalformed)]
    [InlineData("Basic  aG9va3M6c2VjcmV0LTAxMjM0NTY3ODk=", SignatureOutcome.SignatureMalformed)]
    [InlineData("Basic aG9va3M6 c2VjcmV0LTAxMjM0NTY3ODk=", SignatureOutcome.SignatureMalformed)]
    [InlineData("Basic hooks:secret-0123456789", SignatureOutcome.SignatureMalformed)]
    [InlineData("Basic", SignatureOutcome.SignatureMalformed)]
    [InlineData("Bearer aG9va3M6c2VjcmV0LTAxMjM0NTY3ODk=", SignatureOutcome.SignatureMalformed)]
    [InlineData("", SignatureOutcome.SignatureMalformed)]
    public void Basic_InEachForm_HasItsVerdict(string header, SignatureOutcome expected) =>
        Assert.Equal(expected, VerifyHeader(Basic, header, "hooks:secret-0123456789"));

    [Fact]
    public void Basic_OfAThousandCharacters_IsMalformed() =>
        Assert.Equal(SignatureOutcome.SignatureMalformed, VerifyHeader(Basic, "Basic " + new string('A', 4096), "hooks:secret-0123456789"));

    [Fact]
    public void BasicSecret_WithoutAColon_IsRefusedWhereThereIsNothingElse()
    {
        Assert.False(Basic.TryCreateKey("an-api-key-and-no-password", out _, out string? problem));
        Assert.Equal("The secret must be the user's name, a colon, and the password.", problem);
        Assert.True(SenderPlan.Compile(Rows.Get("aws-eventbridge")).TryCreateKey("an-api-key-and-no-password", out _, out _));
    }

    [Theory]
    [InlineData(ProofKind.Hmac)]
    [InlineData(ProofKind.Digest)]
    public void PointerToEachElement_OfASignature_IsRefusedInARow(ProofKind proof)
    {
        // One signature of many would be enough: an element of a stranger's could stand beside it.
        SenderDefinition row = Rows.Get("mailgun");
        SchemeDefinition scheme = row.Schemes[0] with
        {
            Proof = proof,
            Content = proof == ProofKind.Digest ? "{secret}{json:/a}" : "{json:/a}",
            Id = null,
            Timestamp = null,
            Signature = row.Schemes[0].Signature with { Pointer = "/items/*/signature" },
        };

        SenderFileException error = Assert.Throws<SenderFileException>(() => SenderPlan.Compile(row with { Schemes = [scheme] }));

        Assert.Contains("$.schemes[0].signature.pointer: expected no '*'", error.Message, StringComparison.Ordinal);
    }

    private static SignatureOutcome VerifyHeader(SenderPlan plan, string header, string secret)
    {
        var request = new TestRequest([], [("Authorization", header)]);
        return plan.Verify(in request, [Rows.Key(plan.Definition, secret)], Delivery.SignedAt).Outcome;
    }

    private static SignatureOutcome VerifyBody(string body)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        using RequestContent? content = TestRequest.Parse(Graph.Definition, bytes, "application/json");
        var request = new TestRequest(bytes, [], content: content);
        return Graph.Verify(in request, [Rows.Key(Graph.Definition, Secret)], Delivery.SignedAt).Outcome;
    }
}
