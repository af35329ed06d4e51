using WebhookReceiver.Diagnostics;

namespace WebhookReceiver.Endpoints;

/// <summary>What the sender is told of a rejection.</summary>
/// <param name="Error">The error.</param>
/// <param name="RetryAfterSeconds">When to try again; 0 for a refusal that trying again does not change.</param>
/// <param name="ClosesConnection">Whether the rest of the body is not worth reading.</param>
internal sealed record RejectionAnswer(ErrorCode Error, int RetryAfterSeconds = 0, bool ClosesConnection = false)
{
    /// <summary>The HTTP status: the error's own, unless the sender wants another.</summary>
    public int Status { get; init; } = Error.Statuses[0];
}

/// <summary>The one table from the reason of a rejection to its HTTP answer.</summary>
internal static class RejectionAnswers
{
    // One answer for everything that concerns proof: it must not tell a forger how far he got.
    private static readonly RejectionAnswer NotVerified = new(ErrorCodes.NotVerified);

    /// <summary>The answer to a rejection: of its reason, under the status that the sender wants. A 401 is the one that all others are.</summary>
    public static RejectionAnswer For(ReceiveResult.Rejected rejected) => rejected.Status switch
    {
        null when rejected.RetryAfterSeconds is { } seconds => For(rejected.Reason) with { RetryAfterSeconds = seconds },
        null => For(rejected.Reason),
        401 => NotVerified,
        { } status => For(rejected.Reason) with { Status = status },
    };

    public static RejectionAnswer For(RejectionReason reason) => reason switch
    {
        RejectionReason.FramingAmbiguous => new(ErrorCodes.FramingAmbiguous, ClosesConnection: true),
        RejectionReason.UnknownSource => new(ErrorCodes.SourceUnknown),
        RejectionReason.MethodNotAllowed => new(ErrorCodes.MethodNotAllowed),
        RejectionReason.HttpsRequired => new(ErrorCodes.HttpsRequired, ClosesConnection: true),
        RejectionReason.ContentTypeUnsupported => new(ErrorCodes.ContentTypeUnsupported, ClosesConnection: true),
        RejectionReason.ContentEncodingUnsupported => new(ErrorCodes.ContentEncodingUnsupported, ClosesConnection: true),
        RejectionReason.BodyTooLarge => new(ErrorCodes.BodyTooLarge, ClosesConnection: true),
        RejectionReason.BodyIncomplete => new(ErrorCodes.BodyIncomplete, ClosesConnection: true),
        RejectionReason.BodyTooSlow => new(ErrorCodes.BodyTooSlow, ClosesConnection: true),
        RejectionReason.BodyMemoryFull => new(ErrorCodes.Overloaded, RetryAfterSeconds: 5, ClosesConnection: true),
        RejectionReason.BodyMalformed => new(ErrorCodes.BodyMalformed),
        RejectionReason.EnvelopeInvalid => new(ErrorCodes.EnvelopeInvalid),
        RejectionReason.HandshakeRefused => new(ErrorCodes.HandshakeRefused),
        RejectionReason.RateLimited => new(ErrorCodes.RateLimited, RetryAfterSeconds: 1),
        RejectionReason.Overloaded => new(ErrorCodes.Overloaded, RetryAfterSeconds: 5),
        RejectionReason.DiskNearlyFull => new(ErrorCodes.DiskNearlyFull, RetryAfterSeconds: 30),
        RejectionReason.StorageFailed => new(ErrorCodes.StorageFailed, RetryAfterSeconds: 30),
        RejectionReason.KeyUnavailable => new(ErrorCodes.KeyUnavailable, RetryAfterSeconds: 30),
        RejectionReason.StorageSlow => new(ErrorCodes.StorageSlow, RetryAfterSeconds: 30),
        _ => NotVerified,
    };
}
