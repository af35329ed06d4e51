using System.Buffers;

namespace WebhookReceiver.Senders;

/// <summary>As much of structured fields (RFC 9651) as message signatures need: dictionaries, inner lists of strings, byte sequences.</summary>
internal static class StructuredFields
{
    private const int MaxMembers = 8;
    private const int MaxItems = 64;

    private static readonly SearchValues<char> KeyChars = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-.*");

    /// <summary>Splits a dictionary into its members, each with the text of its value.</summary>
    /// <returns><see langword="null"/> where the header is no dictionary, has a key twice, or has too many.</returns>
    public static IReadOnlyList<KeyValuePair<string, string>>? SplitMembers(string header)
    {
        var members = new List<KeyValuePair<string, string>>();
        int at = 0;
        while (true)
        {
            int end = EndOfMember(header, at);
            string member = header[at..end].Trim(' ', '\t');
            int equals = member.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || member.AsSpan(0, equals).ContainsAnyExcept(KeyChars) || members.Count == MaxMembers
                || members.Exists(known => known.Key == member[..equals]))
            {
                return null;
            }

            members.Add(new(member[..equals], member[(equals + 1)..]));
            if (end == header.Length)
            {
                return members;
            }

            at = end + 1;
        }
    }

    /// <summary>Reads <c>:base64:</c>.</summary>
    public static byte[]? ParseBytes(string value)
    {
        Span<byte> bytes = stackalloc byte[SignatureText.MaxBytes];
        return value.Length > 2 && value[0] == ':' && value[^1] == ':'
            && SignatureText.TryDecode(SignatureEncoding.Base64, value.AsSpan(1, value.Length - 2), bytes, out int length)
            ? bytes[..length].ToArray()
            : null;
    }

    /// <summary>Reads <c>("a" "b");created=1;keyid="x"</c>.</summary>
    /// <returns>The items, <see langword="null"/> where one has parameters of its own; and the parameters. <see langword="null"/> where it is no such list.</returns>
    public static (IReadOnlyList<string>? Items, IReadOnlyDictionary<string, string> Parameters)? ParseInnerList(string value)
    {
        if (value.Length == 0 || value[0] != '(')
        {
            return null;
        }

        List<string>? items = [];
        int count = 0;
        int at = 1;
        while (true)
        {
            at = SkipBlanks(value, at);
            if (at < value.Length && value[at] == ')')
            {
                break;
            }

            if (!TryReadText(value, ref at, out string? item) || ++count > MaxItems)
            {
                return null;
            }

            items?.Add(item!);
            if (at < value.Length && value[at] == ';')
            {
                items = null;
                while (at < value.Length && value[at] is not (' ' or ')'))
                {
                    // A text that is none ends it all: to look for one at each mark behind it would cost the square of the length.
                    if (value[at] != '"')
                    {
                        at++;
                    }
                    else if (!TryReadText(value, ref at, out _))
                    {
                        return null;
                    }
                }
            }
        }

        return ParseParameters(value, at + 1) is { } parameters ? (items, parameters) : null;
    }

    private static Dictionary<string, string>? ParseParameters(string value, int at)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        while (at < value.Length)
        {
            if (value[at] != ';')
            {
                return null;
            }

            int start = SkipBlanks(value, at + 1);
            int end = start;
            while (end < value.Length && value[end] is not ('=' or ';'))
            {
                end++;
            }

            string name = value[start..end];
            string? text = "";
            at = end;
            if (at < value.Length && value[at] == '=')
            {
                at++;
                if (at < value.Length && value[at] == '"')
                {
                    if (!TryReadText(value, ref at, out text))
                    {
                        return null;
                    }
                }
                else
                {
                    int stop = value.IndexOf(';', at);
                    stop = stop < 0 ? value.Length : stop;
                    text = value[at..stop];
                    at = stop;
                }
            }

            if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(KeyChars) || parameters.Count == MaxItems || !parameters.TryAdd(name, text!))
            {
                return null;
            }
        }

        return parameters;
    }

    /// <summary>Reads a quoted string of RFC 9651 3.3.3: printable ASCII, with a backslash before a quotation mark and a backslash.</summary>
    private static bool TryReadText(string value, ref int at, out string? text)
    {
        text = null;
        if (at >= value.Length || value[at] != '"')
        {
            return false;
        }

        var read = new System.Text.StringBuilder();
        for (int i = at + 1; i < value.Length; i++)
        {
            if (value[i] == '"')
            {
                text = read.ToString();
                at = i + 1;
                return true;
            }

            if (value[i] == '\\' && (++i == value.Length || value[i] is not ('"' or '\\')))
            {
                return false;
            }

            if (value[i] is < ' ' or > '~')
            {
                return false;
            }

            read.Append(value[i]);
        }

        return false;
    }

    private static int EndOfMember(string header, int at)
    {
        bool isQuoted = false;
        for (; at < header.Length && (isQuoted || header[at] != ','); at++)
        {
            if (header[at] == '\\' && isQuoted)
            {
                at++;
            }
            else if (header[at] == '"')
            {
                isQuoted = !isQuoted;
            }
        }

        return Math.Min(at, header.Length);
    }

    private static int SkipBlanks(string value, int at)
    {
        while (at < value.Length && value[at] == ' ')
        {
            at++;
        }

        return at;
    }
}
