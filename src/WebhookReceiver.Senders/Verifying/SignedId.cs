using System.Buffers;

namespace WebhookReceiver.Senders;

/// <summary>
/// The grammar of a signed id. It excludes the dot that separates the parts of what is signed: otherwise the boundary between id and
/// time could be moved without changing a signed byte.
/// </summary>
internal static class SignedId
{
    private const int MaxLength = 128;

    private static readonly SearchValues<char> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    public static bool IsValid(ReadOnlySpan<char> id) => id.Length is > 0 and <= MaxLength && !id.ContainsAnyExcept(Characters);
}
