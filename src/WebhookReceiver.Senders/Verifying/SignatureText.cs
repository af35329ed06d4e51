using System.Buffers;

namespace WebhookReceiver.Senders;

/// <summary>The bytes of a signature and how they are written. One signature has one text, save for the case of hex digits.</summary>
internal static class SignatureText
{
    // 64 bytes in base64.
    private const int MaxBase64Length = 88;

    /// <summary>Reads exactly as many bytes as <paramref name="destination"/> holds.</summary>
    public static bool TryDecode(SignatureEncoding encoding, ReadOnlySpan<char> text, Span<byte> destination) =>
        encoding == SignatureEncoding.Hex ? TryDecodeHex(text, destination) : TryDecodeBase64(text, destination);

    public static string Encode(SignatureEncoding encoding, ReadOnlySpan<byte> bytes) =>
        encoding == SignatureEncoding.Hex ? Convert.ToHexStringLower(bytes) : Convert.ToBase64String(bytes);

    private static bool TryDecodeHex(ReadOnlySpan<char> text, Span<byte> destination) =>
        text.Length == destination.Length * 2
        && Convert.FromHexString(text, destination, out _, out int written) == OperationStatus.Done
        && written == destination.Length;

    /// <summary>
    /// The framework's decoder skips white space and ignores the spare bits of the last character; writing the bytes again and comparing
    /// leaves the canonical text as the only one.
    /// </summary>
    private static bool TryDecodeBase64(ReadOnlySpan<char> text, Span<byte> destination)
    {
        if (text.Length != (destination.Length + 2) / 3 * 4
            || !Convert.TryFromBase64Chars(text, destination, out int written)
            || written != destination.Length)
        {
            return false;
        }

        Span<char> canonical = stackalloc char[MaxBase64Length];
        return Convert.TryToBase64Chars(destination, canonical, out int length) && text.SequenceEqual(canonical[..length]);
    }
}
