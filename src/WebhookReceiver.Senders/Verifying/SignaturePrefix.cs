namespace WebhookReceiver.Senders;

/// <summary>What stands before a signature, such as <c>sha256=</c> or <c>Bearer </c>.</summary>
internal static class SignaturePrefix
{
    /// <summary>Takes the prefix off.</summary>
    /// <returns>Whether the text has it, or needs none.</returns>
    public static bool TryRemove(SignatureLocation location, string text, out ReadOnlySpan<char> rest)
    {
        rest = text;
        if (location.Prefix is not { } prefix)
        {
            return true;
        }

        // Before a blank it names a scheme of authentication, which ignores case (RFC 9110 11.1).
        if (text.StartsWith(prefix, prefix.EndsWith(' ') ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal))
        {
            rest = text.AsSpan(prefix.Length);
            return true;
        }

        return location.PrefixOptional;
    }
}
