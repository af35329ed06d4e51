using System.Security.Cryptography;

namespace WebhookReceiver.Senders;

/// <summary>ECDSA. The framework's keys are not safe to share between threads, so that each verification reads the key anew.</summary>
internal sealed class EcdsaPublicKey(byte[] subjectPublicKeyInfo, HashAlgorithmName hash, DSASignatureFormat format) : PublicKey
{
    public override bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
        try
        {
            return key.VerifyData(content, signature, hash, format);
        }
        catch (CryptographicException)
        {
            // A signature that is no DER.
            return false;
        }
    }
}
