using WebhookReceiver.Inbox;

namespace WebhookReceiver;

/// <summary>One event as a handler sees it. Immutable.</summary>
/// <typeparam name="TData">What the event's data became.</typeparam>
public sealed class WebhookEvent<TData>
{
    private readonly InboxEvent _stored;
    private IReadOnlyDictionary<string, string>? _headers;

    internal WebhookEvent(InboxEvent stored, TData data, int attempt)
    {
        _stored = stored;
        Data = data;
        Attempt = attempt;
    }

    /// <summary>Our id: opaque, URL-safe, at most 64 characters, the same for every attempt and replay. The key for idempotent effects.</summary>
    public string Id => _stored.PublicId;

    /// <summary>The sender's id of the event; a digest of the body where the sender gives none.</summary>
    public string EventId => _stored.EventId;

    /// <summary>The configured source it came from.</summary>
    public string Source => _stored.Source;

    /// <summary>The event's type, such as <c>new_order</c> or <c>pull_request.opened</c>.</summary>
    public string Type => _stored.Type;

    /// <summary>When the event happened, as the sender says; <see langword="null"/> if it does not.</summary>
    public DateTimeOffset? Timestamp => _stored.Timestamp;

    /// <summary>When the delivery arrived, by our clock.</summary>
    public DateTimeOffset ReceivedAt => _stored.ReceivedAt;

    /// <summary>The number of this attempt, from 1. More than 1 means that an earlier one failed or was cut off.</summary>
    public int Attempt { get; }

    /// <summary>The headers that were kept, by name, ignoring case.</summary>
    public IReadOnlyDictionary<string, string> Headers => _headers ??= KeptHeaders.Read(_stored.Headers);

    /// <summary>The event's data.</summary>
    public TData Data { get; }
}
