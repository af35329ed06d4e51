using Microsoft.Net.Http.Headers;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Endpoints;

/// <summary>Says which format a content type means.</summary>
internal static class ContentTypes
{
    /// <returns>The format; <see langword="null"/> where it is none that a row can take: another type, another charset, no type at all.</returns>
    public static BodyFormat? FormatOf(string? contentType)
    {
        if (contentType is "application/json" or "application/json; charset=utf-8")
        {
            return BodyFormat.Json;
        }

        if (!MediaTypeHeaderValue.TryParse(contentType, out var type)
            || type.Charset.HasValue && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) && !type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
        {
            return BodyFormat.Json;
        }

        return type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) ? BodyFormat.Form : null;
    }
}
