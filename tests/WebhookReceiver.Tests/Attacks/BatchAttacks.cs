using System.Text;
using System.Text.Json;
using WebhookReceiver.Inbox;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Attacks;

/// <summary>Deliveries of several events: all of them are stored or none is, whichever one is wrong.</summary>
public sealed class BatchAttacks(PipelineHost host) : IClassFixture<PipelineHost>
{
    [Fact]
    [Trait("Attack", "A110")]
    public async Task Batch_OfSeveralEvents_IsStoredAndHandledEachByItself()
    {
        var (first, second, third) = (Element(host.NewId()), Element(host.NewId(), action: "failed"), Element(host.NewId(), action: "failed"));
        var stored = await host.CountStoredAsync();

        var response = await host.SendAsync(Batch(first, second, third));

        Assert.Equal((200, stored + 3), (response.Status, await host.CountStoredAsync()));
        Assert.Equal(["id", "status", "events"], response.Members);
        var receipts = response.Json.GetProperty("events").EnumerateArray().ToArray();
        Assert.Equal(receipts[0].GetProperty("id").GetString(), response.Json.GetProperty("id").GetString());
        foreach (var (receipt, element) in receipts.Zip(new[] { first, second, third }))
        {
            Assert.Equal("accepted", receipt.GetProperty("status").GetString());
            var id = receipt.GetProperty("id").GetString()!;
            await host.Handled.WaitAsync(id);
            Assert.Equal(element, Encoding.UTF8.GetString(((ReadOnlyMemory<byte>)Assert.Single(host.Handled.DataOf(id))!).Span));
            var found = await host.FindAsync(id);
            Assert.Equal((element, "application/json", WorkState.Succeeded), (Encoding.UTF8.GetString(found.Event.Body), found.Event.ContentType, found.State));
        }
    }

    [Fact]
    [Trait("Attack", "A110")]
    public async Task Batch_WithOneEventThatIsKnown_StoresTheOthers()
    {
        var known = Element(host.NewId());
        var first = await host.SendAsync(Batch(known));
        Assert.Equal(["accepted"], Statuses(first));

        var second = await host.SendAsync(Batch(known, Element(host.NewId())));
        var third = await host.SendAsync(Batch(known));

        Assert.Equal(["duplicate", "accepted"], Statuses(second));
        Assert.Equal("accepted", second.Json.GetProperty("status").GetString());
        Assert.Equal(["duplicate"], Statuses(third));
        Assert.Equal("duplicate", third.Json.GetProperty("status").GetString());
        Assert.Equal(first.Json.GetProperty("id").GetString(), third.Json.GetProperty("id").GetString());
    }

    [Fact]
    [Trait("Attack", "A110")]
    public async Task Batch_WithOneIdTwice_StoresTheFirst()
    {
        var (id, mismatches, stored) = (host.NewId(), host.BodyMismatches, await host.CountStoredAsync());

        var response = await host.SendAsync(Batch(Element(id), Element(id, action: "failed"), Element(id)));

        Assert.Equal(["accepted", "duplicate", "duplicate"], Statuses(response));
        Assert.Equal((stored + 1, mismatches + 1), (await host.CountStoredAsync(), host.BodyMismatches));
        var only = Assert.Single(response.Json.GetProperty("events").EnumerateArray().Select(static receipt => receipt.GetProperty("id").GetString()!).Distinct());
        await host.Handled.WaitAsync(only);
        Assert.Equal(Element(id), Encoding.UTF8.GetString((await host.FindAsync(only)).Event.Body));
    }

    [Theory]
    [Trait("Attack", "A111")]
    [InlineData("""{"resource_type":"payments","action":"confirmed"}""", "/events/1/id")]
    [InlineData("""{"id":"","resource_type":"payments","action":"confirmed"}""", "/events/1/id")]
    [InlineData("""{"id":{},"resource_type":"payments","action":"confirmed"}""", "/events/1/id")]
    [InlineData("""{"id":"EV1","resource_type":"payments"}""", "/events/1/resource_type")]
    [InlineData("{}", "/events/1/id", "/events/1/resource_type")]
    [InlineData("[]", "/events/1")]
    [InlineData("""[{"id":"EV1","resource_type":"payments","action":"confirmed"}]""", "/events/1")]
    [InlineData("null", "/events/1")]
    [InlineData("\"x\"", "/events/1")]
    [InlineData("1", "/events/1")]
    public async Task Batch_WithOneElementThatIsNoEvent_IsRefusedWhole(string wrong, params string[] pointers)
    {
        var response = await host.AssertRefusedAsync(
            Batch(Element(host.NewId()), wrong, Element(host.NewId())), 400, "WHR2008", RejectionReason.EnvelopeInvalid);

        Assert.Equal(pointers.Order(StringComparer.Ordinal), response.Json.GetProperty("errors").EnumerateObject().Select(static error => error.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [Trait("Attack", "A111")]
    [InlineData("{}")]
    [InlineData("""{"events":null}""")]
    [InlineData("""{"events":"x"}""")]
    [InlineData("[]")]
    public async Task Batch_ThatIsNotThere_IsRefused(string body)
    {
        var response = await host.AssertRefusedAsync(host.Batches.Sign(body, ""), 400, "WHR2008", RejectionReason.EnvelopeInvalid);

        Assert.Equal("/events/*", Assert.Single(response.Json.GetProperty("errors").EnumerateObject()).Name);
    }

    [Fact]
    [Trait("Attack", "A112")]
    public Task Batch_WithoutElements_IsAnsweredAndNothingIsStored() => host.AssertNothingHappensAsync(async () =>
    {
        var response = await host.SendAsync(Batch());

        Assert.Equal((200, """{"status":"accepted","events":[]}"""), (response.Status, response.Text));
    });

    private static string[] Statuses(WireResponse response) =>
        [.. response.Json.GetProperty("events").EnumerateArray().Select(static receipt => receipt.GetProperty("status").GetString()!)];

    private static string Element(string id, string action = "confirmed") =>
        $$"""{"id":{{JsonSerializer.Serialize(id)}},  "resource_type":"payments","action":"{{action}}"}""";

    private WireRequest Batch(params string[] elements) => host.Batches.Sign($$$"""{"events":[{{{string.Join(" , ", elements)}}}],"meta":{}}""", "");
}
