using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>A JSON Web Token in compact form (RFC 7519, RFC 7515), read and not believed.</summary>
internal sealed class Jwt
{
    /// <summary>The longest token in characters.</summary>
    public const int MaxLength = 8 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    private Jwt(string algorithm, string? keyId, JsonElement claims, byte[] signedText, byte[] signature) =>
        (Algorithm, KeyId, Claims, SignedText, Signature) = (algorithm, keyId, claims, signedText, signature);

    /// <summary>What its header says. It never chooses the algorithm.</summary>
    public string Algorithm { get; }

    /// <summary>The id of the key, which chooses among those that the sender's row names.</summary>
    public string? KeyId { get; }

    public JsonElement Claims { get; }

    public byte[] SignedText { get; }

    public byte[] Signature { get; }

    public static Jwt? TryParse(ReadOnlySpan<char> text)
    {
        Span<Range> parts = stackalloc Range[4];
        if (text.Length > MaxLength
            || text.Split(parts, '.') != 3
            || TryReadObject(text[parts[0]]) is not { } header
            || TryReadObject(text[parts[1]]) is not { } claims
            || TryDecode(text[parts[2]]) is not { } signature)
        {
            return null;
        }

        // RFC 7515 4.1.11: extensions that the token calls critical and the reader does not know refuse it.
        return header.TryGetProperty("alg", out JsonElement algorithm) && algorithm.ValueKind == JsonValueKind.String
            && !header.TryGetProperty("crit", out _)
            ? new Jwt(
                JsonText.OrEmpty(algorithm),
                header.TryGetProperty("kid", out JsonElement kid) && kid.ValueKind == JsonValueKind.String ? JsonText.OrNull(kid) : null,
                claims, Encoding.ASCII.GetBytes(text[..parts[1].End.Value].ToString()), signature)
            : null;
    }

    /// <summary>What a claim that a row writes must be: <c>{secret}</c> is the source's secret, <c>{url}</c> the address, anything else itself.</summary>
    public static string WrittenClaim(string text, ReadOnlySpan<byte> secret, string? url) => text switch
    {
        "{secret}" => Encoding.UTF8.GetString(secret),
        "{url}" => url!,
        _ => text,
    };

    /// <summary>A claim as text; numbers as they are written.</summary>
    public string? Claim(string name) =>
        Claims.TryGetProperty(name, out JsonElement claim) ? JsonPath.Text(claim, numbers: true) : null;

    /// <summary>Whether a claim has a text. An audience may be one of several (RFC 7519 4.1.3).</summary>
    public bool Has(string name, string text) => Claim(name) == text
        || (name == "aud" && Claims.TryGetProperty(name, out JsonElement audience) && audience.ValueKind == JsonValueKind.Array
            && audience.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && JsonText.OrNull(item) == text));

    private static JsonElement? TryReadObject(ReadOnlySpan<char> text)
    {
        if (TryDecode(text) is not { } json)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static byte[]? TryDecode(ReadOnlySpan<char> text)
    {
        byte[] bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];

        // Not TryDecodeFromChars, which throws where a character is none of the alphabet.
        return Base64Url.DecodeFromChars(text, bytes, out _, out int length) == OperationStatus.Done && Base64Url.EncodeToString(bytes.AsSpan(0, length)).AsSpan().SequenceEqual(text)
            ? bytes[..length]
            : null;
    }
}
