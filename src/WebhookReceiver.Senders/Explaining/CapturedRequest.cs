namespace WebhookReceiver.Senders;

/// <summary>A request, kept to be explained when it has been answered. Immutable but for its content, which is parsed when it is first asked for; not safe to share between threads.</summary>
/// <param name="Row">The sender that it was for.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Url">The public URL without a query; <see langword="null"/> where none is configured.</param>
/// <param name="Query">The query as it was received, without its question mark.</param>
/// <param name="ContentType">The content type.</param>
/// <param name="Format">The format that it names; <see langword="null"/> where it is none that the sender sends.</param>
/// <param name="Headers">The headers, each line by itself.</param>
/// <param name="Bytes">The exact body.</param>
public sealed record CapturedRequest(
    SenderDefinition Row,
    string Method,
    string? Url,
    string Query,
    string ContentType,
    BodyFormat? Format,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    byte[] Bytes) : ISignedRequest
{
    private (byte[] Bytes, BodyFormat? Format, RequestContent? Content)? _parsed;

    /// <summary>Finds the keys that have been fetched; <see langword="null"/> (the default) where none may be.</summary>
    public Func<KeyReference, FetchedKeys?>? Keys { get; init; }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Body => Bytes;

    /// <inheritdoc/>
    public RequestContent? Content
    {
        get
        {
            if (_parsed is not { } parsed || !ReferenceEquals(parsed.Bytes, Bytes) || parsed.Format != Format)
            {
                RequestContent? content = null;
                if (Format is { } format)
                {
                    RequestContent.TryParse(Row, Bytes, format, ContentType, out content, out _);
                }

                _parsed = parsed = (Bytes, Format, content);
            }

            return parsed.Content;
        }
    }

    /// <inheritdoc/>
    public FetchedKeys? FindKeys(KeyReference reference) => Keys?.Invoke(reference);

    /// <inheritdoc/>
    public int GetHeader(string name, out string? value)
    {
        string[] lines = [.. Lines(name)];
        value = lines.Length == 1 ? lines[0] : null;
        return lines.Length;
    }

    /// <inheritdoc/>
    public string GetHeaderLine(string name, int line) => Lines(name).ElementAt(line);

    /// <summary>Says only what this is: a request may hold secrets.</summary>
    /// <returns>A fixed text.</returns>
    public override string ToString() => "CapturedRequest (hidden)";

    /// <summary>Gives the parsed content back.</summary>
    internal void Release()
    {
        if (_parsed is { } parsed && ReferenceEquals(parsed.Bytes, Bytes))
        {
            parsed.Content?.Dispose();
            _parsed = null;
        }
    }

    internal CapturedRequest WithHeader(string name, string value) => this with
    {
        Headers = [.. Headers.Where(header => !header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)), new(name, value)],
    };

    private IEnumerable<string> Lines(string name) =>
        Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value);
}
