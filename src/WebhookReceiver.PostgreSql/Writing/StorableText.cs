using System.Text;

namespace WebhookReceiver.PostgreSql.Writing;

/// <summary>Texts that anybody may have written, made such that the server takes them: neither NUL nor half a surrogate pair can be stored.</summary>
internal static class StorableText
{
    private const char Replacement = '\uFFFD';

    public static string? Of(string? text)
    {
        if (text is null || IsStorable(text))
        {
            return text;
        }

        var builder = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // What is no character is enumerated as the replacement already.
            builder.Append(rune.Value == 0 ? Replacement.ToString() : rune.ToString());
        }

        return builder.ToString();
    }

    private static bool IsStorable(string text)
    {
        foreach (var character in text)
        {
            if (character == 0 || char.IsSurrogate(character))
            {
                return false;
            }
        }

        return true;
    }
}
