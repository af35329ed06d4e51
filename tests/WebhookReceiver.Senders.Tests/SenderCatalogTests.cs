using System.Text;

namespace WebhookReceiver.Senders.Tests;

public sealed class SenderCatalogTests
{
    public static TheoryData<string> All() => [.. SenderCatalog.Ids];

    [Fact]
    public void Ids_AreTheRowsInOrdinalOrder() =>
        Assert.Equal(SenderCatalog.Ids.Order(StringComparer.Ordinal).Distinct(), SenderCatalog.Ids);

    [Theory]
    [MemberData(nameof(All))]
    public void Row_OfEachId_CompilesAndHasASampleAndVectors(string id)
    {
        SenderDefinition row = Rows.Get(id);
        var plan = SenderPlan.Compile(row);

        Assert.Equal(id, row.Id);
        Assert.NotEmpty(row.Vectors);
        Assert.Contains(row.Vectors, vector => vector.Valid);
        Assert.NotEmpty(plan.Event.Type);
        using RequestContent? sample = TestRequest.Parse(row, Encoding.UTF8.GetBytes(row.Sample!.Body), row.Sample.ContentType);
        Assert.NotNull(sample);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Row_WhoseIdIsInAnUnsignedHeader_WarnsOfIt(string id)
    {
        var plan = SenderPlan.Compile(Rows.Get(id));
        bool readsUnsignedHeader = plan.SignedId(0) is null
            && plan.Event.Id.Any(template => template.Parts.Any(part => part.Kind == TemplatePartKind.Header));

        Assert.True(!readsUnsignedHeader || plan.Definition.Warnings.Any(text => text.Contains("Duplicates", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("github", true)]
    [InlineData("GitHub", false)]
    [InlineData("", false)]
    [InlineData("../github", false)]
    [InlineData("github.json", false)]
    public void TryGet_TakesIdsExactly(string id, bool expected) => Assert.Equal(expected, SenderCatalog.TryGet(id, out _));

    [Fact]
    public void TryGet_Twice_GivesTheSameRow() => Assert.Same(Rows.Get("github"), Rows.Get("github"));

    [Theory]
    [InlineData("square", true)]
    [InlineData("trello", true)]
    [InlineData("twilio", true)]
    [InlineData("hubspot-v3", true)]
    [InlineData("contentful", true)]
    [InlineData("messagebird", true)]
    [InlineData("http-message-signatures-hmac", true)]
    [InlineData("github", false)]
    [InlineData("stripe", false)]
    [InlineData("x", false)]
    public void SignsUrl_OfSendersThatSignTheUrl_IsTrue(string id, bool expected) => Assert.Equal(expected, SenderPlan.Compile(Rows.Get(id)).SignsUrl);

    [Theory]
    [InlineData("githb", "github")]
    [InlineData("GitHub", "github")]
    [InlineData("gihtub", "github")]
    [InlineData("sripte", "stripe")]
    [InlineData("StandardWebhooks", "standard-webhooks")]
    [InlineData("hmac-sha265", "hmac-sha256")]
    [InlineData("slak", "slack")]
    [InlineData("hubspot", null)]
    [InlineData("xy", null)]
    [InlineData("", null)]
    public void Nearest_OfAMisspeltId_IsTheOneMeant(string id, string? expected) => Assert.Equal(expected, SenderCatalog.Nearest(id));

    [Fact]
    public void Nearest_OfAVeryLongText_IsNone() => Assert.Null(SenderCatalog.Nearest(new string('a', 1_000_000)));

    [Fact]
    public async Task TryGet_FromManyThreads_GivesOneRow()
    {
        SenderDefinition[] rows = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Rows.Get("svix"))));

        Assert.Single(rows.Distinct(ReferenceEqualityComparer.Instance));
    }
}
