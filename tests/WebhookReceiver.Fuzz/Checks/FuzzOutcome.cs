namespace WebhookReceiver.Fuzz.Checks;

/// <summary>What an answer says of its request.</summary>
internal enum FuzzOutcome
{
    /// <summary>The server's own refusal: it was no request.</summary>
    NoRequest,

    /// <summary>Refused before its signature was looked at.</summary>
    Refused,

    /// <summary>401.</summary>
    NotVerified,

    /// <summary>Verified, and 400.</summary>
    Invalid,

    /// <summary>Verified, and stored or known.</summary>
    Stored,

    /// <summary>A handshake, answered or refused, or an empty batch: nothing is stored.</summary>
    Handshake,

    /// <summary>503.</summary>
    Deferred,
}
