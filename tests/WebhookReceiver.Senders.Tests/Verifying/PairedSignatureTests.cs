namespace WebhookReceiver.Senders.Tests;

/// <summary>Signatures among pairs. The base is a Stripe delivery.</summary>
public sealed class PairedSignatureTests
{
    private const string Header = "Stripe-Signature";

    private readonly Delivery _delivery = Delivery.Of("stripe");

    private string Signature => _delivery[Header].Split("v1=")[1];

    [Theory]
    [InlineData("t=1700000000,v1={0}")]
    [InlineData("v1={0},t=1700000000")]
    [InlineData("t=1700000000, v1={0}")]
    [InlineData("t=1700000000,v0=abc,v1={0}")]
    [InlineData("t=1700000000,v1={0},v0=abc,x")]
    [InlineData("t=1700000000,v1=0000000000000000000000000000000000000000000000000000000000000000,v1={0}")]
    [InlineData("t=1700000000,v1={0},v1=abc")]
    [InlineData("t=1700000000,,v1={0}")]
    [InlineData("v0=a,v0=b,t=1700000000,v1={0}")]
    public void Pairs_WithTheRightSignature_AreVerified(string format) =>
        Assert.Equal(SignatureOutcome.Verified, _delivery.With(Header, string.Format(null, format, Signature)).Outcome());

    [Theory]
    [InlineData("t=1700000000")]
    [InlineData("t=1700000000,v1=")]
    [InlineData("t=1700000000,v1")]
    [InlineData("t=1700000000,V1={0}")]
    [InlineData("t=1700000000,v0={0}")]
    [InlineData("t=1700000000;v1={0}")]
    [InlineData("t=1700000000,v1 ={0}")]
    [InlineData("t=1700000000,t=1700000000,v1={0}")]
    [InlineData("t=1700000000,v1={0},t=1700000001")]
    [InlineData("t=1,v1=a,v1=b,v1=c,v1=d,v1=e,v1=f,v1=g,v1=h,v1={0}")]
    [InlineData("{0}")]
    public void Pairs_WithoutOneReading_AreMalformed(string format) =>
        Assert.Equal(SignatureOutcome.SignatureMalformed, _delivery.With(Header, string.Format(null, format, Signature)).Outcome());

    [Theory]
    [InlineData("v1={0}", SignatureOutcome.ContentMissing)]
    [InlineData("T=1700000000,v1={0}", SignatureOutcome.ContentMissing)]
    [InlineData("t=,v1={0}", SignatureOutcome.TimestampMalformed)]
    [InlineData("t=1700000000=,v1={0}", SignatureOutcome.TimestampMalformed)]
    [InlineData("t=+1700000000,v1={0}", SignatureOutcome.TimestampMalformed)]
    [InlineData("t=1700000001,v1={0}", SignatureOutcome.SignatureMismatch)]
    [InlineData("t=01700000000,v1={0}", SignatureOutcome.SignatureMismatch)]
    public void SignedParameter_AbsentOrChanged_IsRefused(string format, SignatureOutcome expected) =>
        Assert.Equal(expected, _delivery.With(Header, string.Format(null, format, Signature)).Outcome());

    [Fact]
    public void Base64InPairs_WithItsPadding_IsSplitAtTheFirstMark()
    {
        SenderDefinition stripe = Rows.Get("stripe");
        SchemeDefinition scheme = stripe.Schemes[0];
        SenderDefinition row = stripe with
        {
            Schemes = [scheme with { Signature = scheme.Signature with { Encoding = SignatureEncoding.Base64, Separator = ';' } }],
        };

        Delivery delivery = Delivery.Of(SenderPlan.Compile(row));

        Assert.Matches("^t=1700000000;v1=.{43}=$", delivery[Header]);
        Assert.Equal(SignatureOutcome.Verified, delivery.Outcome());
    }
}
