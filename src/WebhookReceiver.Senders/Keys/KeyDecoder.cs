using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace WebhookReceiver.Senders;

/// <summary>The key rules. Each is strict: a secret that its sender could not have issued is a mistake that should show at start.</summary>
internal static class KeyDecoder
{
    private const string WhsecPrefix = "whsec_";
    private const string WhpkPrefix = "whpk_";
    private const string VersionPrefix = "v1,";
    private const string PemBegin = "-----BEGIN PUBLIC KEY-----";
    private const string PemEnd = "-----END PUBLIC KEY-----";

    public static bool TryDecode(SchemeDefinition scheme, string secret, [NotNullWhen(true)] out byte[]? key)
    {
        string text = secret + scheme.KeySuffix;
        key = scheme.Key switch
        {
            KeyRule.Utf8 => Encoding.UTF8.GetBytes(text),
            KeyRule.Whsec => FromBase64(Without(WhsecPrefix, text)),
            KeyRule.V1Whsec => FromBase64(Without(WhsecPrefix, Without(VersionPrefix, text))),
            KeyRule.WhsecOrUtf8 => text.StartsWith(WhsecPrefix, StringComparison.Ordinal)
                ? FromBase64(text[WhsecPrefix.Length..])
                : Encoding.UTF8.GetBytes(text),
            KeyRule.Base64 => FromBase64(text),
            KeyRule.Hex => FromHex(text),
            KeyRule.HtmlDecoded => Encoding.UTF8.GetBytes(WebUtility.HtmlDecode(text)),
            KeyRule.Nfkd => DecomposedText.ToBytes(text),
            KeyRule.Whpk => FromBase64(Without(WhpkPrefix, text)),
            KeyRule.PublicKey => FromBase64(WithoutArmour(text)),
            _ => throw new InvalidOperationException($"Unknown key rule {scheme.Key}."),
        };
        return key is not null;
    }

    /// <summary>Makes the public key, where the algorithm has one.</summary>
    public static bool TryCreate(SchemeDefinition scheme, byte[] bytes, [NotNullWhen(true)] out KeyMaterial? key)
    {
        if (scheme.KeySource is not null)
        {
            key = new KeyMaterial(bytes, null);
            return true;
        }

        return TryCreate(SignatureAlgorithm.Of(scheme), bytes, out key);
    }

    public static bool TryCreate(SignatureAlgorithm algorithm, byte[] bytes, [NotNullWhen(true)] out KeyMaterial? key)
    {
        try
        {
            key = algorithm.Kind switch
            {
                SignatureAlgorithm.KeyKind.Shared => new KeyMaterial(bytes, null),
                SignatureAlgorithm.KeyKind.Ed25519 => Ed25519PublicKey.TryCreate(bytes) is { } point ? new KeyMaterial(bytes, point) : null,
                SignatureAlgorithm.KeyKind.Ecdsa => Ecdsa(algorithm, bytes),
                SignatureAlgorithm.KeyKind.Rsa => Rsa(algorithm, bytes),
                _ => throw new InvalidOperationException($"Unknown kind of key {algorithm.Kind}."),
            };
        }
        catch (CryptographicException)
        {
            key = null;
        }

        return key is not null;
    }

    public static string Expectation(SchemeDefinition scheme) => (scheme.Key, SignatureAlgorithm.Of(scheme).Kind) switch
    {
        (_, SignatureAlgorithm.KeyKind.Ecdsa) => "The public key must be PEM, or SubjectPublicKeyInfo in base64, of the NIST curve that the algorithm asks for (P-256, P-384 or P-521).",
        (_, SignatureAlgorithm.KeyKind.Rsa) =>
            $"The public key must be PEM, or SubjectPublicKeyInfo in base64, of RSA with {RsaPublicKey.MinBits} to {RsaPublicKey.MaxBits} bits.",
        (KeyRule.Hex, SignatureAlgorithm.KeyKind.Ed25519) => "The public key must be an Ed25519 key of 32 bytes in hexadecimal.",
        (_, SignatureAlgorithm.KeyKind.Ed25519) => "The public key must be an Ed25519 key of 32 bytes in base64, after 'whpk_' where the sender writes that.",
        (KeyRule.Whsec or KeyRule.V1Whsec or KeyRule.WhsecOrUtf8, _) => "The secret must be base64 with padding, after an optional 'whsec_'.",
        (KeyRule.Base64 or KeyRule.Whpk or KeyRule.PublicKey, _) => "The secret must be base64 with padding.",
        (KeyRule.Hex, _) => "The secret must be hexadecimal, two digits a byte.",
        (KeyRule.Nfkd, _) => "The secret must be ASCII, or be written decomposed: each letter, and then its accents.",
        _ => "The secret must be text.",
    };

    private static string Without(string prefix, string text) => text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text;

    /// <summary>PEM is base64 in lines; an environment variable often has lost the lines.</summary>
    private static string WithoutArmour(string text)
    {
        string trimmed = text.Trim();
        bool isArmoured = trimmed.Length >= PemBegin.Length + PemEnd.Length
            && trimmed.StartsWith(PemBegin, StringComparison.Ordinal) && trimmed.EndsWith(PemEnd, StringComparison.Ordinal);
        return isArmoured
            ? string.Concat(trimmed[PemBegin.Length..^PemEnd.Length].Replace("\\n", "", StringComparison.Ordinal).Where(c => !char.IsWhiteSpace(c)))
            : text;
    }

    private static KeyMaterial? Ecdsa(SignatureAlgorithm algorithm, byte[] info)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(info, out int read);
        return read == info.Length && algorithm.IsOfCurve(key.ExportParameters(includePrivateParameters: false).Curve)
            ? new KeyMaterial(info, new EcdsaPublicKey(info, algorithm.HashName, algorithm.Format))
            : null;
    }

    private static KeyMaterial? Rsa(SignatureAlgorithm algorithm, byte[] info)
    {
        using var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(info, out int read);
        return read == info.Length && key.KeySize is >= RsaPublicKey.MinBits and <= RsaPublicKey.MaxBits
            ? new KeyMaterial(info, new RsaPublicKey(info, algorithm.HashName, algorithm.Padding))
            : null;
    }

    private static byte[]? FromBase64(string text)
    {
        byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        bool isCanonical = Convert.TryFromBase64String(text, bytes, out int length)
            && Convert.ToBase64String(bytes, 0, length) == text;
        return isCanonical ? bytes[..length] : null;
    }

    private static byte[]? FromHex(string text) =>
        text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : null;
}
