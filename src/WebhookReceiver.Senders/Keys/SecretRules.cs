using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace WebhookReceiver.Senders;

/// <summary>From the text of a secret to a key, or to words that say what is wrong without repeating any of it.</summary>
internal static class SecretRules
{
    /// <summary>The longest secret. Anything longer is a file that was mistaken for one.</summary>
    public const int MaxBytes = 4096;

    // Standard Webhooks asks for 24 bytes; fewer than 16 is never random enough, whatever a row says.
    private const int MinWhsecBytes = 16;

    public static bool TryCreateKey(
        SenderDefinition row, string secret, [NotNullWhen(true)] out SenderKey? key, [NotNullWhen(false)] out string? problem)
    {
        key = null;
        problem = FindProblem(row, secret);
        return problem is null && TryDecode(row, secret, enforceLength: true, out key, out problem);
    }

    /// <summary>Decodes by the key rules alone. Known requests are often signed with secrets that nobody should use.</summary>
    public static bool TryDecode(
        SenderDefinition row,
        string secret,
        bool enforceLength,
        [NotNullWhen(true)] out SenderKey? key,
        [NotNullWhen(false)] out string? problem)
    {
        key = null;
        var material = new KeyMaterial[row.Schemes.Count];
        for (int i = 0; i < material.Length; i++)
        {
            SchemeDefinition scheme = row.Schemes[i];
            // Beside a token it is no Basic credential that is configured, and none will match.
            bool isBasicAlone = row.Schemes.All(other => other.Proof == ProofKind.Basic);
            if (isBasicAlone && !secret.Contains(':', StringComparison.Ordinal))
            {
                problem = "The secret must be the user's name, a colon, and the password.";
                return false;
            }

            if (!KeyDecoder.TryDecode(scheme, secret, out byte[]? decoded)
                || !KeyDecoder.TryCreate(scheme, decoded, out KeyMaterial? created))
            {
                problem = KeyDecoder.Expectation(scheme);
                return false;
            }

            // HMAC with an empty key would let anyone sign.
            int least = enforceLength ? LeastBytes(row, scheme.Key) : 1;
            if (decoded.Length < least)
            {
                problem = $"The secret has fewer than {least} bytes{(scheme.Key == KeyRule.Utf8 ? "" : " when decoded")}.";
                return false;
            }

            material[i] = created.Value;
        }

        key = new SenderKey(material, secret);
        problem = null;
        return true;
    }

    private static int LeastBytes(SenderDefinition row, KeyRule rule) =>
        rule is KeyRule.Whsec or KeyRule.V1Whsec or KeyRule.WhsecOrUtf8 ? Math.Max(MinWhsecBytes, row.MinSecretBytes) : row.MinSecretBytes;

    private static string? FindProblem(SenderDefinition row, string secret)
    {
        if (string.IsNullOrWhiteSpace(secret))
        {
            return "The secret is empty.";
        }

        // Half of a surrogate pair would become the same mark for any other half.
        if (secret.EnumerateRunes().Contains(Rune.ReplacementChar))
        {
            return "The secret is not Unicode text.";
        }

        if (Encoding.UTF8.GetByteCount(secret) > MaxBytes)
        {
            return $"The secret has more than {MaxBytes} bytes.";
        }

        if (Placeholders.Contains(secret))
        {
            return "The secret is a placeholder.";
        }

        if (row.Schemes.Any(scheme => scheme.Key == KeyRule.Whsec) && secret.StartsWith("v1,", StringComparison.Ordinal))
        {
            return "The secret starts with 'v1,', which belongs to signatures: remove it and keep the part from 'whsec_' on.";
        }

        return ForeignCredentials.Find(row.Id, secret);
    }
}
