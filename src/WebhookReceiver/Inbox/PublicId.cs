using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace WebhookReceiver.Inbox;

/// <summary>
/// The id that people and senders see: the store's number masked by a random part, so that it can be looked up by the number alone and yet
/// neither be guessed nor tell how many events there are to somebody who holds one id.
/// </summary>
internal static class PublicId
{
    private const string Prefix = "whe_";
    private const int Bytes = 2 * sizeof(long);

    public static string Format(long seq, long token) =>
        string.Create(Prefix.Length + Base64Url.GetEncodedLength(Bytes), (seq, token), static (text, id) =>
        {
            Span<byte> bytes = stackalloc byte[Bytes];
            BinaryPrimitives.WriteInt64BigEndian(bytes, id.token);
            BinaryPrimitives.WriteInt64BigEndian(bytes[sizeof(long)..], id.seq ^ id.token);
            Prefix.CopyTo(text);
            Base64Url.EncodeToChars(bytes, text[Prefix.Length..]);
        });

    /// <summary>Reads an id back.</summary>
    /// <returns><see langword="false"/> if it is not one of ours; whether such an event exists is for the store to say.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out long seq, out long token)
    {
        (seq, token) = (0, 0);
        Span<byte> bytes = stackalloc byte[Bytes];
        if (!text.StartsWith(Prefix, StringComparison.Ordinal)
            || text.Length != Prefix.Length + Base64Url.GetEncodedLength(Bytes)
            || Base64Url.DecodeFromChars(text[Prefix.Length..], bytes, out _, out var written) != OperationStatus.Done
            || written != Bytes)
        {
            return false;
        }

        token = BinaryPrimitives.ReadInt64BigEndian(bytes);
        seq = BinaryPrimitives.ReadInt64BigEndian(bytes[sizeof(long)..]) ^ token;
        return seq > 0;
    }

    /// <summary>Compares the random part in constant time.</summary>
    public static bool TokenEquals(long left, long right)
    {
        Span<byte> a = stackalloc byte[sizeof(long)];
        Span<byte> b = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(a, left);
        BinaryPrimitives.WriteInt64BigEndian(b, right);
        return CryptographicOperations.FixedTimeEquals(a, b);
    }
}
