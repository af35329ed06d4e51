using System.Text;
using System.Text.Unicode;

namespace WebhookReceiver.Senders;

/// <summary><c>application/x-www-form-urlencoded</c>, as a body or as the query of a URL: pairs, decoded strictly.</summary>
internal static class FormText
{
    private const int MaxFields = 1024;

    /// <summary>Reads a body.</summary>
    /// <returns>The pairs in their order; <see langword="null"/> with a problem where it is no form.</returns>
    public static List<KeyValuePair<string, string>>? Parse(ReadOnlySpan<byte> body, out string? problem)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        problem = null;
        foreach (Range range in body.Split((byte)'&'))
        {
            ReadOnlySpan<byte> pair = body[range];
            if (pair.IsEmpty)
            {
                continue;
            }

            if (pairs.Count == MaxFields)
            {
                problem = $"The form has more than {MaxFields} fields.";
                return null;
            }

            int mark = pair.IndexOf((byte)'=');
            if (Decode(mark < 0 ? pair : pair[..mark]) is not { } name || Decode(mark < 0 ? [] : pair[(mark + 1)..]) is not { } value)
            {
                problem = "The body is not a form in UTF-8.";
                return null;
            }

            pairs.Add(new(name, value));
        }

        return pairs;
    }

    /// <summary>A form of these fields, for samples and tests.</summary>
    public static byte[] Write(IEnumerable<KeyValuePair<string, string>> fields) =>
        Encoding.UTF8.GetBytes(string.Join('&', fields.Select(field => $"{Uri.EscapeDataString(field.Key)}={Uri.EscapeDataString(field.Value)}")));

    /// <summary>The value of a name that stands there once; <see langword="null"/> otherwise.</summary>
    public static string? Single(IReadOnlyList<KeyValuePair<string, string>> pairs, string name)
    {
        string? found = null;
        for (int i = 0; i < pairs.Count; i++)
        {
            if (pairs[i].Key == name)
            {
                if (found is not null)
                {
                    return null;
                }

                found = pairs[i].Value;
            }
        }

        return found;
    }

    /// <returns><see langword="null"/> where the bytes are not UTF-8.</returns>
    private static string? Decode(ReadOnlySpan<byte> text)
    {
        byte[] decoded = new byte[text.Length];
        int length = 0;
        for (int at = 0; at < text.Length; at++)
        {
            byte value = text[at];
            if (value == '+')
            {
                value = (byte)' ';
            }
            else if (value == '%' && at + 2 < text.Length && char.IsAsciiHexDigit((char)text[at + 1]) && char.IsAsciiHexDigit((char)text[at + 2]))
            {
                value = (byte)((FromHex(text[at + 1]) << 4) | FromHex(text[at + 2]));
                at += 2;
            }

            decoded[length++] = value;
        }

        return Utf8.IsValid(decoded.AsSpan(0, length)) ? Encoding.UTF8.GetString(decoded, 0, length) : null;
    }

    private static int FromHex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
