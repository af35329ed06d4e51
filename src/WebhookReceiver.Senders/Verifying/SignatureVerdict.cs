namespace WebhookReceiver.Senders;

/// <summary>What verification found. The default value is not verified.</summary>
/// <param name="Outcome">Verified, or the first check that failed.</param>
/// <param name="KeyIndex">
/// The position among the keys of the one that matched, the first of them if several did; -1 if none did. A request with a right signature
/// that is stale or ahead has one.
/// </param>
/// <param name="SchemeIndex">
/// The position among the sender's schemes of the one that decided; -1 if no signature header was present.
/// </param>
/// <param name="SignedAt">
/// The signed time, where the scheme has one and it could be read. It is the sender's word only where <paramref name="KeyIndex"/> is not -1.
/// </param>
public readonly record struct SignatureVerdict(SignatureOutcome Outcome, int KeyIndex, int SchemeIndex, DateTimeOffset? SignedAt)
{
    /// <summary>What must be fetched before the request can be verified; <see langword="null"/> where nothing is missing.</summary>
    public KeyReference? Needs { get; init; }

    /// <summary>Whether the request is the sender's own and fresh.</summary>
    public bool IsVerified => Outcome == SignatureOutcome.Verified;
}

/// <summary>The outcomes of verification. Only the operator may see which one it was.</summary>
public enum SignatureOutcome
{
    /// <summary>Not verified: the default value is never an acceptance.</summary>
    None,
    /// <summary>A live key matches and the signed time is fresh.</summary>
    Verified,
    /// <summary>No signature header.</summary>
    SignatureMissing,
    /// <summary>A signature that does not have the scheme's form, is too long (over 8 KiB for a token with claims, otherwise 1 KiB) or is more than eight.</summary>
    SignatureMalformed,
    /// <summary>The signature is well-formed and no key matches.</summary>
    SignatureMismatch,
    /// <summary>A header that the scheme reads stands there more than once.</summary>
    HeaderDuplicated,
    /// <summary>A header or parameter that is part of the signed content is absent.</summary>
    ContentMissing,
    /// <summary>The signed id is not 1 to 128 letters, digits, hyphens or underscores.</summary>
    IdMalformed,
    /// <summary>The signed time cannot be read.</summary>
    TimestampMalformed,
    /// <summary>The signature is right and the signed time too far in the past.</summary>
    TimestampStale,
    /// <summary>The signature is right and the signed time too far in the future.</summary>
    TimestampAhead,
    /// <summary>There is no key to verify with.</summary>
    NoKey,
    /// <summary>The scheme signs the public URL and none is configured.</summary>
    UrlUnknown,
    /// <summary>The proof is right, and what is signed by its digest is something else.</summary>
    DigestMismatch,
    /// <summary>The token's algorithm or one of its claims, or what the message signature covers, is not what the sender's row says.</summary>
    ClaimMismatch,
    /// <summary>The request names a key at a URL that the sender's row does not allow.</summary>
    KeyRefused,
    /// <summary>The key is not here: it must be fetched first (<see cref="SignatureVerdict.Needs"/>). That says nothing of the request.</summary>
    KeyUnavailable,
}
