namespace WebhookReceiver.Senders.Tests;

/// <summary>From the headers to the verdict nothing is allocated, whatever the verdict is.</summary>
public sealed class AllocationTests
{
    private const int Rounds = 100;
    private const int Repeats = 3;

    public static TheoryData<string, string, string?, SignatureOutcome> Cases()
    {
        var data = new TheoryData<string, string, string?, SignatureOutcome>();
        foreach (string id in SenderCatalog.Ids.Where(IsPlain))
        {
            SchemeDefinition scheme = Rows.Get(id).Schemes[0];
            data.Add(id, "", "", SignatureOutcome.Verified);
            data.Add(id, scheme.Signature.Header!, null, SignatureOutcome.SignatureMissing);
            data.Add(id, scheme.Signature.Header!, "nonsense", SignatureOutcome.SignatureMalformed);
        }

        data.Add("standard-webhooks", "webhook-id", "other", SignatureOutcome.SignatureMismatch);
        data.Add("standard-webhooks", "webhook-id", "a.b", SignatureOutcome.IdMalformed);
        data.Add("standard-webhooks", "webhook-id", null, SignatureOutcome.ContentMissing);
        data.Add("standard-webhooks", "webhook-timestamp", "1e9", SignatureOutcome.TimestampMalformed);
        data.Add("stripe", "Stripe-Signature", "t=1,t=2,v1=x", SignatureOutcome.SignatureMalformed);
        data.Add("slack", "X-Slack-Request-Timestamp", "1", SignatureOutcome.SignatureMismatch);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Verify_WithAnyOutcome_AllocatesNothing(string id, string header, string? value, SignatureOutcome expected)
    {
        Delivery delivery = Delivery.Of(id);
        delivery = header.Length == 0 ? delivery : value is null ? delivery.Without(header) : delivery.With(header, value);

        AssertAllocatesNothing(delivery, expected);
    }

    [Fact]
    public void Verify_OfALargeBodyThatMustBeCopied_AllocatesNothing() =>
        AssertAllocatesNothing(Delivery.Of("standard-webhooks", new string('x', 300_000)), SignatureOutcome.Verified);

    [Theory]
    [InlineData(3600, SignatureOutcome.TimestampStale)]
    [InlineData(-3600, SignatureOutcome.TimestampAhead)]
    public void Verify_OutOfTime_AllocatesNothing(int age, SignatureOutcome expected) =>
        AssertAllocatesNothing(Delivery.Of("stripe") with { Now = Delivery.SignedAt.AddSeconds(age) }, expected);

    [Fact]
    public void Verify_WithADuplicatedHeader_AllocatesNothing() =>
        AssertAllocatesNothing(Delivery.Of("standard-webhooks").Adding("webhook-id", "x"), SignatureOutcome.HeaderDuplicated);

    [Fact]
    public void Rows_ThatAllocateNothing_AreMostOfTheCatalogue() => Assert.InRange(SenderCatalog.Ids.Count(IsPlain), SenderCatalog.Ids.Count / 2, SenderCatalog.Ids.Count);

    /// <summary>An HMAC in a header over the body as it is, over other headers and over the URL: nothing has to be parsed or rewritten.</summary>
    private static bool IsPlain(string id) => Rows.Get(id).Schemes.All(scheme =>
        scheme is { Proof: ProofKind.Hmac, Signature: { Header: not null, Numbered: false }, Digests.Count: 0 }
        && scheme.When.Count == 0
        && Template.Parse(scheme.Content!).Parts.All(part => part.Kind is TemplatePartKind.Literal or TemplatePartKind.Body or TemplatePartKind.Header
            or TemplatePartKind.Parameter or TemplatePartKind.Url or TemplatePartKind.Path or TemplatePartKind.PathAndQuery or TemplatePartKind.RawQuery
            or TemplatePartKind.Method)
        && (scheme.Timestamp?.Value.StartsWith("{json", StringComparison.Ordinal) != true));

    private static void AssertAllocatesNothing(Delivery delivery, SignatureOutcome expected)
    {
        var request = new TestRequest(delivery.Body, delivery.Headers, delivery.Url);
        SenderKey[] keys = [delivery.Key, delivery.Key];
        for (int i = 0; i < Rounds; i++)
        {
            Assert.Equal(expected, delivery.Plan.Verify(in request, keys, delivery.Now).Outcome);
        }

        // The runtime itself may allocate something once; what a verification allocates, each of them does.
        long least = long.MaxValue;
        for (int repeat = 0; repeat < Repeats; repeat++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Rounds; i++)
            {
                delivery.Plan.Verify(in request, keys, delivery.Now);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }
}
