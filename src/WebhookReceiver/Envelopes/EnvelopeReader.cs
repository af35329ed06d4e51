using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using FluentValidation;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Inbox;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Envelopes;

/// <summary>Opens a verified delivery: finds the envelope of each of its events where the sender's map says it stands, and checks it.</summary>
/// <param name="validator">Made for the first envelope that is wrong: it compiles expressions, for which neither the start nor a right event should wait.</param>
internal sealed class EnvelopeReader(Lazy<IValidator<WebhookEnvelope>> validator)
{
    /// <summary>The most events of one delivery, which are stored in one transaction.</summary>
    public const int MaxEvents = 10_000;

    /// <summary>A sender that gives no id may well mean the same words twice; that it tries the same delivery again takes hours.</summary>
    private static readonly TimeSpan DigestWindow = TimeSpan.FromHours(24);

    /// <summary>Reads the events that a delivery carries: one, or those of a batch, of which one that is wrong refuses all.</summary>
    /// <param name="delivery">The delivery, verified.</param>
    /// <param name="digest">The SHA-256 of its body.</param>
    /// <param name="schemeIndex">The scheme that verified it, whose signed id comes before any other.</param>
    /// <param name="signedAt">The signed time, where there is one.</param>
    /// <param name="secretIndex">The secret that matched.</param>
    /// <param name="events">The events, none for an empty batch; <see langword="null"/> if an envelope will not do.</param>
    /// <param name="errors">What is wrong, by JSON pointer (or <c>header Name</c> where the value stands in a header).</param>
    public bool TryRead(
        Delivery delivery, byte[] digest, int schemeIndex, DateTimeOffset? signedAt, int secretIndex,
        out InboxEvent[]? events, out IDictionary<string, string[]>? errors)
    {
        var reading = new EnvelopeReading(delivery, schemeIndex, signedAt, secretIndex);
        if (delivery.Source.Plan.Event.Each.Count > 0)
        {
            return TryReadBatch(in reading, out events, out errors);
        }

        events = TryReadOne(in reading, delivery.Body, digest, new TemplateScope { Digest = digest }, out errors) is { } only ? [only] : null;
        return events is not null;
    }

    private bool TryReadBatch(in EnvelopeReading reading, out InboxEvent[]? events, out IDictionary<string, string[]>? errors)
    {
        var (plan, content) = (reading.Plan, reading.Delivery.Content!);
        events = null;
        errors = null;
        if (!plan.HasBatch(content))
        {
            errors = Error(plan.Definition.Event.Each!, "The events are expected there, in an array that may be empty.");
            return false;
        }

        var read = new List<InboxEvent>();
        foreach (var item in plan.Items(content))
        {
            if (read.Count == MaxEvents)
            {
                errors = Error(plan.Definition.Event.Each!, $"A delivery has at most {MaxEvents} events.");
                return false;
            }

            if (item.ValueKind != JsonValueKind.Object)
            {
                errors = Error(plan.ItemPointer(content, read.Count), "The event is not an object.");
                return false;
            }

            var body = JsonMarshal.GetRawUtf8Value(item).ToArray();
            if (TryReadOne(in reading, body, SHA256.HashData(body), new TemplateScope { Item = item, Index = read.Count }, out errors) is not { } one)
            {
                return false;
            }

            read.Add(one);
        }

        events = [.. read];
        return true;
    }

    /// <param name="reading">The delivery.</param>
    /// <param name="body">The bytes of the event: those of the delivery, or of its element.</param>
    /// <param name="digest">Their SHA-256.</param>
    /// <param name="scope">What the templates read besides.</param>
    /// <param name="errors">What is wrong.</param>
    private InboxEvent? TryReadOne(
        in EnvelopeReading reading, byte[] body, byte[] digest, in TemplateScope scope, out IDictionary<string, string[]>? errors)
    {
        var envelope = Read(in reading, digest, in scope);
        if (!WebhookEnvelopeValidator.IsRight(envelope))
        {
            errors = ErrorsOf(envelope, in reading, in scope);
            return null;
        }

        errors = null;
        var delivery = reading.Delivery;
        return new InboxEvent
        {
            Source = delivery.Source.Name,
            EventId = envelope.Id!,
            Type = envelope.Type!,
            Timestamp = envelope.Timestamp,
            ReceivedAt = delivery.ReceivedAt,
            ContentType = scope.Item is null ? delivery.ContentType : "application/json",
            Headers = reading.Headers,
            Body = body,
            BodySha256 = digest,
            Data = envelope.Data!.Value,
            SecretIndex = reading.SecretIndex,
            DedupeWindow = IsDigest(envelope.Id!, digest, in reading) ? DigestWindow : InboxEvent.DefaultDedupeWindow,
        };
    }

    private static WebhookEnvelope Read(in EnvelopeReading reading, byte[] digest, in TemplateScope scope)
    {
        var plan = reading.Plan;
        var request = new SignedDelivery(reading.Delivery);
        var numbers = scope with { Numbers = true };
        try
        {
            return new WebhookEnvelope(
                IdOf(in reading, digest, in request, in numbers),
                TypeOf(plan, in request, in scope, in numbers),
                plan.Event.TypeGrammar,
                TimestampOf(plan, in request, in numbers) ?? reading.SignedAt,
                DataOf(reading.Delivery.Content!, plan, in scope));
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate in the id or the type: it reads as JSON and is no text.
            return new WebhookEnvelope(null, null, plan.Event.TypeGrammar, null, null);
        }
    }

    private static string? IdOf(in EnvelopeReading reading, byte[] digest, in SignedDelivery request, in TemplateScope scope) => reading.Delivery.Source.Duplicates switch
    {
        DuplicateRule.Body => Convert.ToHexStringLower(digest),
        DuplicateRule.None => RandomNumberGenerator.GetHexString(2 * SHA256.HashSizeInBytes, lowercase: true),

        // A signed id is that of the delivery, and not of one of its elements.
        _ => (scope.Item is null ? reading.Plan.ReadSignedId(reading.SchemeIndex, in request) : null)
            ?? TemplateReader.First(reading.Plan.Event.Id, in request, in scope),
    };

    /// <summary>A number alone is no type; joined to a text it is a part of one.</summary>
    private static string? TypeOf(SenderPlan plan, in SignedDelivery request, in TemplateScope scope, in TemplateScope numbers)
    {
        for (var place = 0; place < plan.Event.Type.Count; place++)
        {
            var template = plan.Event.Type[place];
            if (TemplateReader.Read(template, in request, template.Parts.Count > 1 ? numbers : scope) is { } type)
            {
                return type;
            }
        }

        return null;
    }

    /// <summary>Whether the id is a digest for want of another, and not because the source or the row asks for it.</summary>
    private static bool IsDigest(string id, byte[] digest, in EnvelopeReading reading) =>
        reading.Delivery.Source.Duplicates == DuplicateRule.Id
            && reading.Plan.Event.Id is [.., { Parts: [{ Kind: TemplatePartKind.Digest or TemplatePartKind.ItemDigest }] }]
            && id.Length == 2 * digest.Length && id == Convert.ToHexStringLower(digest);

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

    private static DataLocation? DataOf(RequestContent content, SenderPlan plan, in TemplateScope scope)
    {
        for (var place = 0; place < plan.Event.Data.Count; place++)
        {
            var part = plan.Event.Data[place];
            if (part.Kind == TemplatePartKind.Form)
            {
                if (content.Form is not null)
                {
                    return DataLocation.Form;
                }
            }
            else if (TemplateReader.TryFind(part, content, in scope, out var element) && element.ValueKind != JsonValueKind.Null)
            {
                // An element is the whole body of its event, wherever it came from.
                return scope.Item is { } item
                    ? Slice(JsonMarshal.GetRawUtf8Value(item), element, formField: null)
                    : Slice(content.DocumentText.Span, element, content.Form is null ? null : plan.Definition.FormJsonField);
            }
        }

        return null;
    }

    /// <summary>Where an element stands in the text that it was parsed from.</summary>
    private static DataLocation Slice(ReadOnlySpan<byte> text, JsonElement element, string? formField)
    {
        var raw = JsonMarshal.GetRawUtf8Value(element);
        var start = (int)Unsafe.ByteOffset(ref MemoryMarshal.GetReference(text), ref MemoryMarshal.GetReference(raw));
        return new DataLocation(start, raw.Length, formField);
    }

    private Dictionary<string, string[]> ErrorsOf(WebhookEnvelope envelope, in EnvelopeReading reading, in TemplateScope scope)
    {
        var (plan, schemeIndex) = (reading.Plan, reading.SchemeIndex);
        var item = scope.Item is null ? null : plan.ItemPointer(reading.Delivery.Content!, scope.Index);
        return validator.Value.Validate(envelope).Errors
            .GroupBy(error => Pointer(plan, schemeIndex, item, error.PropertyName), static error => error.ErrorMessage, StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => group.ToArray(), StringComparer.Ordinal);
    }

    private static Dictionary<string, string[]> Error(string pointer, string message) => new(StringComparer.Ordinal) { [pointer] = [message] };

    private static string Pointer(SenderPlan plan, int schemeIndex, string? item, string property)
    {
        var part = property switch
        {
            nameof(WebhookEnvelope.Type) => plan.Event.Type[0].Parts[0],
            nameof(WebhookEnvelope.Id) => ((item is null ? plan.SignedId(schemeIndex) : null) ?? plan.Event.Id[0]).Parts[0],
            _ => plan.Event.Data[0],
        };
        return part.Kind switch
        {
            TemplatePartKind.Header => $"header {part.Name}",
            TemplatePartKind.Query => $"query {part.Name}",
            TemplatePartKind.Claim => $"claim {part.Name}",
            TemplatePartKind.Item => item + part.Name,
            TemplatePartKind.ItemKey or TemplatePartKind.Key => item + string.Concat(part.Pointer.Select(static token => "/" + token)),
            TemplatePartKind.ItemDigest or TemplatePartKind.Index => item!,
            _ => part.Name,
        };
    }
}
