namespace WebhookReceiver.Senders;

/// <summary>The kinds of proof that a request is the sender's own.</summary>
public enum ProofKind
{
    /// <summary>HMAC (RFC 2104) over the content.</summary>
    Hmac,
    /// <summary>A plain hash over content that holds the secret: weaker than HMAC, and only for senders that offer nothing better.</summary>
    Digest,
    /// <summary>Ed25519 (RFC 8032) over the content, by the sender's private key.</summary>
    Ed25519,
    /// <summary>ECDSA over the content; the signature is ASN.1 DER (RFC 3279 2.2.3).</summary>
    Ecdsa,
    /// <summary>RSA with PKCS #1 v1.5 padding (RFC 8017 8.2) over the content.</summary>
    Rsa,
    /// <summary>The secret itself stands in the request. Nothing is signed: whoever sees one request can make others.</summary>
    Token,
    /// <summary>HTTP Basic (RFC 7617), the secret being <c>user:password</c>. Nothing is signed.</summary>
    Basic,
    /// <summary>A JSON Web Token (RFC 7519) with a pinned algorithm. The body is signed only where a claim is its digest.</summary>
    Jwt,
    /// <summary>HTTP Message Signatures (RFC 9421), the body by its Content-Digest (RFC 9530).</summary>
    MessageSignature,
}
