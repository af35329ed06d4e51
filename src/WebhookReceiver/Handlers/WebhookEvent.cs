using WebhookReceiver.Inbox;

namespace WebhookReceiver;

/// <summary>One event as a handler sees it. Immutable, as far as its data is.</summary>
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

    /// <summary>
    /// The sender's id of the event, at most 256 bytes; the SHA-256 of the body in hex where the sender gives none. The source and this
    /// are what a duplicate is known by.
    /// </summary>
    public string EventId => _stored.EventId;

    /// <summary>The configured source it came from.</summary>
    public string Source => _stored.Source;

    /// <summary>The event's type, such as <c>new_order</c> or <c>pull_request.opened</c>; at most 200 characters.</summary>
    public string Type => _stored.Type;

    /// <summary>
    /// When the event happened, as the sender says, or else when it was signed; <see langword="null"/> if neither is known.
    /// </summary>
    public DateTimeOffset? Timestamp => _stored.Timestamp;

    /// <summary>When the delivery arrived, by our clock.</summary>
    public DateTimeOffset ReceivedAt => _stored.ReceivedAt;

    /// <summary>
    /// The number of this attempt, from 1; a replay begins again with 1. More than 1 means that an earlier one failed or was cut off; 1
    /// does not mean that there was none.
    /// </summary>
    public int Attempt { get; }

    /// <summary>
    /// The headers that were kept, by name, ignoring case: <c>User-Agent</c>, and those that the sender's row names. A
    /// signature is never among them.
    /// </summary>
    public IReadOnlyDictionary<string, string> Headers => _headers ??= KeptHeaders.Read(_stored.Headers);

    /// <summary>The event's data, made anew for each attempt; the exact body alone is shared between attempts and handlers.</summary>
    public TData Data { get; }
}
