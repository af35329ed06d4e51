using System.Security.Cryptography;

namespace WebhookReceiver.Senders;

/// <summary>Compares a text with a secret in a time that tells neither where they differ nor how long the secret is.</summary>
internal static class SecretText
{
    private const int StackBytes = 512;

    public static bool Equals(ReadOnlySpan<char> text, ReadOnlySpan<byte> secret)
    {
        if (text.Length > SenderPlan.MaxSignatureLength)
        {
            return false;
        }

        var writer = new ContentWriter(stackalloc byte[StackBytes]);
        writer.Append(text);
        bool isEqual = Equals(writer.Written, secret);
        writer.Dispose();
        return isEqual;
    }

    // Hashed first: the comparison itself needs texts of one length.
    public static bool Equals(ReadOnlySpan<byte> text, ReadOnlySpan<byte> secret)
    {
        Span<byte> ours = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> theirs = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(secret, ours);
        SHA256.HashData(text, theirs);
        return CryptographicOperations.FixedTimeEquals(ours, theirs);
    }
}
