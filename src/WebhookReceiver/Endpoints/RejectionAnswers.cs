namespace WebhookReceiver.Endpoints;

/// <summary>What the sender is told of a rejection.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The error code.</param>
/// <param name="Title">One sentence.</param>
/// <param name="RetryAfterSeconds">When to try again; 0 for a refusal that trying again does not change.</param>
/// <param name="ClosesConnection">Whether the rest of the body is not worth reading.</param>
internal sealed record RejectionAnswer(int Status, string Code, string Title, int RetryAfterSeconds = 0, bool ClosesConnection = false);

/// <summary>The one table from the reason of a rejection to its HTTP answer.</summary>
internal static class RejectionAnswers
{
    // One answer for everything that concerns proof: it must not tell a forger how far he got.
    private static readonly RejectionAnswer NotVerified = new(401, "WHR2000", "The delivery was not accepted.");

    /// <summary>The answer to a rejection: of its reason, under the status that the sender wants. A 401 is the one that all others are.</summary>
    public static RejectionAnswer For(ReceiveResult.Rejected rejected) => rejected.Status switch
    {
        null => For(rejected.Reason),
        401 => NotVerified,
        { } status => For(rejected.Reason) with { Status = status },
    };

    public static RejectionAnswer For(RejectionReason reason) => reason switch
    {
        RejectionReason.UnknownSource => new(404, "WHR2005", "There is no such source."),
        RejectionReason.MethodNotAllowed => new(405, "WHR2012", "Deliveries are sent with POST."),
        RejectionReason.HttpsRequired => new(403, "WHR2013", "Deliveries are taken over HTTPS only.", ClosesConnection: true),
        RejectionReason.ContentTypeUnsupported => new(415, "WHR2006", "The content type is not one that this source takes.", ClosesConnection: true),
        RejectionReason.ContentEncodingUnsupported => new(415, "WHR2014", "Send the body without a content encoding.", ClosesConnection: true),
        RejectionReason.BodyTooLarge => new(413, "WHR2007", "The body is larger than this source takes.", ClosesConnection: true),
        RejectionReason.BodyIncomplete => new(400, "WHR2015", "The body ended before its announced length.", ClosesConnection: true),
        RejectionReason.BodyMalformed => new(400, "WHR2009", "The body cannot be read."),
        RejectionReason.EnvelopeInvalid => new(400, "WHR2008", "The envelope of the event is not valid."),
        RejectionReason.HandshakeRefused => new(403, "WHR2016", "The handshake was refused."),
        RejectionReason.Overloaded => new(503, "WHR4001", "Too much is waiting to be stored; nothing was acknowledged. Send the event again.", RetryAfterSeconds: 5),
        RejectionReason.DiskNearlyFull => new(503, "WHR4003", "There is no room for the event at the moment; nothing was acknowledged. Send it again.", RetryAfterSeconds: 30),
        RejectionReason.StorageFailed => new(503, "WHR4002", "The event could not be stored; nothing was acknowledged. Send it again.", RetryAfterSeconds: 30),
        RejectionReason.KeyUnavailable => new(503, "WHR4005", "The sender's key could not be fetched; nothing was acknowledged. Send the event again.", RetryAfterSeconds: 30),
        RejectionReason.StorageSlow => new(503, "WHR4004", "Storing the event took too long; nothing was acknowledged. Send it again.", RetryAfterSeconds: 30),
        _ => NotVerified,
    };
}
