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

        if (text.StartsWith(prefix, StringComparison.Ordinal))
        {
            rest = text.AsSpan(prefix.Length);
            return true;
        }

        return location.PrefixOptional;
    }
}
