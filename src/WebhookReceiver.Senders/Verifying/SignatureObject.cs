using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>Base64 of a JSON object, one member of which is the signature (eBay). What the others say, an algorithm too, decides nothing.</summary>
internal static class SignatureObject
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 4 };

    public static bool TryRead(string text, string member, [NotNullWhen(true)] out string? signature)
    {
        signature = null;
        byte[] bytes = new byte[text.Length];
        if (!SignatureText.TryDecode(SignatureEncoding.Base64, text, bytes, out int length))
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(bytes.AsMemory(0, length), Strict);
            signature = document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty(member, out JsonElement value) && value.ValueKind == JsonValueKind.String
                ? JsonText.OrNull(value)
                : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // No JSON, or a name with half a surrogate pair.
        }

        return signature is not null;
    }

    public static string Write(string member, string signature) =>
        Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { [member] = signature }));
}
