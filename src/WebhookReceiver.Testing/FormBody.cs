namespace WebhookReceiver.Testing;

/// <summary>Says which bodies are forms.</summary>
internal static class FormBody
{
    public static bool Is(string contentType) =>
        contentType.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) || contentType.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);
}
