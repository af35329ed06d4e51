using System.Globalization;

namespace WebhookReceiver.Senders.Tests;

/// <summary>The signed time. The base is a Standard Webhooks delivery, signed again where a test changes the time.</summary>
public sealed class FreshnessTests
{
    private readonly Delivery _delivery = Delivery.Of("standard-webhooks");

    [Theory]
    [InlineData(0, SignatureOutcome.Verified)]
    [InlineData(300, SignatureOutcome.Verified)]
    [InlineData(300.001, SignatureOutcome.TimestampStale)]
    [InlineData(301, SignatureOutcome.TimestampStale)]
    [InlineData(-300, SignatureOutcome.Verified)]
    [InlineData(-300.001, SignatureOutcome.TimestampAhead)]
    [InlineData(-301, SignatureOutcome.TimestampAhead)]
    public void SignedTime_AroundTheTolerance_IsFreshUpToItsEnd(double ageInSeconds, SignatureOutcome expected)
    {
        SignatureVerdict verdict = (_delivery with { Now = Delivery.SignedAt.AddSeconds(ageInSeconds) }).Verify();

        Assert.Equal(expected, verdict.Outcome);
        Assert.Equal(0, verdict.KeyIndex);
        Assert.Equal(Delivery.SignedAt, verdict.SignedAt);
    }

    [Fact]
    public void StaleTime_WithAWrongSignature_IsAMismatch()
    {
        Delivery stale = _delivery with { Now = Delivery.SignedAt.AddHours(1), Body = [1, 2, 3] };

        Assert.Equal(SignatureOutcome.SignatureMismatch, stale.Outcome());
    }

    [Fact]
    public void FreshTime_InTheUnsignedHeader_IsAMismatch()
    {
        Delivery late = _delivery with { Now = Delivery.SignedAt.AddHours(1) };

        Assert.Equal(SignatureOutcome.SignatureMismatch, late.With("webhook-timestamp", "1700003600").Outcome());
    }

    [Fact]
    public void FreshTime_InAnotherHeader_ChangesNothing()
    {
        Delivery late = _delivery with { Now = Delivery.SignedAt.AddHours(1) };

        Assert.Equal(SignatureOutcome.TimestampStale, late.Adding("svix-timestamp", "1700003600").Adding("Date", "now").Outcome());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" 1700000000")]
    [InlineData("1700000000 ")]
    [InlineData("+1700000000")]
    [InlineData("-1")]
    [InlineData("1700000000.0")]
    [InlineData("1,700,000,000")]
    [InlineData("1e9")]
    [InlineData("0x64")]
    [InlineData("\u0661\u0667\u0660\u0660")]
    [InlineData("\uff11\uff17")]
    [InlineData("1700000000000")]
    [InlineData("123456789012")]
    [InlineData("9223372036854775807")]
    [InlineData("-9223372036854775808")]
    [InlineData("9999999999999999999999999999999999999999")]
    [InlineData("2023-11-14T22:13:20Z")]
    public void SignedTime_ThatIsNotOneToElevenDigits_IsMalformedThoughTheSignatureIsRight(string text) =>
        Assert.Equal(SignatureOutcome.TimestampMalformed, _delivery.SignedOver("msg_1", text).Outcome());

    [Theory]
    [InlineData("0", SignatureOutcome.TimestampStale)]
    [InlineData("00000000000", SignatureOutcome.TimestampStale)]
    [InlineData("01700000000", SignatureOutcome.Verified)]
    [InlineData("99999999999", SignatureOutcome.TimestampAhead)]
    public void SignedTime_AtTheEdgesOfItsForm_IsJudgedWithoutOverflow(string text, SignatureOutcome expected) =>
        Assert.Equal(expected, _delivery.SignedOver("msg_1", text).Outcome());

    [Theory]
    [InlineData("0001-01-01T00:00:00Z", SignatureOutcome.TimestampAhead)]
    [InlineData("9999-12-31T23:59:59Z", SignatureOutcome.TimestampStale)]
    public void Clock_AtItsEnds_IsJudgedWithoutOverflow(string now, SignatureOutcome expected) =>
        Assert.Equal(expected, (_delivery with { Now = DateTimeOffset.Parse(now, CultureInfo.InvariantCulture) }).Outcome());

    [Theory]
    [InlineData("1700000000000", SignatureOutcome.Verified)]
    [InlineData("1699999701000", SignatureOutcome.Verified)]
    [InlineData("1699999700999", SignatureOutcome.TimestampStale)]
    [InlineData("1700000301001", SignatureOutcome.TimestampAhead)]
    [InlineData("1700000000", SignatureOutcome.TimestampStale)]
    [InlineData("99999999999999", SignatureOutcome.TimestampAhead)]
    [InlineData("100000000000000", SignatureOutcome.TimestampMalformed)]
    public void SignedTime_InMilliseconds_IsReadAsSuch(string text, SignatureOutcome expected)
    {
        SenderDefinition row = Rows.Get("standard-webhooks");
        SchemeDefinition scheme = row.Schemes[0];
        SenderDefinition inMilliseconds = row with
        {
            Schemes = [scheme with { Timestamp = scheme.Timestamp! with { Format = TimestampFormat.UnixMilliseconds } }],
        };

        Assert.Equal(expected, Delivery.Of(SenderPlan.Compile(inMilliseconds)).SignedOver("msg_1", text).Outcome());
    }

    [Fact]
    public void SenderWithoutASignedTime_YearsLater_IsVerified()
    {
        SignatureVerdict verdict = (Delivery.Of("github") with { Now = Delivery.SignedAt.AddYears(20) }).Verify();

        Assert.Equal(new SignatureVerdict(SignatureOutcome.Verified, 0, 0, null), verdict);
    }
}
