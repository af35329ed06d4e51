namespace WebhookReceiver.Senders;

/// <summary>
/// How a sender signs: what is signed, with which key, and where the signature stands. Immutable; safe to share between threads.
/// </summary>
public sealed record SchemeDefinition
{
    /// <summary>The hash of the HMAC.</summary>
    public required SignatureHash Hash { get; init; }

    /// <summary>
    /// What is signed, as a template of literals and parts: <c>{body}</c>, <c>{url}</c> (the public URL of the source),
    /// <c>{header:Name}</c>, <c>{parameter:t}</c> (a pair of the signature header; only where the format is
    /// <see cref="SignatureFormat.Pairs"/>). It has <c>{body}</c> exactly once, and at most eight headers and
    /// parameters. See <see cref="Template"/>.
    /// </summary>
    public required string Content { get; init; }

    /// <summary>How the text of a secret becomes the key. The default is <see cref="KeyRule.Utf8"/>.</summary>
    public KeyRule Key { get; init; } = KeyRule.Utf8;

    /// <summary>Where the signature stands.</summary>
    public required SignatureLocation Signature { get; init; }

    /// <summary>
    /// The id of the event as a template of one part that the content signs too, such as <c>{header:webhook-id}</c>; <see langword="null"/>
    /// (the default) where none is signed.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>
    /// The time of signing where it is part of what is signed; <see langword="null"/> (the default) where none is,
    /// and a delivery is never stale.
    /// </summary>
    public TimestampDefinition? Timestamp { get; init; }
}

/// <summary>The hash functions of HMAC schemes.</summary>
public enum SignatureHash
{
    /// <summary>HMAC-SHA-256.</summary>
    Sha256,
    /// <summary>HMAC-SHA-1: only for senders that offer nothing better.</summary>
    Sha1,
    /// <summary>HMAC-SHA-512.</summary>
    Sha512,
}

/// <summary>How the text of a secret becomes key bytes. Always the sender's rule, never guessed from the look of the secret.</summary>
public enum KeyRule
{
    /// <summary>The UTF-8 bytes of the whole text, prefixes included.</summary>
    Utf8,
    /// <summary>An optional <c>whsec_</c> is removed, the rest is strict base64 (Standard Webhooks).</summary>
    Whsec,
    /// <summary>Strict base64.</summary>
    Base64,
    /// <summary>Hexadecimal, either case.</summary>
    Hex,
}

/// <summary>Where a signature stands in a request, and how it is written. Immutable; safe to share between threads.</summary>
public sealed record SignatureLocation
{
    /// <summary>The header's name, 1 to 128 characters; compared without regard to case.</summary>
    public required string Header { get; init; }

    /// <summary>The syntax of the header's value.</summary>
    public required SignatureFormat Format { get; init; }

    /// <summary>How the bytes of the signature are written.</summary>
    public required SignatureEncoding Encoding { get; init; }

    /// <summary>
    /// What stands before the signature, such as <c>sha256=</c>; compared by case. Set where <see cref="Format"/> is
    /// <see cref="SignatureFormat.Prefixed"/>, otherwise <see langword="null"/>.
    /// </summary>
    public string? Prefix { get; init; }

    /// <summary>
    /// What stands between items where <see cref="Format"/> is a list, a punctuation mark that no item holds; otherwise
    /// <see langword="null"/>. <see langword="null"/> in a list (the default) is the format's own: comma for pairs, blank for versions.
    /// </summary>
    public char? Separator { get; init; }

    /// <summary>
    /// The name of the pair, or the version, that carries the signature, such as <c>v1</c>; compared by case. Set where
    /// <see cref="Format"/> is a list, otherwise <see langword="null"/>.
    /// </summary>
    public string? Parameter { get; init; }
}

/// <summary>The syntaxes of a signature header.</summary>
public enum SignatureFormat
{
    /// <summary>The signature alone.</summary>
    Bare,
    /// <summary>A fixed prefix, then the signature: <c>sha256=…</c>.</summary>
    Prefixed,
    /// <summary>Pairs, in any order: <c>t=…,v1=…,v1=…</c>.</summary>
    Pairs,
    /// <summary>Versioned signatures: <c>v1,… v1,…</c>.</summary>
    Versioned,
}

/// <summary>How bytes are written as text.</summary>
public enum SignatureEncoding
{
    /// <summary>Hexadecimal, either case.</summary>
    Hex,
    /// <summary>Base64 with padding; canonical form only.</summary>
    Base64,
}

/// <summary>
/// Where the signed time stands, and how far it may be from the receiver's clock. Immutable; safe to share between threads.
/// </summary>
public sealed record TimestampDefinition
{
    /// <summary>
    /// A template of one part that the content signs too, such as <c>{header:webhook-timestamp}</c> or <c>{parameter:t}</c>.
    /// </summary>
    public required string Value { get; init; }

    /// <summary>How the time is written. The default is <see cref="TimestampFormat.UnixSeconds"/>.</summary>
    public TimestampFormat Format { get; init; } = TimestampFormat.UnixSeconds;

    /// <summary>How far the signed time may be from the receiver's clock, in seconds, both ways, 1 to 86,400. The default is 300.</summary>
    public int ToleranceSeconds { get; init; } = 300;
}

/// <summary>How a time is written.</summary>
public enum TimestampFormat
{
    /// <summary>Whole seconds since 1970, 1 to 11 digits.</summary>
    UnixSeconds,
    /// <summary>Whole milliseconds since 1970, 1 to 14 digits.</summary>
    UnixMilliseconds,
}
