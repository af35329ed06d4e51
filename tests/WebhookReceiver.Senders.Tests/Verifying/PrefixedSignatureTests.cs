namespace WebhookReceiver.Senders.Tests;

/// <summary>Signatures behind a fixed prefix, in hex. The base is a GitHub delivery.</summary>
public sealed class PrefixedSignatureTests
{
    private const string Header = "X-Hub-Signature-256";

    private readonly Delivery _delivery = Delivery.Of("github");

    [Fact]
    public void LegacySignature_Alone_IsMissing() =>
        Assert.Equal(
            SignatureOutcome.SignatureMissing,
            _delivery.Without(Header).Adding("X-Hub-Signature", "sha1=7d38cdd689735b008b3c702edd92eea23791c5f6").Outcome());

    [Fact]
    public void Hex_InUpperCase_IsVerified() =>
        Assert.Equal(SignatureOutcome.Verified, _delivery.With(Header, "sha256=" + _delivery[Header][7..].ToUpperInvariant()).Outcome());

    [Theory]
    [InlineData("{0}")]
    [InlineData("md5={0}")]
    [InlineData("sha1={0}")]
    [InlineData("SHA256={0}")]
    [InlineData("sha256:{0}")]
    [InlineData("sha256= {0}")]
    [InlineData("sha256=sha256={0}")]
    [InlineData("sha256={0},sha256={0}")]
    [InlineData("sha256={0}00")]
    [InlineData("sha256=0x{0}")]
    [InlineData("sha256=")]
    [InlineData("sha256")]
    public void Signature_WithAnotherPrefixOrLength_IsMalformed(string format) =>
        Assert.Equal(SignatureOutcome.SignatureMalformed, _delivery.With(Header, string.Format(null, format, _delivery[Header][7..])).Outcome());

    [Theory]
    [InlineData('g')]
    [InlineData(' ')]
    [InlineData('\u0660')]
    [InlineData('\uff10')]
    public void Hex_WithACharacterThatIsNoDigit_IsMalformed(char character)
    {
        string signature = _delivery[Header];

        Assert.Equal(SignatureOutcome.SignatureMalformed, _delivery.With(Header, signature[..20] + character + signature[21..]).Outcome());
    }

    [Fact]
    public void Sha1Value_PaddedToLength_IsAMismatch() =>
        Assert.Equal(SignatureOutcome.SignatureMismatch, _delivery.With(Header, $"sha256={new string('0', 24)}7d38cdd689735b008b3c702edd92eea23791c5f6").Outcome());

    [Fact]
    public void Base64_WhereHexIsTheScheme_IsMalformed() =>
        Assert.Equal(
            SignatureOutcome.SignatureMalformed,
            _delivery.With(Header, "sha256=" + Convert.ToBase64String(Convert.FromHexString(_delivery[Header][7..]))).Outcome());

    [Fact]
    public void SignatureHeader_Twice_IsDuplicated() =>
        Assert.Equal(SignatureOutcome.HeaderDuplicated, _delivery.Adding("x-hub-signature-256", _delivery[Header]).Outcome());

    [Fact]
    public void UnsignedIdHeader_Twice_IsNoConcernOfTheSignature() =>
        Assert.Equal(SignatureOutcome.Verified, _delivery.Adding("X-GitHub-Delivery", "other").Outcome());
}
