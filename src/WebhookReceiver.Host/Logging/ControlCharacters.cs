using System.Globalization;

namespace WebhookReceiver.Host.Logging;

/// <summary>Writes text for a terminal, with every character that would do something there as its code.</summary>
internal static class ControlCharacters
{
    public static void Write(ReadOnlySpan<char> text, TextWriter output)
    {
        foreach (var character in text)
        {
            if (IsHarmless(character))
            {
                output.Write(character);
            }
            else
            {
                output.Write("\\u");
                output.Write(((int)character).ToString("x4", CultureInfo.InvariantCulture));
            }
        }
    }

    // Format covers the marks that turn the direction of writing; separators of lines and paragraphs end a line in many viewers.
    private static bool IsHarmless(char character) => character is >= ' ' and <= '~' || char.GetUnicodeCategory(character) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
