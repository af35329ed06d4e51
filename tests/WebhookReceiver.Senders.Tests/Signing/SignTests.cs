using System.Text;

namespace WebhookReceiver.Senders.Tests;

public sealed class SignTests
{
    public static TheoryData<string> Ids() => [.. SenderCatalog.Ids];

    [Theory]
    [MemberData(nameof(Ids))]
    public void SignedSample_OfEveryRow_IsVerified(string id)
    {
        SignatureVerdict verdict = Delivery.Of(id).Verify();

        Assert.Equal((SignatureOutcome.Verified, 0), (verdict.Outcome, verdict.KeyIndex));
    }

    [Theory]
    [InlineData("standard-webhooks", "webhook-id,webhook-timestamp,webhook-signature")]
    [InlineData("svix", "svix-id,svix-timestamp,svix-signature")]
    [InlineData("hmac-sha256", "X-Event-Id,X-Signature-256")]
    [InlineData("github", "X-GitHub-Delivery,X-Hub-Signature-256")]
    [InlineData("stripe", "Stripe-Signature")]
    [InlineData("shopify", "X-Shopify-Webhook-Id,X-Shopify-Hmac-Sha256")]
    [InlineData("slack", "X-Slack-Request-Timestamp,X-Slack-Signature")]
    [InlineData("square", "x-square-hmacsha256-signature")]
    [InlineData("facebook", "X-Hub-Signature-256")]
    public void Headers_OfEachRow_AreTheSendersOwn(string id, string names) =>
        Assert.Equal(names.Split(','), Delivery.Of(id).Headers.Select(header => header.Name));

    [Fact]
    public void Signature_OfAPublishedRequest_IsThePublishedOne()
    {
        SenderDefinition row = Rows.Get("standard-webhooks");
        VectorDefinition vector = row.Vectors[0];
        var plan = SenderPlan.Compile(row);
        var input = new SigningInput(
            Encoding.UTF8.GetBytes(vector.Body),
            vector.Headers["webhook-id"],
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(vector.Headers["webhook-timestamp"], System.Globalization.CultureInfo.InvariantCulture)));

        IReadOnlyList<KeyValuePair<string, string>> headers = plan.Sign(input, Rows.Key(row, vector.Secret)).Headers;

        Assert.Equal(vector.Headers.OrderBy(header => header.Key), headers.OrderBy(header => header.Key));
    }

    [Fact]
    public void SignedId_OutsideItsGrammar_IsRefused()
    {
        Delivery delivery = Delivery.Of("standard-webhooks");

        Assert.Throws<ArgumentException>(() => delivery.Plan.Sign(new SigningInput(delivery.Body, "a.b", Delivery.SignedAt), delivery.Key));
    }

    [Fact]
    public void Url_NotGivenWhereItIsSigned_IsRefused()
    {
        Delivery delivery = Delivery.Of("square");

        Assert.Throws<ArgumentException>(() => delivery.Plan.Sign(new SigningInput(delivery.Body, "x", Delivery.SignedAt), delivery.Key));
    }

    [Fact]
    public void Time_Before1970WhereItIsSigned_IsRefused()
    {
        Delivery delivery = Delivery.Of("slack");

        Assert.Throws<ArgumentException>(
            () => delivery.Plan.Sign(new SigningInput(delivery.Body, "x", DateTimeOffset.UnixEpoch.AddSeconds(-1)), delivery.Key));
    }

    [Fact]
    public void SignedHeader_ThatOnlyTheSampleKnows_IsTakenFromIt()
    {
        SenderDefinition github = Rows.Get("github");
        SenderDefinition row = github with { Schemes = [github.Schemes[0] with { Content = "{header:X-GitHub-Event}.{body}" }] };

        Delivery delivery = Delivery.Of(SenderPlan.Compile(row));

        Assert.Equal("issues", delivery["X-GitHub-Event"]);
        Assert.Equal(SignatureOutcome.Verified, delivery.Outcome());
        Assert.Throws<InvalidOperationException>(() => Delivery.Of(SenderPlan.Compile(row with { Sample = null })));
    }
}
