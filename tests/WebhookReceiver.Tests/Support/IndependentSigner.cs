using System.Security.Cryptography;
using System.Text;

namespace WebhookReceiver.Tests.Support;

/// <summary>
/// Signs with the framework's HMAC alone and nothing of the product: a mistake that signing and verifying share would show, and so can
/// be signed what no sender would sign.
/// </summary>
internal static class IndependentSigner
{
    /// <summary>The base64 signature of Standard Webhooks over <c>id.timestamp.body</c>.</summary>
    public static string StandardWebhooks(string secret, string id, string timestamp, ReadOnlySpan<byte> body) =>
        Convert.ToBase64String(Mac(Convert.FromBase64String(secret["whsec_".Length..]), $"{id}.{timestamp}.", body));

    /// <summary>The hex signature of Stripe over <c>t.body</c>.</summary>
    public static string Stripe(string secret, string timestamp, ReadOnlySpan<byte> body) =>
        Convert.ToHexStringLower(Mac(Encoding.UTF8.GetBytes(secret), $"{timestamp}.", body));

    /// <summary>The hex signature of GitHub over the body.</summary>
    public static string GitHub(string secret, ReadOnlySpan<byte> body) => Convert.ToHexStringLower(Mac(Encoding.UTF8.GetBytes(secret), "", body));

    private static byte[] Mac(byte[] key, string before, ReadOnlySpan<byte> body) => HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes(before), .. body]);
}
