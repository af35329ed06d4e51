using System.Globalization;
using System.Text;

namespace WebhookReceiver.Tests.Support;

/// <summary>A request as it goes over the wire, line by line: nothing is corrected, merged or added behind the test's back.</summary>
internal sealed record WireRequest(string Target, byte[] Body)
{
    public string Method { get; init; } = "POST";

    public string Version { get; init; } = "HTTP/1.1";

    /// <summary>The first header; <see langword="null"/> for none.</summary>
    public string? Host { get; init; } = "receiver.test";

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Sent after the last chunk; such a request is chunked.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Trailers { get; init; } = [];

    public bool IsChunked { get; init; }

    /// <summary>How much of the body is in a chunk.</summary>
    public int ChunkBytes { get; init; } = int.MaxValue;

    /// <summary>What is sent after the headers in place of the chunks.</summary>
    public byte[]? Framed { get; init; }

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
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Method} {Target} {Version}\r\n").Append(Host is null ? "" : $"Host: {Host}\r\n");
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
    public byte[] ToBytes() => IsChunked ? [.. Head(), .. Framed ?? [.. Chunks(), .. LastChunk()]] : [.. Head(), .. Body];

    /// <summary>The whole request with one line more behind the request line, which text could not say.</summary>
    public byte[] ToBytesWith(ReadOnlySpan<byte> line)
    {
        var bytes = ToBytes();
        var start = bytes.AsSpan().IndexOf("\r\n"u8) + 2;
        return [.. bytes.AsSpan(0, start), .. line, .. bytes.AsSpan(start)];
    }

    /// <summary>One chunk; none for no bytes, which would be the last.</summary>
    public static byte[] Chunk(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? [] :
    [
        .. Encoding.ASCII.GetBytes(bytes.Length.ToString("x", CultureInfo.InvariantCulture)), .. "\r\n"u8, .. bytes, .. "\r\n"u8,
    ];

    private IEnumerable<byte> Chunks() => Body.Chunk(ChunkBytes).SelectMany(static bytes => Chunk(bytes));

    private byte[] LastChunk() => Encoding.UTF8.GetBytes($"0\r\n{string.Concat(Trailers.Select(static trailer => $"{trailer.Key}: {trailer.Value}\r\n"))}\r\n");

    private static bool Is(KeyValuePair<string, string> header, string name) => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase);
}
