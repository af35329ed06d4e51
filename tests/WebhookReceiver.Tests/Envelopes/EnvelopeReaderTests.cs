using System.Security.Cryptography;
using System.Text;
using FluentValidation;
using Microsoft.AspNetCore.Http;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Envelopes;
using WebhookReceiver.Inbox;
using WebhookReceiver.Senders;
using WebhookReceiver.Sources;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Envelopes;

public sealed class EnvelopeReaderTests
{
    private static readonly TimeSpan DigestWindow = TimeSpan.FromHours(24);

    private readonly Lazy<IValidator<WebhookEnvelope>> _validator = new(static () => new WebhookEnvelopeValidator());

    [Fact]
    public void TryRead_RightEnvelope_MakesNoValidator()
    {
        Assert.NotNull(Read(Row("hmac-sha256"), """{"event":"new_order","data":{}}""").Events);

        Assert.False(_validator.IsValueCreated);
    }

    [Fact]
    public void TryRead_WrongEnvelope_SaysWhatIsWrong()
    {
        var (events, errors) = Read(Row("hmac-sha256"), """{"event":"new_order"}""");

        Assert.Null(events);
        Assert.Equal("The data is missing or null.", Assert.Single(Assert.Single(errors!).Value));
    }

    [Fact]
    public void TryRead_Batch_HasTheBytesOfEachElementAlone()
    {
        var (events, _) = Read(Batches(), """{ "list": [ {"id":"e1", "kind":"a","data":{"n":1}} ,{"data":[2],"kind":"b","id":7}]}""");

        Assert.Equal([("e1", "a"), ("7", "b")], events!.Select(static e => (e.EventId, e.Type)));
        Assert.Equal(["""{"id":"e1", "kind":"a","data":{"n":1}}""", """{"data":[2],"kind":"b","id":7}"""], events!.Select(static e => Encoding.UTF8.GetString(e.Body)));
        Assert.Equal(["""{"n":1}""", "[2]"], events!.Select(static e => Encoding.UTF8.GetString(e.Body.AsSpan(e.Data.Start, e.Data.Length))));
        Assert.All(events!, static e => Assert.Equal(SHA256.HashData(e.Body), e.BodySha256));
        Assert.All(events!, static e => Assert.Equal(("application/json", InboxEvent.DefaultDedupeWindow), (e.ContentType, e.DedupeWindow)));
    }

    [Fact]
    public void TryRead_BatchWithoutIds_KnowsEachElementByItsDigestForADay()
    {
        var (events, _) = Read(Batches(), """{"list":[{"kind":"a","data":1},{"kind":"a","data":2}]}""");

        Assert.All(events!, static e => Assert.Equal((Convert.ToHexStringLower(SHA256.HashData(e.Body)), DigestWindow), (e.EventId, e.DedupeWindow)));
    }

    [Fact]
    public void TryRead_BatchOfTheFieldOfAForm_HasTheBytesOfTheElement()
    {
        var row = Batches() with { Bodies = [BodyFormat.Form], FormJsonField = "events" };

        var (events, _) = Read(row, "events=" + Uri.EscapeDataString("""{"list":[{"id":"é","kind":"a","data":{"n":1}}]}"""), "application/x-www-form-urlencoded");

        var only = Assert.Single(events!);
        Assert.Equal(("é", """{"id":"é","kind":"a","data":{"n":1}}"""), (only.EventId, Encoding.UTF8.GetString(only.Body)));
        Assert.Equal("""{"n":1}""", Encoding.UTF8.GetString(only.Body.AsSpan(only.Data.Start, only.Data.Length)));
        Assert.Equal(("application/json", false), (only.ContentType, only.Data.IsForm));
    }

    [Fact]
    public void TryRead_ElementsOfMembers_NamesTheOneThatIsWrong()
    {
        var row = Batches() with { Event = Batches().Event with { Each = "/*/m/*" } };

        var (_, errors) = Read(row, """[{"m":{}},{"m":{"x":{"kind":"a","data":1},"a/b":{"kind":1,"data":1}}},{}]""");

        Assert.Equal("/1/m/a~1b/kind", Assert.Single(errors!).Key);
    }

    [Fact]
    [Trait("Attack", "A111")]
    public void TryRead_BatchOfMoreThan10000_IsRefused()
    {
        var row = Batches() with { Event = Batches().Event with { Each = "/*", Type = ["thing"], Data = ["{item:}"] } };

        Assert.Equal(10_000, Read(row, OfElements(10_000)).Events!.Length);
        var (events, errors) = Read(row, OfElements(10_001));

        Assert.Null(events);
        Assert.Equal(("/*", "A delivery has at most 10000 events."), (Assert.Single(errors!).Key, Assert.Single(Assert.Single(errors!).Value)));

        static string OfElements(int count) => $"[{string.Join(',', Enumerable.Repeat("{}", count))}]";
    }

    [Theory]
    [InlineData(DuplicateRule.Id, null)]
    [InlineData(DuplicateRule.Body, DuplicateRule.Body)]
    [InlineData(DuplicateRule.Id, DuplicateRule.Body)]
    public void TryRead_DuplicatesByBody_TakesTheDigestOfTheElementForLong(DuplicateRule ofRow, DuplicateRule? ofSource)
    {
        var row = Batches() with { Duplicates = ofRow };

        var only = Assert.Single(Read(row, """{"list":[{"id":"e1","kind":"a","data":1}]}""", duplicates: ofSource).Events!);

        var digest = Convert.ToHexStringLower(SHA256.HashData(only.Body));
        Assert.Equal((ofSource == DuplicateRule.Body ? digest : "e1", InboxEvent.DefaultDedupeWindow), (only.EventId, only.DedupeWindow));
    }

    [Theory]
    [InlineData(DuplicateRule.None, null, false)]
    [InlineData(DuplicateRule.Id, DuplicateRule.None, false)]
    [InlineData(DuplicateRule.None, DuplicateRule.Id, true)]
    public void TryRead_SameBodyTwice_IsKnownUnlessTheRuleIsNone(DuplicateRule ofRow, DuplicateRule? ofSource, bool isKnown)
    {
        foreach (var (row, body) in new[]
        {
            (Row("alertmanager"), """{"status":"firing"}"""),
            (Batches(), """{"list":[{"kind":"a","data":1}]}"""),
        })
        {
            var ids = Enumerable.Range(0, 2).Select(_ => Assert.Single(Read(row with { Duplicates = ofRow }, body, duplicates: ofSource).Events!).EventId);
            Assert.Equal(isKnown ? 1 : 2, ids.Distinct().Count());
        }
    }

    private static SenderDefinition Row(string id)
    {
        Assert.True(SenderCatalog.TryGet(id, out var row));
        return row;
    }

    private static SenderDefinition Batches() => Row("hmac-sha256") with
    {
        Event = new EventMapDefinition { Each = "/list/*", Id = ["{item:/id}", "{itemDigest}"], Type = ["{item:/kind}"], Data = ["{item:/data}"] },
    };

    private (InboxEvent[]? Events, IDictionary<string, string[]>? Errors) Read(
        SenderDefinition row, string body, string contentType = "application/json", DuplicateRule? duplicates = null)
    {
        using var delivery = new Delivery
        {
            Source = new WebhookSource("default", SenderPlan.Compile(row), [], new WebhookSourceOptions { Duplicates = duplicates }, publicUrl: null),
            Method = "POST",
            Body = Encoding.UTF8.GetBytes(body),
            Format = ContentTypes.FormatOf(contentType, row),
            ContentType = contentType,
            Headers = new HeaderDictionary { ["X-Event-Id"] = "evt_1" },
            Query = "",
            ArrivedAt = TestEvents.Start,
            ReceivedAt = TestEvents.Start,
        };
        Assert.True(delivery.Content is not null, delivery.ContentProblem);
        new EnvelopeReader(_validator).TryRead(delivery, SHA256.HashData(delivery.Body), schemeIndex: 0, signedAt: null, secretIndex: 0, out var events, out var errors);
        return (events, errors);
    }
}
