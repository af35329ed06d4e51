using System.Security.Cryptography;

namespace WebhookReceiver.Senders;

/// <summary>The hash functions without a key, one-shot.</summary>
internal static class PlainHash
{
    public static void Compute(SignatureHash hash, ReadOnlySpan<byte> content, Span<byte> destination)
    {
        switch (hash)
        {
            case SignatureHash.Sha256:
                SHA256.HashData(content, destination);
                break;
            case SignatureHash.Sha384:
                SHA384.HashData(content, destination);
                break;
            case SignatureHash.Sha512:
                SHA512.HashData(content, destination);
                break;
            case SignatureHash.Sha1:
#pragma warning disable CA5350 // The sender offers nothing better.
                SHA1.HashData(content, destination);
#pragma warning restore CA5350
                break;
            default:
                throw new InvalidOperationException($"Unknown hash {hash}.");
        }
    }

    public static HashAlgorithmName Name(SignatureHash hash) => hash switch
    {
        SignatureHash.Sha256 => HashAlgorithmName.SHA256,
        SignatureHash.Sha384 => HashAlgorithmName.SHA384,
        SignatureHash.Sha512 => HashAlgorithmName.SHA512,
        SignatureHash.Sha1 => HashAlgorithmName.SHA1,
        _ => throw new InvalidOperationException($"Unknown hash {hash}."),
    };
}
