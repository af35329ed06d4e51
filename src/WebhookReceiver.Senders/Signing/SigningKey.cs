using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace WebhookReceiver.Senders;

/// <summary>
/// What a sender signs with: a shared secret, or a private key. Only tests, samples and tools have the latter. Holds key material: it has no
/// text form and is never logged. Immutable; safe to share between threads.
/// </summary>
public sealed class SigningKey
{
    private readonly byte[] _bytes;
    private readonly SignatureAlgorithm.KeyKind _kind;
    private readonly byte[]? _secret;

    private SigningKey(byte[] bytes, SignatureAlgorithm.KeyKind kind, byte[]? secret = null) => (_bytes, _kind, _secret) = (bytes, kind, secret);

    /// <summary>Reads a private key in PKCS #8 (RFC 5208), PEM or base64; of Ed25519 also the seed of 32 bytes in hex or base64.</summary>
    /// <param name="plan">The sender that signs with it.</param>
    /// <param name="text">The key.</param>
    /// <param name="key">The key; <see langword="null"/> if it cannot be read, or the sender signs with a shared secret.</param>
    /// <returns>Whether there is a key.</returns>
    public static bool TryReadPrivate(SenderPlan plan, string text, [NotNullWhen(true)] out SigningKey? key)
    {
        SignatureAlgorithm.KeyKind kind = SignatureAlgorithm.Of(plan.Definition.Schemes[0]).Kind;
        key = PrivateKeyText.Decode(kind, text) is { } bytes ? new SigningKey(bytes, kind) : null;
        return key is not null;
    }

    /// <summary>The same key for deliveries that are bound to another source.</summary>
    /// <param name="secret">What binds them: a topic, an id, an account.</param>
    /// <returns>The key.</returns>
    /// <exception cref="InvalidOperationException">It is a shared secret.</exception>
    public SigningKey Bound(string secret) => _kind == SignatureAlgorithm.KeyKind.Shared
        ? throw new InvalidOperationException("A shared secret is what binds its deliveries.")
        : new SigningKey(_bytes, _kind, System.Text.Encoding.UTF8.GetBytes(secret));

    /// <summary>Says only what this is.</summary>
    /// <returns>A fixed text without any of the key.</returns>
    public override string ToString() => "SigningKey (hidden)";

    internal static SigningKey Of(CompiledScheme scheme, SenderKey key) => scheme.KeySource is null && key.For(scheme.Index) is { PublicKey: null, Bytes: var bytes }
        ? new SigningKey(bytes, SignatureAlgorithm.KeyKind.Shared)
        : throw new InvalidOperationException("This sender signs with a private key, of which the receiver knows the public half alone.");

    internal static SigningKey Private(byte[] bytes, SignatureAlgorithm.KeyKind kind, byte[]? secret = null) => new(bytes, kind, secret);

    /// <summary>The shared secret; of a sender whose public key is fetched, what binds its deliveries to a source.</summary>
    internal ReadOnlySpan<byte> Bytes => _kind == SignatureAlgorithm.KeyKind.Shared
        ? _bytes
        : _secret ?? throw new InvalidOperationException("A private key is no shared secret.");

    internal byte[] Sign(SignatureAlgorithm algorithm, byte[] content)
    {
        switch (_kind)
        {
            case SignatureAlgorithm.KeyKind.Ed25519:
                byte[] signature = new byte[Ed25519PublicKey.SignatureSize];
                Ed25519.Sign(_bytes, 0, content, 0, content.Length, signature, 0);
                return signature;
            case SignatureAlgorithm.KeyKind.Ecdsa:
                using (var ecdsa = ECDsa.Create())
                {
                    ecdsa.ImportPkcs8PrivateKey(_bytes, out _);
                    return ecdsa.SignData(content, algorithm.HashName, algorithm.Format);
                }

            case SignatureAlgorithm.KeyKind.Rsa:
                using (var rsa = RSA.Create())
                {
                    rsa.ImportPkcs8PrivateKey(_bytes, out _);
                    return rsa.SignData(content, algorithm.HashName, algorithm.Padding);
                }

            default:
                byte[] mac = new byte[Mac.Size(algorithm.Hash)];
                Mac.Compute(algorithm.Hash, _bytes, content, mac);
                return mac;
        }
    }
}
