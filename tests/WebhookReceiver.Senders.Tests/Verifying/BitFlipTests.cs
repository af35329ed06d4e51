using System.Text;

namespace WebhookReceiver.Senders.Tests;

/// <summary>Each bit counts, for every row.</summary>
public sealed class BitFlipTests
{
    public static TheoryData<string> Ids() => [.. SenderCatalog.Ids];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Body_WithAnyByteChanged_IsAMismatch(string id)
    {
        Delivery delivery = Delivery.Of(id);
        for (int i = 0; i < delivery.Body.Length; i++)
        {
            byte[] body = [.. delivery.Body];
            body[i] ^= (byte)(1 << (i % 8));
            Assert.Equal(SignatureOutcome.SignatureMismatch, (delivery with { Body = body }).Outcome());
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Signature_WithAnyBitChanged_IsAMismatch(string id)
    {
        Delivery delivery = Delivery.Of(id);
        SignatureLocation location = delivery.Plan.Definition.Schemes[0].Signature;
        string value = delivery[location.Header!];
        int length = location.Encoding == SignatureEncoding.Hex ? 64 : 44;
        (string before, string signature) = (value[..^length], value[^length..]);
        byte[] bytes = location.Encoding == SignatureEncoding.Hex ? Convert.FromHexString(signature) : Convert.FromBase64String(signature);
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            string changed = location.Encoding == SignatureEncoding.Hex ? Convert.ToHexStringLower(bytes) : Convert.ToBase64String(bytes);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(SignatureOutcome.SignatureMismatch, delivery.With(location.Header!, before + changed).Outcome());
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Key_WithAnyByteChanged_IsAMismatch(string id)
    {
        Delivery delivery = Delivery.Of(id);
        byte[] key = delivery.Key.For(0).Bytes;
        for (int i = 0; i < key.Length; i++)
        {
            byte[] changed = [.. key];
            changed[i] ^= 1;
            Assert.Equal(SignatureOutcome.SignatureMismatch, delivery.Verify(new SenderKey([new KeyMaterial(changed, null), new KeyMaterial(changed, null)], "")).Outcome);
        }
    }

    [Theory]
    [InlineData("standard-webhooks", "webhook-timestamp")]
    [InlineData("svix", "svix-timestamp")]
    [InlineData("slack", "X-Slack-Request-Timestamp")]
    [InlineData("stripe", "Stripe-Signature")]
    public void SignedTime_WithAnyDigitChanged_IsAMismatch(string id, string header)
    {
        Delivery delivery = Delivery.Of(id);
        string value = delivery[header];
        int start = value.IndexOf("1700000000", StringComparison.Ordinal);
        for (int i = start; i < start + 10; i++)
        {
            var changed = new StringBuilder(value);
            changed[i] = changed[i] == '1' ? '2' : '1';
            Assert.Equal(SignatureOutcome.SignatureMismatch, delivery.With(header, changed.ToString()).Outcome());
        }
    }

    [Fact]
    public void Url_Changed_IsAMismatch() =>
        Assert.Equal(SignatureOutcome.SignatureMismatch, (Delivery.Of("square") with { Url = Delivery.PublicUrl + "/" }).Outcome());

    [Fact]
    public void Url_NotConfigured_IsUnknown() =>
        Assert.Equal(SignatureOutcome.UrlUnknown, (Delivery.Of("square") with { Url = null }).Outcome());
}
