using System.Globalization;
using CsCheck;

namespace WebhookReceiver.Tests.Support;

/// <summary>Tries a property on inputs that CsCheck makes. One that fails is shrunk and says its seed, by which <c>CsCheck_Seed</c> tries it again.</summary>
internal static class PropertyRuns
{
    /// <summary>How many inputs are tried where nobody says otherwise: the suite has many properties, and shall stay fast.</summary>
    private const long Few = 500;

    private static readonly long Count =
        long.TryParse(Environment.GetEnvironmentVariable("PROPERTY_ITERATIONS"), NumberStyles.None, CultureInfo.InvariantCulture, out long count) ? count : Few;

    /// <param name="inputs">The inputs.</param>
    /// <param name="check">Fails where the property does not hold.</param>
    /// <param name="each">How much dearer one of them is than usual.</param>
    /// <typeparam name="T">The type of an input.</typeparam>
    public static void Holds<T>(this Gen<T> inputs, Action<T> check, int each = 1) => inputs.Sample(check, iter: Math.Max(1, Count / each), threads: 1);

    /// <inheritdoc cref="Holds{T}(Gen{T}, Action{T}, int)"/>
    public static void Holds<T1, T2>(this Gen<(T1, T2)> inputs, Action<T1, T2> check, int each = 1) => inputs.Holds(input => check(input.Item1, input.Item2), each);

    /// <inheritdoc cref="Holds{T}(Gen{T}, Action{T}, int)"/>
    public static void Holds<T1, T2, T3>(this Gen<(T1, T2, T3)> inputs, Action<T1, T2, T3> check, int each = 1) =>
        inputs.Holds(input => check(input.Item1, input.Item2, input.Item3), each);

    /// <summary>Unicode text without halves of surrogate pairs, short, of odd characters.</summary>
    public static Gen<string> Text(int longest = 12) => Gen.Frequency(
        (4, Gen.Char[' ', '~'].Select(static character => character.ToString())),
        (1, Gen.OneOf("\0", "\t", "\r", "\n", "\"", "\\", "%", "&", "=", "+", "/", "~", "{", "}", ";", ",", ":")),
        (1, Gen.OneOf("\u0085", "\u00e9", "\u2028", "\uFEFF", "\u20ac", "\ud83d\ude00", "\uffff")))
        .Array[0, longest].Select(static pieces => string.Concat(pieces));

    /// <summary>A text with one to four characters taken away, doubled, replaced or cut off.</summary>
    public static Gen<string> Changed(string text)
    {
        const string Marks = "\"\\;=,():.*-_ \t\r\n&%+AZaz09/{}[]\0\u00e9\ud83d\u2003";
        return Gen.Select(Gen.Int[0, int.MaxValue - 1], Gen.Int[0, 4], Gen.Int[0, Marks.Length - 1]).Array[1, 4].Select(changes =>
        {
            string changed = text;
            foreach ((int place, int way, int mark) in changes)
            {
                int at = changed.Length == 0 ? 0 : place % changed.Length;
                changed = changed.Length == 0 ? Marks[mark].ToString() : way switch
                {
                    0 => changed.Remove(at, Math.Min(1 + (mark % 8), changed.Length - at)),
                    1 => changed.Insert(at, Marks[mark].ToString()),
                    2 => changed[..at] + Marks[mark] + changed[(at + 1)..],
                    3 => changed.Insert(at, changed.Substring(at, Math.Min(mark, changed.Length - at))),
                    _ => changed[..at],
                };
            }

            return changed;
        });
    }
}
