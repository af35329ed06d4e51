using System.Globalization;
using System.Text;

namespace WebhookReceiver.Tests.Support;

/// <summary>A request as it goes over the wire, line by line: nothing is corrected, merged or added behind the test's back.</summary>
internal sealed record WireRequest(string Target, byte[] Body)
{
    public string Method { get; init; } = "POST";

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Sent after the last chunk; such a request is chunked.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Trailers { get; init; } = [];

    public bool IsChunked { get; init; }

    /// <summary>The value of the only header of that name.</summary>
    public string this[string name] => Headers.Single(header => Is(header, name)).Value;

    /// <summary>One line more, whatever is there already.</summary>
    public WireRequest Add(string name, string value) => this with { Headers = [.. Headers, new(name, value)] };

    /// <summary>One line more, before all others.</summary>
    public WireRequest AddFirst(string name, string value) => this with { Headers = [new(name, value), .. Headers] };

    public WireRequest Without(string name) => this with { Headers = [.. Headers.Where(header => !Is(header, name))] };

    /// <summary>That line alone under its name.</summary>
    public WireRequest Set(string name, string value) => Without(name).Add(name, value);

    /// <summary>The request line and the headers, with the framing.</summary>
    public byte[] Head()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Method} {Target} HTTP/1.1\r\nHost: receiver.test\r\n");
        var framing = Headers.Any(static header => Is(header, "Content-Length") || Is(header, "Transfer-Encoding")) ? ""
            : IsChunked ? "Transfer-Encoding: chunked\r\n"
            : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length}\r\n");
        text.Append(framing);
        foreach (var (name, value) in Headers)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        return Encoding.UTF8.GetBytes(text.Append("\r\n").ToString());
    }

    /// <summary>The whole request.</summary>
    public byte[] ToBytes() => IsChunked ? [.. Head(), .. Chunk(Body), .. LastChunk()] : [.. Head(), .. Body];

    /// <summary>One chunk; none for no bytes, which would be the last.</summary>
    public static byte[] Chunk(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? [] :
    [
        .. Encoding.ASCII.GetBytes(bytes.Length.ToString("x", CultureInfo.InvariantCulture)), .. "\r\n"u8, .. bytes, .. "\r\n"u8,
    ];

    private byte[] LastChunk() => Encoding.UTF8.GetBytes($"0\r\n{string.Concat(Trailers.Select(static trailer => $"{trailer.Key}: {trailer.Value}\r\n"))}\r\n");

    private static bool Is(KeyValuePair<string, string> header, string name) => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase);
}
