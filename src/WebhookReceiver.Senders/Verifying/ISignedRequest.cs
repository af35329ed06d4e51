namespace WebhookReceiver.Senders;

/// <summary>What a scheme and a template read of a request. Implement it on a struct: verification of HMAC schemes then allocates nothing.</summary>
public interface ISignedRequest
{
    /// <summary>The HTTP method, in upper case.</summary>
    string Method { get; }

    /// <summary>The body exactly as it was received, before anything parsed or changed it.</summary>
    ReadOnlySpan<byte> Body { get; }

    /// <summary>
    /// The public URL that the sender was given, without a query of the request, or <see langword="null"/> where none is configured. Asked only by
    /// schemes that sign it, and handshakes that answer with it.
    /// </summary>
    string? Url { get; }

    /// <summary>The query as it was received, without its question mark; empty where there is none.</summary>
    string Query { get; }

    /// <summary>The body, parsed by its content type; <see langword="null"/> where it is not what it says. Asked only by schemes that read it.</summary>
    RequestContent? Content { get; }

    /// <summary>The keys of a document, if it has been fetched. Asked only by schemes whose key is fetched.</summary>
    /// <param name="reference">The document; the row allows its URL.</param>
    /// <returns>The keys; <see langword="null"/> where the document is not here.</returns>
    FetchedKeys? FindKeys(KeyReference reference);

    /// <summary>
    /// Looks up a header, ignoring case. Lines of one name are never joined: a header that stands twice is
    /// refused and not read in two ways.
    /// </summary>
    /// <param name="name">The header's name.</param>
    /// <param name="value">The value where there is exactly one line of that name; otherwise not read.</param>
    /// <returns>How many lines of that name the request has: 0, 1, or more.</returns>
    int GetHeader(string name, out string? value);

    /// <summary>One of several lines of a header, for senders that sign with several.</summary>
    /// <param name="name">The header's name.</param>
    /// <param name="line">Which line, from 0, below what <see cref="GetHeader"/> returned.</param>
    /// <returns>Its value.</returns>
    string GetHeaderLine(string name, int line);
}
