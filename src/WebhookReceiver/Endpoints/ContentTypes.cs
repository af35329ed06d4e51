using Microsoft.Net.Http.Headers;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Endpoints;

/// <summary>Says which format a content type means.</summary>
internal static class ContentTypes
{
    /// <returns>The format; <see langword="null"/> where it is none that the row takes: another type, another charset, no type at all.</returns>
    public static BodyFormat? FormatOf(string? contentType, SenderDefinition row) =>
        FormatOf(contentType, row.JsonMediaTypes) is { } format && Takes(row, format) ? format : null;

    private static BodyFormat? FormatOf(string? contentType, IReadOnlyList<string> jsonMediaTypes)
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

        var media = type.MediaType.ToString();
        return media.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)
            || jsonMediaTypes.Contains(media, StringComparer.OrdinalIgnoreCase) ? BodyFormat.Json
            : media.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) ? BodyFormat.Form
            : media.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) ? BodyFormat.Multipart
            : null;
    }

    // By index: to enumerate a list behind its interface allocates.
    private static bool Takes(SenderDefinition row, BodyFormat format)
    {
        for (var place = 0; place < row.Bodies.Count; place++)
        {
            if (row.Bodies[place] == format)
            {
                return true;
            }
        }

        return false;
    }
}
