namespace WebhookReceiver.Senders;

/// <summary>
/// Contentful's canonical request (npm @contentful/node-apps-toolkit, requests/sign-request.js): the method, the path and query, the headers that the
/// request names as signed, and the body, in lines.
/// </summary>
internal static class ContentfulForm
{
    private const string SignedHeaders = "x-contentful-signed-headers";
    private const string Timestamp = "x-contentful-timestamp";
    private const int MaxHeaders = 32;

    /// <summary>Writes nothing, which nobody signs, where the list leaves out the time or itself: the request must not choose to be timeless.</summary>
    public static void Append<TRequest>(ref readonly TRequest request, ref ContentWriter writer)
        where TRequest : ISignedRequest, allows ref struct
    {
        if (request.GetHeader(SignedHeaders, out string? list) != 1)
        {
            return;
        }

        string[] names = [.. list!.Split(',').Select(name => name.Trim().ToLowerInvariant()).Order(StringComparer.Ordinal)];
        if (names.Length > MaxHeaders || !names.Contains(SignedHeaders) || !names.Contains(Timestamp))
        {
            return;
        }

        writer.Append(request.Method);
        writer.Append("\n"u8);
        writer.Append(RequestUrl.PathOf(request.Url!));
        if (request.Query.Length > 0)
        {
            writer.Append("?"u8);
            writer.Append(EscapeLikeScript(request.Query));
        }

        writer.Append("\n"u8);
        for (int i = 0; i < names.Length; i++)
        {
            request.GetHeader(names[i], out string? value);
            writer.Append(i == 0 ? "" : ";");
            writer.Append(names[i]);
            writer.Append(":"u8);
            writer.Append(value?.Trim());
        }

        writer.Append("\n"u8);
        writer.Append(request.Body);
    }

    /// <summary>As JavaScript's <c>encodeURIComponent</c>, which leaves five characters alone that RFC 3986 reserves.</summary>
    private static string EscapeLikeScript(string text) => Uri.EscapeDataString(text)
        .Replace("%21", "!", StringComparison.Ordinal)
        .Replace("%27", "'", StringComparison.Ordinal)
        .Replace("%28", "(", StringComparison.Ordinal)
        .Replace("%29", ")", StringComparison.Ordinal)
        .Replace("%2A", "*", StringComparison.Ordinal);
}
