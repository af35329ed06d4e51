namespace WebhookReceiver.Inbox;

/// <summary>The allow-listed headers of a delivery as one text, a line each, so that storing them costs one column.</summary>
internal static class KeptHeaders
{
    /// <summary>Reads the text back. Names are unique, ignoring case.</summary>
    public static IReadOnlyDictionary<string, string> Read(string text)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

        // By the character that ends a line here and nowhere stands in a header. Others, such as U+2028, may stand in one, and would begin another.
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan()[range];
            var colon = line.IndexOf(':');
            if (colon > 0)
            {
                headers[line[..colon].ToString()] = line[(colon + 1)..].TrimStart(' ').ToString();
            }
        }

        return headers;
    }
}
