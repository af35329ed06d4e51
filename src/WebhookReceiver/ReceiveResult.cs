using WebhookReceiver.Inbox;
using WebhookReceiver.Senders;
using WebhookReceiver.Sources;

namespace WebhookReceiver;

/// <summary>What became of a delivery. Closed: these and no others.</summary>
internal abstract record ReceiveResult
{
    private ReceiveResult() { }

    /// <summary>On disk, or known from before: each event says which.</summary>
    public sealed record Stored(WebhookSource Source, InboxEvent[] Events) : ReceiveResult;

    /// <summary>A handshake: answered, never stored.</summary>
    public sealed record Answered(HandshakeAnswer Answer) : ReceiveResult;

    /// <summary>A batch without events: answered like one that was stored, and there is nothing to store.</summary>
    public sealed record Empty(WebhookSource Source) : ReceiveResult;

    /// <summary>Not accepted.</summary>
    /// <param name="Reason">Why, for the operator.</param>
    /// <param name="Detail">What a verified sender is told.</param>
    /// <param name="Errors">What is wrong with the envelope, by JSON pointer.</param>
    public sealed record Rejected(RejectionReason Reason, string? Detail = null, IDictionary<string, string[]>? Errors = null) : ReceiveResult
    {
        /// <summary>The HTTP status, where the sender wants another than the reason has.</summary>
        public int? Status { get; init; }

        /// <summary>When it is worth trying again, in seconds, where that depends on more than the reason.</summary>
        public int? RetryAfterSeconds { get; init; }

        /// <summary>Whether it was the sender's: its proof held.</summary>
        public bool IsVerified { get; init; }
    }
}
