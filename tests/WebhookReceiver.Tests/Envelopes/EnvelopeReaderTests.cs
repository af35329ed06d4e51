using System.Text;
using FluentValidation;
using Microsoft.AspNetCore.Http;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Envelopes;
using WebhookReceiver.Senders;
using WebhookReceiver.Sources;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Envelopes;

public sealed class EnvelopeReaderTests
{
    private readonly Lazy<IValidator<WebhookEnvelope>> _validator = new(static () => new WebhookEnvelopeValidator());

    [Fact]
    public void TryRead_RightEnvelope_MakesNoValidator()
    {
        Assert.Null(Errors("""{"event":"new_order","data":{}}"""));

        Assert.False(_validator.IsValueCreated);
    }

    [Fact]
    public void TryRead_WrongEnvelope_SaysWhatIsWrong()
    {
        Assert.Equal("The data is missing or null.", Assert.Single(Assert.Single(Errors("""{"event":"new_order"}""")!).Value));
    }

    private IDictionary<string, string[]>? Errors(string body)
    {
        Assert.True(SenderCatalog.TryGet("hmac-sha256", out var row));
        using var delivery = new Delivery
        {
            Source = new WebhookSource("default", SenderPlan.Compile(row), [], new WebhookSourceOptions(), publicUrl: null),
            Method = "POST",
            Body = Encoding.UTF8.GetBytes(body),
            Format = BodyFormat.Json,
            ContentType = "application/json",
            Headers = new HeaderDictionary { ["X-Event-Id"] = "evt_1" },
            Query = "",
            ReceivedAt = TestEvents.Start,
        };
        new EnvelopeReader(_validator).TryRead(delivery, new byte[32], schemeIndex: 0, signedAt: null, secretIndex: 0, out _, out var errors);
        return errors;
    }
}
