using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using FluentValidation;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Inbox;
using WebhookReceiver.Senders;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Envelopes;

/// <summary>Opens a verified delivery: finds the envelope where the sender's map says it stands, and checks it.</summary>
/// <param name="validator">Made for the first envelope that is wrong: it compiles expressions, for which neither the start nor a right event should wait.</param>
internal sealed class EnvelopeReader(Lazy<IValidator<WebhookEnvelope>> validator)
{
    /// <summary>A sender that gives no id may well mean the same words twice; that it tries the same delivery again takes hours.</summary>
    private static readonly TimeSpan DigestWindow = TimeSpan.FromHours(24);

    /// <summary>Reads the event that a delivery carries.</summary>
    /// <param name="delivery">The delivery, verified.</param>
    /// <param name="digest">The SHA-256 of its body.</param>
    /// <param name="schemeIndex">The scheme that verified it, whose signed id comes before any other.</param>
    /// <param name="signedAt">The signed time, where there is one.</param>
    /// <param name="secretIndex">The secret that matched.</param>
    /// <param name="webhookEvent">The event; <see langword="null"/> if the envelope will not do.</param>
    /// <param name="errors">What is wrong, by JSON pointer (or <c>header Name</c> where the value stands in a header).</param>
    public bool TryRead(
        Delivery delivery, byte[] digest, int schemeIndex, DateTimeOffset? signedAt, int secretIndex,
        out InboxEvent? webhookEvent, out IDictionary<string, string[]>? errors)
    {
        var plan = delivery.Source.Plan;
        var envelope = Read(delivery, digest, plan, schemeIndex, signedAt);
        if (!WebhookEnvelopeValidator.IsRight(envelope))
        {
            webhookEvent = null;
            errors = ErrorsOf(envelope, plan, schemeIndex);
            return false;
        }

        errors = null;
        webhookEvent = new InboxEvent
        {
            Source = delivery.Source.Name,
            EventId = envelope.Id!,
            Type = envelope.Type!,
            Timestamp = envelope.Timestamp,
            ReceivedAt = delivery.ReceivedAt,
            ContentType = delivery.ContentType,
            Headers = HeadersOf(delivery),
            Body = delivery.Body,
            BodySha256 = digest,
            Data = envelope.Data!.Value,
            SecretIndex = secretIndex,
            DedupeWindow = IsDigest(envelope.Id!, digest, delivery.Source) ? DigestWindow : InboxEvent.DefaultDedupeWindow,
        };
        return true;
    }

    private Dictionary<string, string[]> ErrorsOf(WebhookEnvelope envelope, SenderPlan plan, int schemeIndex) => validator.Value.Validate(envelope).Errors
        .GroupBy(error => Pointer(plan, schemeIndex, error.PropertyName), static error => error.ErrorMessage, StringComparer.Ordinal)
        .ToDictionary(static group => group.Key, static group => group.ToArray(), StringComparer.Ordinal);

    /// <summary>Whether the id is the body's digest for want of another, and not because the source asks for it.</summary>
    private static bool IsDigest(string id, byte[] digest, WebhookSource source) =>
        source.Duplicates != DuplicateRule.Body && source.Plan.Event.Id is [.., { Parts: [{ Kind: TemplatePartKind.Digest }] }]
            && id.Length == 2 * digest.Length && id == Convert.ToHexStringLower(digest);

    private static WebhookEnvelope Read(Delivery delivery, byte[] digest, SenderPlan plan, int schemeIndex, DateTimeOffset? signedAt)
    {
        var request = new SignedDelivery(delivery);
        var scope = new TemplateScope { Digest = digest };
        var numbers = scope with { Numbers = true };
        try
        {
            var id = delivery.Source.Duplicates == DuplicateRule.Body
                ? Convert.ToHexStringLower(digest)
                : plan.ReadSignedId(schemeIndex, in request) ?? TemplateReader.First(plan.Event.Id, in request, in numbers);
            return new WebhookEnvelope(
                id,
                TemplateReader.First(plan.Event.Type, in request, in scope),
                plan.Event.TypeGrammar,
                TimestampOf(plan, in request, in numbers) ?? signedAt,
                DataOf(delivery, plan));
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate in the id or the type: it reads as JSON and is no text.
            return new WebhookEnvelope(null, null, plan.Event.TypeGrammar, null, null);
        }
    }

    /// <summary>It is shown and never decided on, so that one which cannot be read is left out rather than refused.</summary>
    private static DateTimeOffset? TimestampOf(SenderPlan plan, in SignedDelivery request, in TemplateScope scope)
    {
        string? text;
        try
        {
            text = TemplateReader.First(plan.Event.Timestamp, in request, in scope);
        }
        catch (InvalidOperationException)
        {
            return null;
        }

        if (text is null)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return seconds <= 253_402_300_799 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.ToUniversalTime() : null;
    }

    private static DataLocation? DataOf(Delivery delivery, SenderPlan plan)
    {
        var content = delivery.Content!;
        for (var place = 0; place < plan.Event.Data.Count; place++)
        {
            var part = plan.Event.Data[place];
            if (part.Kind == TemplatePartKind.Form)
            {
                if (content.Form is not null)
                {
                    return DataLocation.Form(null);
                }
            }
            else if (content.TryFind(part.Pointer, out var element) && element.ValueKind != JsonValueKind.Null)
            {
                return content.Form is not null ? DataLocation.Form(plan.Definition.FormJsonField) : Slice(delivery.Body, element);
            }
        }

        return null;
    }

    /// <summary>Where an element stands in the body that it was parsed from.</summary>
    private static DataLocation Slice(byte[] body, JsonElement element)
    {
        var raw = JsonMarshal.GetRawUtf8Value(element);
        var start = (int)Unsafe.ByteOffset(ref MemoryMarshal.GetArrayDataReference(body), ref MemoryMarshal.GetReference(raw));
        return DataLocation.Json(start, raw.Length);
    }

    private static string HeadersOf(Delivery delivery)
    {
        var text = new DefaultInterpolatedStringHandler(0, 0, CultureInfo.InvariantCulture, stackalloc char[256]);
        foreach (var name in delivery.Source.KeptHeaders)
        {
            var values = delivery.Headers[name];
            if (values.Count > 0)
            {
                text.AppendLiteral(name);
                text.AppendLiteral(": ");
                text.AppendLiteral(values.ToString());
                text.AppendLiteral("\n");
            }
        }

        return text.ToStringAndClear();
    }

    private static string Pointer(SenderPlan plan, int schemeIndex, string property)
    {
        var part = property switch
        {
            nameof(WebhookEnvelope.Type) => plan.Event.Type[0].Parts[0],
            nameof(WebhookEnvelope.Id) => (plan.SignedId(schemeIndex) ?? plan.Event.Id[0]).Parts[0],
            _ => plan.Event.Data[0],
        };
        return part.Kind switch
        {
            TemplatePartKind.Header => $"header {part.Name}",
            TemplatePartKind.Query => $"query {part.Name}",
            TemplatePartKind.Claim => $"claim {part.Name}",
            _ => part.Name,
        };
    }
}
