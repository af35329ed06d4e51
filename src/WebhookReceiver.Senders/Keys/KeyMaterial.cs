namespace WebhookReceiver.Senders;

/// <summary>A secret as one scheme uses it: bytes, or a public key. Immutable; safe to share between threads.</summary>
/// <param name="Bytes">The decoded bytes.</param>
/// <param name="PublicKey">The public key, where the scheme's algorithm has one; otherwise <see langword="null"/>.</param>
internal readonly record struct KeyMaterial(byte[] Bytes, PublicKey? PublicKey)
{
    /// <summary>Whether a signature of the content is by this key.</summary>
    public bool Verify(SignatureAlgorithm algorithm, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        if (PublicKey is not null)
        {
            return PublicKey.Verify(content, signature);
        }

        Span<byte> mac = stackalloc byte[Mac.MaxSize];
        mac = mac[..Mac.Size(algorithm.Hash)];
        Mac.Compute(algorithm.Hash, Bytes, content, mac);
        return System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(mac, signature);
    }
}
