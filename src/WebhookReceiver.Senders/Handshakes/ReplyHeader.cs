using System.Collections.Frozen;

namespace WebhookReceiver.Senders;

/// <summary>The headers that the answer to a handshake may have.</summary>
internal static class ReplyHeader
{
    // They belong to whoever writes the answer: with one of them an echo could become another body, another media type or a second answer.
    private static readonly FrozenSet<string> NotOfARow = FrozenSet.ToFrozenSet(
    [
        "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Date", "Keep-Alive", "Location", "Refresh", "Server", "Set-Cookie",
        "Trailer", "Transfer-Encoding", "Upgrade",
    ], StringComparer.OrdinalIgnoreCase);

    public static bool MayBeNamed(string name) => HeaderName.IsValid(name) && !NotOfARow.Contains(name);

    /// <summary>Whether a text may be a header's value: no line break, which would begin another header, no other control character, and ASCII alone.</summary>
    public static bool IsValue(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
