using System.Security.Cryptography;

namespace WebhookReceiver.Senders;

/// <summary>The algorithms by which content is signed, whatever name a standard gives them.</summary>
/// <param name="Kind">The kind of key.</param>
/// <param name="Hash">The hash; of Ed25519, none.</param>
/// <param name="IsPss">For RSA, whether the padding is PSS and not PKCS #1 v1.5.</param>
/// <param name="IsConcatenated">For ECDSA, whether the signature is r and s side by side (IEEE P1363) and not DER.</param>
internal readonly record struct SignatureAlgorithm(SignatureAlgorithm.KeyKind Kind, SignatureHash Hash, bool IsPss = false, bool IsConcatenated = false)
{
    private const string P256 = "1.2.840.10045.3.1.7";
    private const string P384 = "1.3.132.0.34";
    private const string P521 = "1.3.132.0.35";

    internal enum KeyKind
    {
        Shared,
        Ed25519,
        Ecdsa,
        Rsa,
    }

    /// <summary>The names of RFC 7518 3.1, as far as they say one algorithm.</summary>
    public static IReadOnlyDictionary<string, SignatureAlgorithm> OfJwt { get; } = new Dictionary<string, SignatureAlgorithm>(StringComparer.Ordinal)
    {
        ["HS256"] = new(KeyKind.Shared, SignatureHash.Sha256),
        ["HS384"] = new(KeyKind.Shared, SignatureHash.Sha384),
        ["HS512"] = new(KeyKind.Shared, SignatureHash.Sha512),
        ["RS256"] = new(KeyKind.Rsa, SignatureHash.Sha256),
        ["RS384"] = new(KeyKind.Rsa, SignatureHash.Sha384),
        ["RS512"] = new(KeyKind.Rsa, SignatureHash.Sha512),
        ["PS256"] = new(KeyKind.Rsa, SignatureHash.Sha256, IsPss: true),
        ["ES256"] = new(KeyKind.Ecdsa, SignatureHash.Sha256, IsConcatenated: true),
        ["ES384"] = new(KeyKind.Ecdsa, SignatureHash.Sha384, IsConcatenated: true),
        ["EdDSA"] = new(KeyKind.Ed25519, default),
    };

    /// <summary>The names of RFC 9421 3.3.</summary>
    public static IReadOnlyDictionary<string, SignatureAlgorithm> OfMessages { get; } = new Dictionary<string, SignatureAlgorithm>(StringComparer.Ordinal)
    {
        ["hmac-sha256"] = new(KeyKind.Shared, SignatureHash.Sha256),
        ["ed25519"] = new(KeyKind.Ed25519, default),
        ["ecdsa-p256-sha256"] = new(KeyKind.Ecdsa, SignatureHash.Sha256, IsConcatenated: true),
        ["ecdsa-p384-sha384"] = new(KeyKind.Ecdsa, SignatureHash.Sha384, IsConcatenated: true),
        ["rsa-pss-sha512"] = new(KeyKind.Rsa, SignatureHash.Sha512, IsPss: true),
        ["rsa-v1_5-sha256"] = new(KeyKind.Rsa, SignatureHash.Sha256),
    };

    /// <summary>The algorithm of a scheme; of one that signs nothing, a shared key.</summary>
    public static SignatureAlgorithm Of(SchemeDefinition scheme) => scheme.Proof switch
    {
        ProofKind.Ed25519 => new(KeyKind.Ed25519, default),
        ProofKind.Ecdsa => new(KeyKind.Ecdsa, scheme.Hash!.Value),
        ProofKind.Rsa => new(KeyKind.Rsa, scheme.Hash!.Value),
        ProofKind.Jwt => OfJwt[scheme.Algorithm!],
        ProofKind.MessageSignature => OfMessages[scheme.Algorithm!],
        _ => new(KeyKind.Shared, scheme.Hash ?? default),
    };

    /// <summary>JWT and HTTP message signatures name the curve with the algorithm; a signature in DER is of any curve of NIST.</summary>
    public bool IsOfCurve(ECCurve curve) =>
        curve.IsNamed && (curve.Oid.Value ?? "") switch
        {
            P256 => !IsConcatenated || Hash == SignatureHash.Sha256,
            P384 => !IsConcatenated || Hash == SignatureHash.Sha384,
            P521 => !IsConcatenated,
            _ => false,
        };

    public HashAlgorithmName HashName => PlainHash.Name(Hash);

    public RSASignaturePadding Padding => IsPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;

    public DSASignatureFormat Format => IsConcatenated ? DSASignatureFormat.IeeeP1363FixedFieldConcatenation : DSASignatureFormat.Rfc3279DerSequence;
}
