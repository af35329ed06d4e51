namespace WebhookReceiver.Senders;

/// <summary>
/// How a sender proves that a request is its own: what is signed, with which key, and where the signature stands. Immutable; safe to share
/// between threads.
/// </summary>
public sealed record SchemeDefinition
{
    /// <summary>The kind of proof. The default is <see cref="ProofKind.Hmac"/>.</summary>
    public ProofKind Proof { get; init; } = ProofKind.Hmac;

    /// <summary>
    /// The hash of the HMAC, the digest, or the ECDSA or RSA signature, all of which need one; <see langword="null"/> (the default) for
    /// every other proof.
    /// </summary>
    public SignatureHash? Hash { get; init; }

    /// <summary>
    /// What is signed, as a template of literals and parts of the request: see <see cref="TemplatePartKind"/> for those that can be signed.
    /// At most sixteen values of the request are read by a scheme: headers, parameters, query parameters, form fields, JSON values. <see langword="null"/> (the default) where
    /// the proof says itself what is signed, or nothing is: <see cref="ProofKind.Token"/>, <see cref="ProofKind.Basic"/>,
    /// <see cref="ProofKind.Jwt"/>, <see cref="ProofKind.MessageSignature"/>. See <see cref="Template"/>.
    /// </summary>
    public string? Content { get; init; }

    /// <summary>How the text of a secret becomes the key. The default is <see cref="KeyRule.Utf8"/>.</summary>
    public KeyRule Key { get; init; } = KeyRule.Utf8;

    /// <summary>
    /// Where the public key is fetched from; <see langword="null"/> (the default) where it is configured. The secret of a source is then what binds a delivery
    /// to it, by <see cref="SecretEquals"/>, <c>{secret}</c> in the content, or a claim: a topic, an id, an account. Without that anybody with an account at
    /// the sender could send.
    /// </summary>
    public KeySourceDefinition? KeySource { get; init; }

    /// <summary>
    /// A template of one part that is signed, whose value must be the secret; <see langword="null"/> (the default) for none. Only beside
    /// <see cref="KeySource"/>.
    /// </summary>
    public string? SecretEquals { get; init; }

    /// <summary>What is appended to the secret before the key rule applies; <see langword="null"/> (the default) for nothing.</summary>
    public string? KeySuffix { get; init; }

    /// <summary>Where the signature stands.</summary>
    public required SignatureLocation Signature { get; init; }

    /// <summary>
    /// Templates of headers, query parameters and JSON values that must have these texts, where <c>*</c> is any that is present, for the scheme to be
    /// taken. None by default.
    /// </summary>
    public IReadOnlyDictionary<string, string> When { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The id of the event as a template of one part that is signed too, such as <c>{header:webhook-id}</c>; <see langword="null"/>
    /// (the default) where none is signed.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>
    /// The time of signing where it is part of what is signed; <see langword="null"/> (the default) where none is,
    /// and a delivery is never stale.
    /// </summary>
    public TimestampDefinition? Timestamp { get; init; }

    /// <summary>Signed values that must be the digest of something else, which they thereby sign. None by default.</summary>
    public IReadOnlyList<DigestDefinition> Digests { get; init; } = [];

    /// <summary>
    /// The algorithm of <see cref="ProofKind.Jwt"/> (RFC 7518 3.1: <c>HS256</c>, <c>HS384</c>, <c>HS512</c>, <c>RS256</c>, <c>RS384</c>,
    /// <c>RS512</c>, <c>PS256</c>, <c>ES256</c>, <c>ES384</c>, <c>EdDSA</c>) or of <see cref="ProofKind.MessageSignature"/> (RFC 9421 3.3:
    /// <c>hmac-sha256</c>, <c>ed25519</c>, <c>ecdsa-p256-sha256</c>, <c>ecdsa-p384-sha384</c>, <c>rsa-pss-sha512</c>,
    /// <c>rsa-v1_5-sha256</c>). It is the row's, and never the request's. <see langword="null"/> (the default) for every other proof.
    /// </summary>
    public string? Algorithm { get; init; }

    /// <summary>
    /// Claims of a JWT that must have exactly these texts, where <c>{secret}</c> is the secret and <c>{url}</c> the public URL. None by default.
    /// </summary>
    public IReadOnlyDictionary<string, string> Claims { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The components that an HTTP message signature must cover, such as <c>@method</c>, <c>@target-uri</c>, <c>content-digest</c>. None by
    /// default.
    /// </summary>
    public IReadOnlyList<string> Components { get; init; } = [];
}

/// <summary>The hash functions of proofs.</summary>
public enum SignatureHash
{
    /// <summary>SHA-256.</summary>
    Sha256,
    /// <summary>SHA-1: only for senders that offer nothing better.</summary>
    Sha1,
    /// <summary>SHA-512.</summary>
    Sha512,
    /// <summary>SHA-384.</summary>
    Sha384,
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
    /// <summary>An optional <c>v1,</c>, then as <see cref="Whsec"/> (Supabase).</summary>
    V1Whsec,
    /// <summary>With <c>whsec_</c> as <see cref="Whsec"/>, without it as <see cref="Utf8"/> (OpenAI).</summary>
    WhsecOrUtf8,
    /// <summary>HTML entities are decoded first, then as <see cref="Utf8"/> (WooCommerce).</summary>
    HtmlDecoded,
    /// <summary>Unicode normalisation form KD first, then as <see cref="Utf8"/> (EasyPost).</summary>
    Nfkd,
    /// <summary>An optional <c>whpk_</c> is removed, the rest is strict base64 (public keys of Standard Webhooks).</summary>
    Whpk,
    /// <summary>A public key in PEM, or its SubjectPublicKeyInfo (RFC 5280) in base64.</summary>
    PublicKey,
}

/// <summary>
/// Where a signature stands in a request, and how it is written. Exactly one of <see cref="Header"/>, <see cref="Query"/>,
/// <see cref="Pointer"/> and <see cref="Field"/> is set. Immutable; safe to share between threads.
/// </summary>
public sealed record SignatureLocation
{
    /// <summary>A header's name, 1 to 128 characters, compared without regard to case; <see langword="null"/> (the default) if it is no header.</summary>
    public string? Header { get; init; }

    /// <summary>A query parameter's name; <see langword="null"/> (the default) if it is none.</summary>
    public string? Query { get; init; }

    /// <summary>
    /// A JSON pointer (RFC 6901) into the body, where <c>*</c> is each element of an array and every one of them must hold;
    /// <see langword="null"/> (the default) if it stands elsewhere.
    /// </summary>
    public string? Pointer { get; init; }

    /// <summary>A form field's name; <see langword="null"/> (the default) if it is none.</summary>
    public string? Field { get; init; }

    /// <summary>Further headers that carry a signature of the same content, for instance by another key. None by default; only beside <see cref="Header"/>.</summary>
    public IReadOnlyList<string> AlsoHeaders { get; init; } = [];

    /// <summary>
    /// Whether <see cref="Header"/> is the beginning of a name that 1, 2, 3 … follow, one header for each signature. The default is
    /// <see langword="false"/>.
    /// </summary>
    public bool Numbered { get; init; }

    /// <summary>Whether the header may stand there several times, each line a signature. The default is <see langword="false"/>: twice is refused.</summary>
    public bool Repeatable { get; init; }

    /// <summary>The syntax of the value. The default is <see cref="SignatureFormat.Bare"/>.</summary>
    public SignatureFormat Format { get; init; } = SignatureFormat.Bare;

    /// <summary>
    /// How the bytes of the signature are written; <see langword="null"/> (the default) where the proof says so itself: token, basic, JWT, message
    /// signature.
    /// </summary>
    public SignatureEncoding? Encoding { get; init; }

    /// <summary>
    /// What stands before the signature, such as <c>sha256=</c>; compared by case. Set where <see cref="Format"/> is
    /// <see cref="SignatureFormat.Prefixed"/>, otherwise <see langword="null"/>.
    /// </summary>
    public string? Prefix { get; init; }

    /// <summary>Whether the sender may leave the prefix out. The default is <see langword="false"/>.</summary>
    public bool PrefixOptional { get; init; }

    /// <summary>
    /// What stands between items where <see cref="Format"/> is a list, a punctuation mark that no item holds; otherwise
    /// <see langword="null"/>. <see langword="null"/> in a list (the default) is the format's own: a blank for versions, a comma for the others.
    /// </summary>
    public char? Separator { get; init; }

    /// <summary>
    /// The name of the pair, the version, or the member that carries the signature, such as <c>v1</c>; compared by case. Set where
    /// <see cref="Format"/> is pairs, versioned or JSON, otherwise <see langword="null"/>.
    /// </summary>
    public string? Parameter { get; init; }
}

/// <summary>The syntaxes of a signature.</summary>
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
    /// <summary>Items known by their place, from 0: those that the content reads as parameters, and signatures in all other places.</summary>
    Positional,
    /// <summary>Signatures side by side: <c>…,…</c>.</summary>
    List,
    /// <summary>Base64 of a JSON object, one member of which is the signature; the others decide nothing.</summary>
    Json,
}

/// <summary>How bytes are written as text.</summary>
public enum SignatureEncoding
{
    /// <summary>Hexadecimal, either case.</summary>
    Hex,
    /// <summary>Base64 with padding; canonical form only.</summary>
    Base64,
    /// <summary>Base64url without padding (RFC 4648 5); canonical form only.</summary>
    Base64Url,
}

/// <summary>
/// Where the signed time stands, and how far it may be from the receiver's clock. Immutable; safe to share between threads.
/// </summary>
public sealed record TimestampDefinition
{
    /// <summary>
    /// A template of one part that is signed too, such as <c>{header:webhook-timestamp}</c>, <c>{parameter:t}</c>, <c>{json:/sentAt}</c> in a
    /// signed body, <c>{claim:iat}</c> of a JWT, <c>{created}</c> of a message signature.
    /// </summary>
    public required string Value { get; init; }

    /// <summary>How the time is written. The default is <see cref="TimestampFormat.UnixSeconds"/>.</summary>
    public TimestampFormat Format { get; init; } = TimestampFormat.UnixSeconds;

    /// <summary>How far the signed time may be from the receiver's clock, in seconds, 1 to 86,400. The default is 300.</summary>
    public int ToleranceSeconds { get; init; } = 300;

    /// <summary>Which way it may not be further. The default is <see cref="TimestampDirection.Both"/>.</summary>
    public TimestampDirection Direction { get; init; } = TimestampDirection.Both;
}

/// <summary>Which signed times are refused.</summary>
public enum TimestampDirection
{
    /// <summary>Those too far in the past, and those too far in the future.</summary>
    Both,
    /// <summary>Those too far in the past alone.</summary>
    Past,
}

/// <summary>How a time is written.</summary>
public enum TimestampFormat
{
    /// <summary>Whole seconds since 1970, 1 to 11 digits.</summary>
    UnixSeconds,
    /// <summary>Whole milliseconds since 1970, 1 to 14 digits.</summary>
    UnixMilliseconds,
    /// <summary>RFC 3339, with a fraction of a second or without.</summary>
    Rfc3339,
}
