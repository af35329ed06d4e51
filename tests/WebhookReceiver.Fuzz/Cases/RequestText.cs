using System.Buffers;
using System.Text;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Fuzz.Cases;

/// <summary>Writes the bytes of a request.</summary>
internal static class RequestText
{
    public const string Host = "hooks.example.com";

    public static byte[] Write(string path, string query, string? contentType, IEnumerable<KeyValuePair<string, string>> headers, ReadOnlySpan<byte> body)
    {
        StringBuilder head = Begin(path, query, contentType, headers);
        head.Append("Content-Length: ").Append(body.Length).Append("\r\n\r\n");
        return Join(head, body);
    }

    /// <summary>The same in chunks whose sizes and extensions the dice decide.</summary>
    public static byte[] WriteChunked(string path, string query, string? contentType, IEnumerable<KeyValuePair<string, string>> headers, ReadOnlySpan<byte> body, ref Dice dice)
    {
        ReadOnlySpan<string> extensions = ["", "", "", ";", ";a=b", ";a=\"b\"", " ;a", "\t", ";\n", "\n", ";a\rb", " ", "0", ";" + new string('x', 2_000)];
        ReadOnlySpan<string> lengths = ["x", "X", "X4", "X8", "X17"];
        StringBuilder head = Begin(path, query, contentType, headers);
        head.Append("Transfer-Encoding: chunked\r\n\r\n");
        var bytes = new ArrayBufferWriter<byte>(head.Length + body.Length + 256);
        bytes.Write(Encoding.UTF8.GetBytes(head.ToString()));
        bool isOdd = dice.OneIn(2);
        for (int at = 0; at < body.Length;)
        {
            int length = Math.Min(body.Length - at, 1 + dice.Below(dice.OneIn(3) ? 4 : 200));
            string size = length.ToString(isOdd && dice.OneIn(4) ? dice.Of(lengths) : "x", System.Globalization.CultureInfo.InvariantCulture);
            bytes.Write(Encoding.ASCII.GetBytes(size + (isOdd && dice.OneIn(3) ? dice.Of(extensions) : "") + "\r\n"));
            bytes.Write(body.Slice(at, length));
            bytes.Write("\r\n"u8);
            at += length;
        }

        bytes.Write(isOdd && dice.OneIn(4) ? "0\r\nwebhook-signature: v1,AAAA\r\nX-Signature-256: sha256=00\r\n\r\n"u8 : "0\r\n\r\n"u8);
        return bytes.WrittenSpan.ToArray();
    }

    public static byte[] Write(FuzzSource source, string contentType, SignedRequest signed, ReadOnlySpan<byte> body) =>
        Write(source.Path, signed.Query, contentType, source.Headers.Concat(signed.Headers), body);

    private static StringBuilder Begin(string path, string query, string? contentType, IEnumerable<KeyValuePair<string, string>> headers)
    {
        StringBuilder head = new StringBuilder(512).Append("POST ").Append(path);
        if (query.Length > 0)
        {
            head.Append('?').Append(query);
        }

        head.Append(" HTTP/1.1\r\nHost: ").Append(Host).Append("\r\n");
        if (contentType is not null)
        {
            head.Append("Content-Type: ").Append(contentType).Append("\r\n");
        }

        foreach ((string name, string value) in headers)
        {
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        return head;
    }

    private static byte[] Join(StringBuilder head, ReadOnlySpan<byte> body)
    {
        string text = head.ToString();
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text) + body.Length];
        int length = Encoding.UTF8.GetBytes(text, bytes);
        body.CopyTo(bytes.AsSpan(length));
        return bytes;
    }
}
