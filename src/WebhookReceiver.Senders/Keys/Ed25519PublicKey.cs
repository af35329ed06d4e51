using Org.BouncyCastle.Math.EC.Rfc8032;

namespace WebhookReceiver.Senders;

/// <summary>Ed25519 (RFC 8032), which the framework does not have.</summary>
internal sealed class Ed25519PublicKey : PublicKey
{
    public const int Size = 32;
    public const int SignatureSize = 64;

    private readonly byte[] _key;

    private Ed25519PublicKey(byte[] key) => _key = key;

    /// <returns><see langword="null"/> where the bytes are no point of the curve, or one of small order, for which anyone can make signatures.</returns>
    public static Ed25519PublicKey? TryCreate(byte[] key) =>
        key.Length == Size && Ed25519.ValidatePublicKeyFull(key, 0) ? new Ed25519PublicKey(key) : null;

    public override bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureSize)
        {
            return false;
        }

        byte[] message = content.ToArray();
        return Ed25519.Verify(signature.ToArray(), 0, _key, 0, message, 0, message.Length);
    }
}
