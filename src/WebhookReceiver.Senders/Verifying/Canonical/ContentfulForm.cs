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

    // What JavaScript's encodeURIComponent and encodeURI leave alone besides letters, digits and what RFC 3986 calls unreserved.
    private const string ComponentLeaves = "!'()*";
    private const string UriLeaves = ComponentLeaves + ";,/?:@&=+$#";

    /// <summary>
    /// The signed headers, in their order; <see langword="null"/> where the list is missing or leaves out itself or the time: the request must not choose to
    /// be timeless.
    /// </summary>
    public static string[]? NamesOf<TRequest>(ref readonly TRequest request)
        where TRequest : ISignedRequest, allows ref struct
    {
        if (request.GetHeader(SignedHeaders, out string? list) != 1)
        {
            return null;
        }

        string[] names = [.. list!.Split(',').Select(name => name.Trim().ToLowerInvariant()).Order(StringComparer.Ordinal)];
        return names.Length <= MaxHeaders && names.Contains(SignedHeaders) && names.Contains(Timestamp) ? names : null;
    }

    public static void Append<TRequest>(ref readonly TRequest request, ref ContentWriter writer)
        where TRequest : ISignedRequest, allows ref struct
    {
        string[] names = NamesOf(in request)!;
        writer.Append(request.Method);
        writer.Append("\n"u8);
        // The query is escaped twice: by itself, and then with the path.
        string path = RequestUrl.PathOf(request.Url!).ToString();
        writer.Append(Escape(request.Query.Length > 0 ? $"{path}?{Escape(request.Query, ComponentLeaves)}" : path, UriLeaves));
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

    private static string Escape(string text, string leaves)
    {
        string escaped = Uri.EscapeDataString(text);
        foreach (char c in leaves)
        {
            escaped = escaped.Replace(Uri.HexEscape(c), c.ToString(), StringComparison.Ordinal);
        }

        return escaped;
    }
}
