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
        "body" => new(TemplatePartKind.Body, ""),
        "digest" => new(TemplatePartKind.Digest, ""),
        "url" => new(TemplatePartKind.Url, ""),
        "form" => new(TemplatePartKind.Form, ""),
        "method" => new(TemplatePartKind.Method, ""),
        "path" => new(TemplatePartKind.Path, ""),
        "pathAndQuery" => new(TemplatePartKind.PathAndQuery, ""),
        "rawQuery" => new(TemplatePartKind.RawQuery, ""),
        "secret" => new(TemplatePartKind.Secret, ""),
        "sortedForm" => new(TemplatePartKind.SortedForm, ""),
        "created" => new(TemplatePartKind.Created, ""),
        "index" => new(TemplatePartKind.Index, ""),
        "itemDigest" => new(TemplatePartKind.ItemDigest, ""),
        "handshakeSecret" => new(TemplatePartKind.HandshakeSecret, ""),
        "publicUrl" => new(TemplatePartKind.PublicUrl, ""),
        _ => throw Unknown(part),
    };

    private static TemplatePart ParseNamed(string part, string kind, string name)
    {
        bool isOptional = kind.EndsWith('?');
        return (isOptional ? kind[..^1] : kind, isOptional) switch
        {
            ("json", _) => new(TemplatePartKind.Json, name, ParsePointer(name), isOptional: isOptional),
            ("header", _) when HeaderName.IsValid(name) => new(TemplatePartKind.Header, name, isOptional: isOptional),
            ("header", _) => throw new FormatException($"{{{part}}} does not name a header: expected letters, digits and hyphens"),
            ("query", _) => new(TemplatePartKind.Query, NotEmpty(part, name), isOptional: isOptional),
            ("form", _) => new(TemplatePartKind.FormField, NotEmpty(part, name), isOptional: isOptional),
            ("parameter", false) => new(TemplatePartKind.Parameter, NotEmpty(part, name)),
            ("claim", false) => new(TemplatePartKind.Claim, NotEmpty(part, name)),
            ("computed", false) => new(TemplatePartKind.Computed, NotEmpty(part, name)),
            ("bodyHash", false) when BodyHash.IsKnown(name) => new(TemplatePartKind.BodyHash, name),
            ("bodyHash", false) => throw new FormatException($"{{{part}}} is no hash of the body: expected one of {BodyHash.Names}"),
            ("canonical", false) when CanonicalForm.IsKnown(name) => new(TemplatePartKind.Canonical, name),
            ("canonical", false) => throw new FormatException($"{{{part}}} is no canonical form: expected one of {CanonicalForm.Names}"),
            ("item", false) => new(TemplatePartKind.Item, name, ParsePointer(name)),
            ("key", false) => ParseKey(TemplatePartKind.Key, name),
            ("itemKey", false) => ParseKey(TemplatePartKind.ItemKey, name),
            _ => throw Unknown(part),
        };
    }

    /// <summary>A pointer, then the names to pass over, each after <c> -</c>.</summary>
    private static TemplatePart ParseKey(TemplatePartKind kind, string text)
    {
        string[] pieces = text.Split(" -");
        return new TemplatePart(kind, text, ParsePointer(pieces[0].TrimEnd()), pieces[1..]);
    }

    private static string NotEmpty(string part, string name) =>
        name.Length > 0 ? name : throw new FormatException($"{{{part}}} needs a name after the colon");

    /// <summary>The reference tokens of an RFC 6901 pointer, unescaped.</summary>
    public static string[] ParsePointer(string pointer)
    {
        if (pointer.Length == 0)
        {
            return [];
        }

        if (pointer[0] != '/')
        {
            throw new FormatException($"'{pointer}' is not a JSON pointer: expected '/' first, or nothing for the whole document");
        }

        return [.. pointer[1..].Split('/').Select(token => Unescape(token, pointer))];
    }

    private static string Unescape(string token, string pointer)
    {
        for (int at = token.IndexOf('~', StringComparison.Ordinal); at >= 0; at = token.IndexOf('~', at + 1))
        {
            if (at + 1 == token.Length || token[at + 1] is not ('0' or '1'))
            {
                throw new FormatException($"'{pointer}' is not a JSON pointer: '~' must be written '~0' and '/' within a name '~1'");
            }
        }

        // In this order, so that "~01" becomes "~1" and not "/".
        return token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
    }

    private static FormatException Unknown(string part) => new(
        $"{{{part}}} is not a part: expected one such as body, url, header:…, parameter:…, query:…, form:…, json:/…, digest or form");
}
