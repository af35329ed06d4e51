using System.Buffers;

namespace WebhookReceiver.Senders;

/// <summary>The names that a header may have.</summary>
internal static class HeaderName
{
    private const int MaxLength = 128;

    private static readonly SearchValues<char> TokenChars =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Whether the text is a token of RFC 9110, of a sensible length.</summary>
    public static bool IsValid(string name) => name.Length is > 0 and <= MaxLength && !name.AsSpan().ContainsAnyExcept(TokenChars);
}
