using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CsCheck;
using FluentValidation;
using Microsoft.AspNetCore.Http;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Envelopes;
using WebhookReceiver.Inbox;
using WebhookReceiver.Senders;
using WebhookReceiver.Sources;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Envelopes;

public sealed class EnvelopeReaderProperties
{
    private static readonly Gen<string> HeaderValues = PropertyRuns.Text().Select(static text => text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal).Trim(' ', '\t'));

    private readonly Lazy<IValidator<WebhookEnvelope>> _validator = new(static () => new WebhookEnvelopeValidator());

    [Fact]
    public void Event_OfAnyDocument_KeepsTheRulesAndItsDataIsThatOfTheBody() =>
        Gen.Select(JsonDocuments.Texts, JsonDocuments.Texts, JsonDocuments.Texts).Holds(
            (id, type, data) =>
            {
                var body = Encoding.UTF8.GetBytes($"{{\"id\":{id} ,\"event\":{type}, \"data\" :\n{data}}}");
                var (events, errors) = Read("hmac-sha256", body, new HeaderDictionary());
                Assert.Equal(events is null, errors is { Count: > 0 });
                if (events is not null)
                {
                    using var document = JsonDocument.Parse(body);
                    var only = Assert.Single(events);
                    Assert.Equal(document.RootElement.GetProperty("data").GetRawText(), Encoding.UTF8.GetString(only.Body.AsSpan(only.Data.Start, only.Data.Length)));
                    Assert.Equal(document.RootElement.GetProperty("event").GetString(), only.Type);
                    Assert.True(new WebhookEnvelopeValidator().Validate(new WebhookEnvelope(only.EventId, only.Type, TypeGrammar.Any, null, only.Data)).IsValid);
                }
            },
            each: 4);

    [Fact]
    public void Envelope_OfAnyTexts_IsRightForTheQuickCheckWhereItIsForTheValidator() =>
        Gen.Select(PropertyRuns.Text(200), PropertyRuns.Text(200), Gen.OneOf(Enum.GetValues<TypeGrammar>())).Holds(
            (id, type, grammar) =>
            {
                var envelope = new WebhookEnvelope(id, type, grammar, null, DataLocation.Form);

                Assert.Equal(_validator.Value.Validate(envelope).IsValid, WebhookEnvelopeValidator.IsRight(envelope));
            },
            each: 4);

    [Fact]
    public void Batch_OfAnyElements_IsTheirBytesInTheirOrder() =>
        JsonDocuments.Texts.Array[0, 6].Holds(
            items =>
            {
                string[] elements = [.. items.Select(static (item, n) => $"{{ \"webhookEventId\":\"e{n}\",\"type\":\"a\",\"more\":{item}}}")];
                var (events, _) = Read("line", Encoding.UTF8.GetBytes($"{{\"events\":[{string.Join(" , ", elements)}]}}"), new HeaderDictionary());

                Assert.Equal(elements, events!.Select(static one => Encoding.UTF8.GetString(one.Body)));
                Assert.All(events!, static one => Assert.Equal(SHA256.HashData(one.Body), one.BodySha256));
            },
            each: 4);

    [Fact]
    public void Headers_ThatAreKept_ReadBackTheSame() =>
        HeaderValues.Array[2, 2].Holds(values =>
        {
            var headers = new HeaderDictionary { ["X-GitHub-Delivery"] = "1", ["X-GitHub-Event"] = "push", ["User-Agent"] = values[0], ["X-GitHub-Hook-ID"] = values[1] };
            var only = Assert.Single(Read("github", "{}"u8.ToArray(), headers).Events!);
            var kept = KeptHeaders.Read(only.Headers);

            Assert.All(kept, header => Assert.Equal(headers[header.Key].ToString(), header.Value));
            Assert.Contains("X-GitHub-Event", kept.Keys);
        });

    private (InboxEvent[]? Events, IDictionary<string, string[]>? Errors) Read(string sender, byte[] body, HeaderDictionary headers)
    {
        Assert.True(SenderCatalog.TryGet(sender, out var row));
        using var delivery = new Delivery
        {
            Source = new WebhookSource("default", SenderPlan.Compile(row), [], new WebhookSourceOptions(), publicUrl: null),
            Method = "POST",
            Body = body,
            Format = BodyFormat.Json,
            ContentType = "application/json",
            Headers = headers,
            Query = "",
            ArrivedAt = TestEvents.Start,
            ReceivedAt = TestEvents.Start,
        };
        Assert.True(delivery.Content is not null, delivery.ContentProblem);
        new EnvelopeReader(_validator).TryRead(delivery, SHA256.HashData(body), schemeIndex: 0, signedAt: null, secretIndex: 0, out var events, out var errors);
        return (events, errors);
    }
}
