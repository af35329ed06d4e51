namespace WebhookReceiver.Senders.Tests;

public sealed class OverrideTests
{
    [Fact]
    public void SignatureHeader_Named_ReplacesTheRowsOwn()
    {
        var plan = SenderPlan.Compile(Rows.Get("hmac-sha256"), new SenderOverrides(SignatureHeader: "X-Acme-Signature"));
        Delivery delivery = Delivery.Of(plan);

        Assert.Equal(SignatureOutcome.Verified, delivery.Outcome());
        Assert.StartsWith("sha256=", delivery["X-Acme-Signature"], StringComparison.Ordinal);
        Assert.Equal(
            SignatureOutcome.SignatureMissing,
            delivery.Without("X-Acme-Signature").Adding("X-Signature-256", delivery["X-Acme-Signature"]).Outcome());
    }

    [Fact]
    public void SignatureHeader_Named_LeavesOneScheme()
    {
        var plan = SenderPlan.Compile(Rows.Get("shopify"), new SenderOverrides(SignatureHeader: "shopify-hmac-sha256"));

        Assert.Equal("shopify-hmac-sha256", Assert.Single(plan.Definition.Schemes).Signature.Header!);
    }

    [Theory]
    [InlineData("twilio", 2)]
    [InlineData("websub", 4)]
    [InlineData("grafana", 3)]
    public void SignatureHeader_Named_IsThatOfAllSchemesThatShareOne(string id, int schemes)
    {
        var plan = SenderPlan.Compile(Rows.Get(id), new SenderOverrides(SignatureHeader: "X-Acme-Signature"));

        Assert.Equal(Enumerable.Repeat("X-Acme-Signature", schemes), plan.Definition.Schemes.Select(scheme => scheme.Signature.Header));
    }

    [Fact]
    public void EventIdHeader_Named_TakesThePlaceOfTheLeadingHeaders()
    {
        var plan = SenderPlan.Compile(Rows.Get("shopify"), new SenderOverrides(EventIdHeader: "X-Shopify-Event-Id"));

        Assert.Equal(["{header:X-Shopify-Event-Id}", "{digest}"], plan.Event.Id.Select(template => template.Text));
        Assert.Equal("msg_1", Delivery.Of(plan)["X-Shopify-Event-Id"]);
    }

    [Fact]
    public void EventIdHeader_WhereTheRowReadsTheBodyFirst_ComesFirst()
    {
        var plan = SenderPlan.Compile(Rows.Get("stripe"), new SenderOverrides(EventIdHeader: "X-Id"));

        Assert.Equal(["{header:X-Id}", "{json:/id}"], plan.Event.Id.Select(template => template.Text));
    }

    [Fact]
    public void Tolerance_Given_MovesTheEndOfFreshness()
    {
        var plan = SenderPlan.Compile(Rows.Get("svix"), new SenderOverrides(Tolerance: TimeSpan.FromSeconds(10)));
        Delivery delivery = Delivery.Of(plan);

        Assert.Equal(SignatureOutcome.Verified, (delivery with { Now = Delivery.SignedAt.AddSeconds(10) }).Outcome());
        Assert.Equal(SignatureOutcome.TimestampStale, (delivery with { Now = Delivery.SignedAt.AddSeconds(11) }).Outcome());
        Assert.All(plan.Definition.Schemes, scheme => Assert.Equal(10, scheme.Timestamp!.ToleranceSeconds));
    }

    public static TheoryData<string, SenderOverrides, string> Impossible() => new()
    {
        { "github", new SenderOverrides(SignatureHeader: "X Y"), "SignatureHeader: expected the name of a header" },
        { "github", new SenderOverrides(SignatureHeader: ""), "SignatureHeader: expected the name of a header" },
        { "github", new SenderOverrides(EventIdHeader: "{x}"), "EventIdHeader: expected the name of a header" },
        { "svix", new SenderOverrides(EventIdHeader: "X-Id"), "EventIdHeader: expected none" },
        { "gocardless", new SenderOverrides(EventIdHeader: "X-Id"), "EventIdHeader: expected none, as a delivery of this sender carries several events" },
        { "github", new SenderOverrides(Tolerance: TimeSpan.FromMinutes(5)), "Tolerance: expected none" },
        { "stripe", new SenderOverrides(Tolerance: TimeSpan.Zero), "Tolerance: expected whole seconds" },
        { "stripe", new SenderOverrides(Tolerance: TimeSpan.FromSeconds(-1)), "Tolerance: expected whole seconds" },
        { "stripe", new SenderOverrides(Tolerance: TimeSpan.FromSeconds(1.5)), "Tolerance: expected whole seconds" },
        { "stripe", new SenderOverrides(Tolerance: TimeSpan.FromSeconds(3601)), "Tolerance: expected whole seconds" },
        { "stripe", new SenderOverrides(Tolerance: TimeSpan.MaxValue), "Tolerance: expected whole seconds" },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void Override_ThatDoesNotFitTheSender_IsNamed(string id, SenderOverrides overrides, string expected)
    {
        SenderFileException exception = Assert.Throws<SenderFileException>(() => SenderPlan.Compile(Rows.Get(id), overrides));

        Assert.StartsWith($"sender '{id}': {expected}", exception.Message, StringComparison.Ordinal);
    }
}
