namespace WebhookReceiver.Senders;

/// <summary>
/// Where the public key of a scheme is fetched from, for senders that hand out none. Nothing of it is followed that the row does not name: https alone, an exact
/// host, an exact path but for one part of it. Immutable; safe to share between threads.
/// </summary>
public sealed record KeySourceDefinition
{
    /// <summary>What is fetched.</summary>
    public required KeyDocument Document { get; init; }

    /// <summary>
    /// The URL: a fixed one, or a template of one part, <c>{header:…}</c> or <c>{json:…}</c>, where the request names it.
    /// </summary>
    public required string Url { get; init; }

    /// <summary>
    /// The hosts that the URL may have, where <c>*</c> is the name of a region such as <c>us-west-2</c>: <c>sns.*.amazonaws.com</c>. At least one where the
    /// request names the URL.
    /// </summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>
    /// The path that the URL must have, where <c>*</c> is letters, digits, hyphens and underscores: <c>/SimpleNotificationService-*.pem</c>. Set where the
    /// request names the URL; otherwise <see langword="null"/>.
    /// </summary>
    public string? Path { get; init; }
}

/// <summary>The documents that hold public keys.</summary>
public enum KeyDocument
{
    /// <summary>An X.509 certificate (RFC 5280) in PEM.</summary>
    Certificate,
    /// <summary>A JSON Web Key Set (RFC 7517); the token's <c>kid</c> chooses the key.</summary>
    Jwks,
}
