using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace WebhookReceiver.Senders;

/// <summary>Reads private keys, for tests and tools.</summary>
internal static class PrivateKeyText
{
    private const int SeedSize = 32;

    /// <returns>PKCS #8, or the seed of Ed25519; <see langword="null"/> where the text is none.</returns>
    public static byte[]? Decode(SignatureAlgorithm.KeyKind kind, string text)
    {
        if (BytesOf(text.Trim()) is not { } bytes)
        {
            return null;
        }

        try
        {
            switch (kind)
            {
                case SignatureAlgorithm.KeyKind.Ed25519:
                    return bytes.Length == SeedSize ? bytes : (PrivateKeyFactory.CreateKey(bytes) as Ed25519PrivateKeyParameters)?.GetEncoded();
                case SignatureAlgorithm.KeyKind.Ecdsa:
                    using (var ecdsa = ECDsa.Create())
                    {
                        ecdsa.ImportPkcs8PrivateKey(bytes, out _);
                        return bytes;
                    }

                case SignatureAlgorithm.KeyKind.Rsa:
                    using (var rsa = RSA.Create())
                    {
                        rsa.ImportPkcs8PrivateKey(bytes, out _);
                        return bytes;
                    }

                default:
                    return null;
            }
        }
        catch (Exception error) when (error is CryptographicException or IOException or ArgumentException)
        {
            return null;
        }
    }

    private static byte[]? BytesOf(string text)
    {
        if (PemEncoding.TryFind(text, out PemFields pem))
        {
            return Convert.FromBase64String(text[pem.Base64Data]);
        }

        if (text.Length == 2 * SeedSize && text.All(char.IsAsciiHexDigit))
        {
            return Convert.FromHexString(text);
        }

        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int length) ? bytes[..length] : null;
    }
}
