using System.Buffers;
using System.Buffers.Text;

namespace WebhookReceiver.Senders;

/// <summary>The bytes of a signature and how they are written. One signature has one text, save for the case of hex digits.</summary>
internal static class SignatureText
{
    // The longest signature is one of RSA with 4,096 bits: 512 bytes.
    public const int MaxBytes = 512;
    private const int MaxBase64Length = (MaxBytes + 2) / 3 * 4;

    /// <summary>Reads at most as many bytes as <paramref name="destination"/> holds.</summary>
    public static bool TryDecode(SignatureEncoding encoding, ReadOnlySpan<char> text, Span<byte> destination, out int length) => encoding switch
    {
        SignatureEncoding.Hex => TryDecodeHex(text, destination, out length),
        SignatureEncoding.Base64 => TryDecodeBase64(text, destination, out length),
        SignatureEncoding.Base64Url => TryDecodeBase64Url(text, destination, out length),
        _ => throw new InvalidOperationException($"Unknown encoding {encoding}."),
    };

    public static string Encode(SignatureEncoding encoding, ReadOnlySpan<byte> bytes) => encoding switch
    {
        SignatureEncoding.Hex => Convert.ToHexStringLower(bytes),
        SignatureEncoding.Base64 => Convert.ToBase64String(bytes),
        SignatureEncoding.Base64Url => Base64Url.EncodeToString(bytes),
        _ => throw new InvalidOperationException($"Unknown encoding {encoding}."),
    };

    private static bool TryDecodeHex(ReadOnlySpan<char> text, Span<byte> destination, out int length)
    {
        length = 0;
        return text.Length % 2 == 0
            && text.Length / 2 <= destination.Length
            && Convert.FromHexString(text, destination, out _, out length) == OperationStatus.Done;
    }

    /// <summary>
    /// The framework's decoder skips white space and ignores the spare bits of the last character; writing the bytes again and comparing
    /// leaves the canonical text as the only one.
    /// </summary>
    private static bool TryDecodeBase64(ReadOnlySpan<char> text, Span<byte> destination, out int length)
    {
        length = 0;
        if (text.Length > MaxBase64Length || !Convert.TryFromBase64Chars(text, destination, out length))
        {
            return false;
        }

        Span<char> canonical = stackalloc char[MaxBase64Length];
        return Convert.TryToBase64Chars(destination[..length], canonical, out int written) && text.SequenceEqual(canonical[..written]);
    }

    private static bool TryDecodeBase64Url(ReadOnlySpan<char> text, Span<byte> destination, out int length)
    {
        length = 0;
        if (text.Length > MaxBase64Length || Base64Url.DecodeFromChars(text, destination, out _, out length) != OperationStatus.Done)
        {
            return false;
        }

        Span<char> canonical = stackalloc char[MaxBase64Length];
        int written = Base64Url.EncodeToChars(destination[..length], canonical);
        return text.SequenceEqual(canonical[..written]);
    }
}
