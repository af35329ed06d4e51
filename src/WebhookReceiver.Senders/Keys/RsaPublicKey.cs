using System.Security.Cryptography;

namespace WebhookReceiver.Senders;

/// <summary>RSA. The framework's keys are not safe to share between threads, so that each verification reads the key anew.</summary>
internal sealed class RsaPublicKey(byte[] subjectPublicKeyInfo, HashAlgorithmName hash, RSASignaturePadding padding) : PublicKey
{
    public const int MinBits = 1024;
    public const int MaxBits = 4096;

    public override bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        using var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
        return key.VerifyData(content, signature, hash, padding);
    }
}
