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
    /// <param name="content">Its content.</param>
    /// <param name="digest">The SHA-256 of its body.</param>
    /// <param name="schemeIndex">The scheme that verified it, whose signed id comes before any other.</param>
    /// <param name="signedAt">The signed time, where there is one.</param>
    /// <param name="secretIndex">The secret that matched.</param>
    /// <param name="webhookEvent">The event; <see langword="null"/> if the envelope will not do.</param>
    /// <param name="errors">What is wrong, by JSON pointer (or <c>header Name</c> where the value stands in a header).</param>
    public bool TryRead(
        Delivery delivery, DeliveryContent content, byte[] digest, int schemeIndex, DateTimeOffset? signedAt, int secretIndex,
        out InboxEvent? webhookEvent, out IDictionary<string, string[]>? errors)
    {
        var plan = delivery.Source.Plan;
        var envelope = Read(delivery, content, digest, plan, schemeIndex, signedAt);
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

    private static WebhookEnvelope Read(Delivery delivery, DeliveryContent content, byte[] digest, SenderPlan plan, int schemeIndex, DateTimeOffset? signedAt)
    {
        try
        {
            var id = delivery.Source.Duplicates == DuplicateRule.Body
                ? Convert.ToHexStringLower(digest)
                : plan.SignedId(schemeIndex) is { } signedId ? content.Read(signedId) : content.First(plan.Event.Id, numbers: true);
            return new WebhookEnvelope(
                id, content.First(plan.Event.Type), plan.Event.TypeGrammar, TimestampOf(content, plan) ?? signedAt, DataOf(delivery, content, plan));
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate in the id or the type: it reads as JSON and is no text.
            return new WebhookEnvelope(null, null, plan.Event.TypeGrammar, null, null);
        }
    }

    private static DateTimeOffset? TimestampOf(DeliveryContent content, SenderPlan plan)
    {
        // It is shown and never decided on, so that one which cannot be read is left out rather than refused.
        if (plan.Event.Timestamp.Count == 0 || TextOf(content, plan.Event.Timestamp) is not { } text)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return seconds <= 253_402_300_799 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.ToUniversalTime() : null;
    }

    /// <returns><see langword="null"/> where there is none, and where it holds a lone surrogate: that reads as JSON and is no text.</returns>
    private static string? TextOf(DeliveryContent content, IReadOnlyList<Template> templates)
    {
        try
        {
            return content.First(templates, numbers: true);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static DataLocation? DataOf(Delivery delivery, DeliveryContent content, SenderPlan plan)
    {
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
            else if (content.TryFind(part, out var element) && element.ValueKind != JsonValueKind.Null)
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
        TemplatePart? part = property switch
        {
            nameof(WebhookEnvelope.Type) => plan.Event.Type[0].Parts[0],
            nameof(WebhookEnvelope.Id) => (plan.SignedId(schemeIndex) ?? plan.Event.Id[0]).Parts[0],
            _ => plan.Event.Data[0],
        };
        return part.Kind == TemplatePartKind.Header ? $"header {part.Name}" : part.Name;
    }
}
