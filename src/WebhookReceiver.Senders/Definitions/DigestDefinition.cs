namespace WebhookReceiver.Senders;

/// <summary>A signed value that must be the digest of something else, which is thereby signed too. Immutable; safe to share between threads.</summary>
public sealed record DigestDefinition
{
    /// <summary>A template of one part that is signed, such as <c>{query:bodySHA256}</c> in a signed URL, or <c>{claim:payload_hash}</c> of a JWT.</summary>
    public required string Value { get; init; }

    /// <summary>What it is the digest of: <c>{body}</c> (the default) or <c>{url}</c>.</summary>
    public string Of { get; init; } = "{body}";

    /// <summary>The hash. The default is SHA-256.</summary>
    public SignatureHash Hash { get; init; } = SignatureHash.Sha256;

    /// <summary>How it is written. The default is hexadecimal.</summary>
    public SignatureEncoding Encoding { get; init; } = SignatureEncoding.Hex;
}
