namespace WebhookReceiver.Senders.Tests;

/// <summary>A sender with two families of headers: one family decides, and the other's headers mean nothing.</summary>
public sealed class SchemeChoiceTests
{
    private readonly Delivery _older = Delivery.Of("svix");

    /// <summary>The same delivery under the second family.</summary>
    private readonly Delivery _newer = Renamed(Delivery.Of("svix"));

    [Fact]
    public void SecondFamily_Alone_IsVerifiedByTheSecondScheme()
    {
        SignatureVerdict verdict = _newer.Verify();

        Assert.Equal((SignatureOutcome.Verified, 1), (verdict.Outcome, verdict.SchemeIndex));
        Assert.Equal("{header:webhook-id}", _newer.Plan.SignedId(1)?.Text);
    }

    [Fact]
    public void UnsignedIdOfTheFirstFamily_BesideTheSecond_IsNotTheSignedId()
    {
        SignatureVerdict verdict = _newer.Adding("svix-id", "stranger").Adding("svix-timestamp", "1").Verify();

        Assert.Equal((SignatureOutcome.Verified, 1), (verdict.Outcome, verdict.SchemeIndex));
        Assert.Equal("{header:webhook-id}", _newer.Plan.SignedId(verdict.SchemeIndex)?.Text);
    }

    [Fact]
    public void BothFamilies_WithTheFirstWrong_AreAMismatch()
    {
        Delivery both = _older with { Headers = [.. _newer.Headers, .. _older.Headers] };

        Assert.Equal(SignatureOutcome.Verified, both.Outcome());
        Assert.Equal(SignatureOutcome.SignatureMismatch, both.With("svix-id", "other").Outcome());
        Assert.Equal(SignatureOutcome.SignatureMalformed, both.With("svix-signature", "").Outcome());
    }

    [Fact]
    public void HeadersOfTheSecondFamily_DoNotCompleteTheFirst() =>
        Assert.Equal(
            SignatureOutcome.ContentMissing,
            _older.Without("svix-id").Without("svix-timestamp").Adding("webhook-id", "msg_1").Adding("webhook-timestamp", "1700000000").Outcome());

    [Fact]
    public void DuplicatesInTheOtherFamily_AreNoConcern() =>
        Assert.Equal(SignatureOutcome.Verified, _older.Adding("webhook-id", "a").Adding("webhook-id", "b").Outcome());

    [Fact]
    public void ShopifySecondFamily_Alone_IsVerifiedByTheSecondScheme()
    {
        Delivery shopify = Delivery.Of("shopify");
        SignatureVerdict verdict = shopify.Without("X-Shopify-Hmac-Sha256").Adding("shopify-hmac-sha256", shopify["X-Shopify-Hmac-Sha256"]).Verify();

        Assert.Equal((SignatureOutcome.Verified, 1), (verdict.Outcome, verdict.SchemeIndex));
        Assert.Null(shopify.Plan.SignedId(1));
    }

    [Theory]
    [InlineData("sha256=", 0)]
    [InlineData("sha384=", 1)]
    [InlineData("sha512=", 2)]
    [InlineData("sha1=", 3)]
    public void WebSubHash_NamedByThePrefix_IsThatOfItsScheme(string prefix, int scheme)
    {
        Delivery delivery = Delivery.Of("websub");
        SchemeDefinition definition = delivery.Plan.Definition.Schemes[scheme];
        byte[] mac = new byte[Mac.Size(definition.Hash!.Value)];
        Mac.Compute(definition.Hash.Value, delivery.Key.For(scheme).Bytes, delivery.Body, mac);
        string text = Convert.ToHexStringLower(mac);

        SignatureVerdict verdict = delivery.With("X-Hub-Signature", prefix + text).Verify();

        Assert.Equal((SignatureOutcome.Verified, scheme), (verdict.Outcome, verdict.SchemeIndex));
        Assert.All(
            new[] { "md5=", "SHA256=", "", "sha224=", "none=" },
            other => Assert.Equal(SignatureOutcome.SignatureMalformed, delivery.With("X-Hub-Signature", other + text).Outcome()));
    }

    private static Delivery Renamed(Delivery delivery) => delivery with
    {
        Headers = [.. delivery.Headers.Select(header => (header.Name.Replace("svix-", "webhook-", StringComparison.Ordinal), header.Value))],
    };
}
