namespace WebhookReceiver.Senders;

/// <summary>The parts of the URL that are signed.</summary>
internal static class RequestUrl
{
    /// <summary>The public URL followed by the query as it was received, as the sender has written it.</summary>
    public static void Append<TRequest>(ref readonly TRequest request, ref ContentWriter writer)
        where TRequest : ISignedRequest, allows ref struct
    {
        writer.Append(request.Url);
        AppendQuery(in request, ref writer);
    }

    public static void AppendPath<TRequest>(ref readonly TRequest request, bool withQuery, ref ContentWriter writer)
        where TRequest : ISignedRequest, allows ref struct
    {
        writer.Append(PathOf(request.Url!));
        if (withQuery)
        {
            AppendQuery(in request, ref writer);
        }
    }

    public static ReadOnlySpan<char> PathOf(string url)
    {
        int authority = url.IndexOf("://", StringComparison.Ordinal);
        int path = authority < 0 ? 0 : url.IndexOf('/', authority + 3);
        return path < 0 ? "/" : url.AsSpan(path);
    }

    private static void AppendQuery<TRequest>(ref readonly TRequest request, ref ContentWriter writer)
        where TRequest : ISignedRequest, allows ref struct
    {
        if (request.Query.Length > 0)
        {
            writer.Append("?"u8);
            writer.Append(request.Query);
        }
    }
}
