using System.Security.Cryptography;

namespace WebhookReceiver.Senders;

/// <summary>The HMAC functions, one-shot: nothing is allocated.</summary>
internal static class Mac
{
    /// <summary>The length of the longest one.</summary>
    public const int MaxSize = HMACSHA512.HashSizeInBytes;

    public static int Size(SignatureHash hash) => hash switch
    {
        SignatureHash.Sha256 => HMACSHA256.HashSizeInBytes,
        SignatureHash.Sha1 => HMACSHA1.HashSizeInBytes,
        SignatureHash.Sha384 => HMACSHA384.HashSizeInBytes,
        SignatureHash.Sha512 => HMACSHA512.HashSizeInBytes,
        _ => throw new InvalidOperationException($"Unknown hash {hash}."),
    };

    public static void Compute(SignatureHash hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> content, Span<byte> destination)
    {
        switch (hash)
        {
            case SignatureHash.Sha256:
                HMACSHA256.HashData(key, content, destination);
                break;
            case SignatureHash.Sha384:
                HMACSHA384.HashData(key, content, destination);
                break;
            case SignatureHash.Sha512:
                HMACSHA512.HashData(key, content, destination);
                break;
            case SignatureHash.Sha1:
#pragma warning disable CA5350 // The sender offers nothing better, and HMAC does not rest on collision resistance.
                HMACSHA1.HashData(key, content, destination);
#pragma warning restore CA5350
                break;
            default:
                throw new InvalidOperationException($"Unknown hash {hash}.");
        }
    }
}
