namespace WebhookReceiver.Senders.Tests;

/// <summary>A request in memory. A struct, as verification asks for; looking up a header allocates nothing.</summary>
internal readonly struct TestRequest(
    byte[] body, (string Name, string Value)[] headers, string? url = null, string query = "", string method = "POST", RequestContent? content = null, FetchedKeys? keys = null) : ISignedRequest
{
    public string Method => method;

    public ReadOnlySpan<byte> Body => body;

    public string? Url => url;

    public string Query => query;

    public RequestContent? Content => content;

    public FetchedKeys? FindKeys(KeyReference reference) => keys;

    public static TestRequest For(SenderDefinition row, VectorDefinition vector, byte[]? body = null)
    {
        byte[] bytes = body ?? vector.BodyBytes();
        (string, string)[] headers = [.. vector.Headers.Select(header => (header.Key, header.Value))];
        return new(bytes, headers, vector.Url, vector.Query, vector.Method, Parse(row, bytes, vector.ContentType), Keys(row, vector.KeyDocument));
    }

    /// <summary>What the receiver would have fetched.</summary>
    public static FetchedKeys? Keys(SenderDefinition row, string? document)
    {
        if (document is null)
        {
            return null;
        }

        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(document);
        Assert.True(FetchedKeys.TryRead(row.Schemes[0].KeySource!.Document, bytes, new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero), out FetchedKeys? keys));
        return keys;
    }

    /// <summary>The body as the receiver parses it.</summary>
    public static RequestContent? Parse(SenderDefinition row, byte[] body, string contentType)
    {
        BodyFormat format = contentType.StartsWith("application/x-www-form-urlencoded", StringComparison.Ordinal) ? BodyFormat.Form
            : contentType.StartsWith("multipart/form-data", StringComparison.Ordinal) ? BodyFormat.Multipart
            : BodyFormat.Json;
        return RequestContent.TryParse(row, body, format, contentType, out RequestContent? content, out _) ? content : null;
    }

    public string GetHeaderLine(string name, int line) =>
        headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).ElementAt(line).Value;

    public int GetHeader(string name, out string? value)
    {
        int count = 0;
        value = null;
        foreach ((string header, string text) in headers)
        {
            if (header.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                count++;
                value = text;
            }
        }

        value = count == 1 ? value : null;
        return count;
    }
}
