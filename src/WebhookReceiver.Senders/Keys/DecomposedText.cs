using System.Globalization;
using System.Text;

namespace WebhookReceiver.Senders;

/// <summary>
/// Text in the normalization form KD. Where the runtime has no tables for it (invariant globalization) it returns text as it is, and a key would
/// silently be another than the sender's: there, only text is taken that is surely decomposed already.
/// </summary>
internal static class DecomposedText
{
    private static readonly bool HasTables = "\u00e9".Normalize(NormalizationForm.FormKD).Length == 2;

    public static byte[]? ToBytes(string text) =>
        HasTables || text.EnumerateRunes().All(IsDecomposed) ? Encoding.UTF8.GetBytes(text.Normalize(NormalizationForm.FormKD)) : null;

    private static bool IsDecomposed(Rune rune) => rune.IsAscii || Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark;
}
