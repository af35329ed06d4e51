using System.IO.Hashing;
using System.Text;

namespace WebhookReceiver.Inbox.Sqlite.Dedupe;

/// <summary>The source and the sender's id as bytes, which compare as the two do: a source has no NUL. With the hash by which it is looked up.</summary>
/// <param name="bytes">The bytes; valid as long as the buffer that they were written to.</param>
/// <param name="hash">Their hash.</param>
internal readonly ref struct EventKey(ReadOnlySpan<byte> bytes, ulong hash)
{
    /// <summary>A source has at most 63 bytes and an id 256.</summary>
    public const int MaxLength = 512;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public ulong Hash { get; } = hash;

    /// <param name="source">The source.</param>
    /// <param name="eventId">The sender's id.</param>
    /// <param name="seed">The store's own, so that nobody outside can choose ids that fall together.</param>
    /// <param name="buffer">Room for <see cref="MaxLength"/> bytes.</param>
    public static EventKey Write(string source, string eventId, long seed, Span<byte> buffer)
    {
        var length = Encoding.UTF8.GetBytes(source, buffer);
        buffer[length++] = 0;
        length += Encoding.UTF8.GetBytes(eventId, buffer[length..]);
        return Of(buffer[..length], seed);
    }

    public static EventKey Of(ReadOnlySpan<byte> bytes, long seed) => new(bytes, XxHash3.HashToUInt64(bytes, seed));
}
