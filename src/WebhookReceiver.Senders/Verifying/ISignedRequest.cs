namespace WebhookReceiver.Senders;

/// <summary>What a scheme reads of a request. Implement it on a struct: verification then allocates nothing.</summary>
public interface ISignedRequest
{
    /// <summary>The body exactly as it was received, before anything parsed or changed it.</summary>
    ReadOnlySpan<byte> Body { get; }

    /// <summary>The public URL that the sender was given, or <see langword="null"/> where none is configured. Asked only by schemes that sign it.</summary>
    string? Url { get; }

    /// <summary>
    /// Looks up a header, ignoring case. Lines of one name are never joined: a header that stands twice is
    /// refused and not read in two ways.
    /// </summary>
    /// <param name="name">The header's name.</param>
    /// <param name="value">The value where there is exactly one line of that name; otherwise not read.</param>
    /// <returns>How many lines of that name the request has: 0, 1, or more.</returns>
    int GetHeader(string name, out string? value);
}
