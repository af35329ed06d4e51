using System.Text;

namespace WebhookReceiver.Senders;

/// <summary>The grammar of <see cref="Template"/>.</summary>
internal static class TemplateParser
{
    public static IReadOnlyList<TemplatePart> Parse(string text)
    {
        var parts = new List<TemplatePart>();
        var literal = new StringBuilder();
        int at = 0;
        while (at < text.Length)
        {
            if (text[at] != '{')
            {
                literal.Append(text[at++]);
            }
            else if (at + 1 < text.Length && text[at + 1] == '{')
            {
                literal.Append('{');
                at += 2;
            }
            else
            {
                AddLiteral(parts, literal);
                int end = text.IndexOf('}', at);
                if (end < 0)
                {
                    throw new FormatException($"the brace at position {at} of '{text}' is not closed (write {{{{ for a brace)");
                }

                parts.Add(ParsePart(text[(at + 1)..end]));
                at = end + 1;
            }
        }

        AddLiteral(parts, literal);
        return parts.AsReadOnly();
    }

    private static void AddLiteral(List<TemplatePart> parts, StringBuilder literal)
    {
        if (literal.Length > 0)
        {
            parts.Add(new TemplatePart(TemplatePartKind.Literal, literal.ToString(), []));
            literal.Clear();
        }
    }

    private static TemplatePart ParsePart(string part)
    {
        int colon = part.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? ParseBare(part) : ParseNamed(part, part[..colon], part[(colon + 1)..]);
    }

    private static TemplatePart ParseBare(string part) => part switch
    {
        "body" => new(TemplatePartKind.Body, "", []),
        "digest" => new(TemplatePartKind.Digest, "", []),
        "url" => new(TemplatePartKind.Url, "", []),
        "form" => new(TemplatePartKind.Form, "", []),
        _ => throw Unknown(part),
    };

    private static TemplatePart ParseNamed(string part, string kind, string name) => kind switch
    {
        "json" => new(TemplatePartKind.Json, name, ParsePointer(name)),
        "header" when HeaderName.IsValid(name) => new(TemplatePartKind.Header, name, []),
        "header" => throw new FormatException($"{{{part}}} does not name a header: expected letters, digits and hyphens"),
        "parameter" => new(TemplatePartKind.Parameter, NotEmpty(part, name), []),
        "query" => new(TemplatePartKind.Query, NotEmpty(part, name), []),
        "form" => new(TemplatePartKind.FormField, NotEmpty(part, name), []),
        _ => throw Unknown(part),
    };

    private static string NotEmpty(string part, string name) =>
        name.Length > 0 ? name : throw new FormatException($"{{{part}}} needs a name after the colon");

    /// <summary>The reference tokens of an RFC 6901 pointer, unescaped.</summary>
    private static string[] ParsePointer(string pointer)
    {
        if (pointer.Length == 0)
        {
            return [];
        }

        if (pointer[0] != '/')
        {
            throw new FormatException($"{{json:{pointer}}} is not a JSON pointer: expected '/' first, or nothing for the whole document");
        }

        return [.. pointer[1..].Split('/').Select(token => Unescape(token, pointer))];
    }

    private static string Unescape(string token, string pointer)
    {
        for (int at = token.IndexOf('~', StringComparison.Ordinal); at >= 0; at = token.IndexOf('~', at + 1))
        {
            if (at + 1 == token.Length || token[at + 1] is not ('0' or '1'))
            {
                throw new FormatException($"{{json:{pointer}}} is not a JSON pointer: '~' must be written '~0' and '/' within a name '~1'");
            }
        }

        // In this order, so that "~01" becomes "~1" and not "/".
        return token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
    }

    private static FormatException Unknown(string part) => new(
        $"{{{part}}} is not a part: expected body, digest, url, form, header:…, parameter:…, query:…, form:… or json:/…");
}
