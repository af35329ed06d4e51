using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace WebhookReceiver.Senders;

/// <summary>The key rules. Each is strict: a secret that its sender could not have issued is a mistake that should show at start.</summary>
internal static class KeyDecoder
{
    private const string WhsecPrefix = "whsec_";

    public static bool TryDecode(KeyRule rule, string secret, [NotNullWhen(true)] out byte[]? key)
    {
        key = rule switch
        {
            KeyRule.Utf8 => Encoding.UTF8.GetBytes(secret),
            KeyRule.Whsec => FromBase64(secret.StartsWith(WhsecPrefix, StringComparison.Ordinal) ? secret[WhsecPrefix.Length..] : secret),
            KeyRule.Base64 => FromBase64(secret),
            KeyRule.Hex => FromHex(secret),
            _ => throw new InvalidOperationException($"Unknown key rule {rule}."),
        };
        return key is not null;
    }

    public static string Expectation(KeyRule rule) => rule switch
    {
        KeyRule.Whsec => "The secret must be base64 with padding, after an optional 'whsec_'.",
        KeyRule.Base64 => "The secret must be base64 with padding.",
        KeyRule.Hex => "The secret must be hexadecimal, two digits a byte.",
        KeyRule.Utf8 => "The secret must be text.",
        _ => throw new InvalidOperationException($"Unknown key rule {rule}."),
    };

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
