using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace WebhookReceiver.Inbox;

/// <summary>
/// The id that people and senders see: the store's number masked by a random part, so that it can be looked up by the number alone and yet
/// neither be guessed nor tell how many events there are to somebody who holds one id.
/// </summary>
internal static class PublicId
{
    private const string Prefix = "whe_";
    private const int Bytes = 2 * sizeof(long);

    /// <summary>How many characters an id has; all of them are ASCII.</summary>
    public static readonly int Length = Prefix.Length + Base64Url.GetEncodedLength(Bytes);

    public static string Format(long seq, long token)
    {
        Span<byte> utf8 = stackalloc byte[Length];
        Format(seq, token, utf8);
        return Encoding.ASCII.GetString(utf8);
    }

    /// <summary>Writes an id without making a text of it.</summary>
    public static void Format(long seq, long token, Span<byte> utf8)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, token);
        BinaryPrimitives.WriteInt64BigEndian(bytes[sizeof(long)..], seq ^ token);
        Encoding.ASCII.GetBytes(Prefix, utf8);
        Base64Url.EncodeToUtf8(bytes, utf8[Prefix.Length..]);
    }

    /// <summary>Reads an id back.</summary>
    /// <returns><see langword="false"/> if it is not one of ours; whether such an event exists is for the store to say.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out long seq, out long token)
    {
        (seq, token) = (0, 0);
        Span<byte> bytes = stackalloc byte[Bytes];
        if (!text.StartsWith(Prefix, StringComparison.Ordinal)
            || text.Length != Length
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
