namespace WebhookReceiver.Senders;

/// <summary>A hash that the answer to a handshake shows. Immutable; safe to share between threads.</summary>
public sealed record ComputedDefinition
{
    /// <summary>
    /// <see cref="ProofKind.Hmac"/> with the newest live secret, only where the handshake is verified: it would else sign whatever anybody asks
    /// for. Or <see cref="ProofKind.Digest"/>.
    /// </summary>
    public required ProofKind Proof { get; init; }

    /// <summary>The hash.</summary>
    public required SignatureHash Hash { get; init; }

    /// <summary>
    /// A template of what is hashed, with at least one part. It takes what the templates of the handshake take, <c>{publicUrl}</c>, and
    /// <c>{handshakeSecret}</c>, which stands nowhere else.
    /// </summary>
    public required string Content { get; init; }

    /// <summary>How it is written; hexadecimal is in lower case.</summary>
    public required SignatureEncoding Encoding { get; init; }
}
