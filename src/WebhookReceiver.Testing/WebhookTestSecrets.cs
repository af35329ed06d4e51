using System.Security.Cryptography;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Testing;

/// <summary>Makes secrets that fit a sender's key rule.</summary>
internal static class WebhookTestSecrets
{
    private const int Bytes = 32;

    /// <summary>A new random secret, as the sender would issue it.</summary>
    /// <param name="sender">The sender's row.</param>
    public static string Create(SenderDefinition sender)
    {
        ArgumentNullException.ThrowIfNull(sender);
        var rules = sender.Schemes.Select(static scheme => scheme.Key).ToHashSet();
        var key = RandomNumberGenerator.GetBytes(Math.Max(Bytes, sender.MinSecretBytes + (sender.MinSecretBytes % 2)));

        // One text must fit all schemes of the row: pairs of hex digits are base64 as well, and anything is text.
        if (rules.Contains(KeyRule.Hex) || rules.SetEquals([KeyRule.Utf8]))
        {
            return Convert.ToHexStringLower(key);
        }

        return (rules.Contains(KeyRule.Whsec) && !rules.Contains(KeyRule.Base64) ? "whsec_" : "") + Convert.ToBase64String(key);
    }
}
