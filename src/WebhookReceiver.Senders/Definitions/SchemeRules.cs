namespace WebhookReceiver.Senders;

/// <summary>What must hold of the schemes of a row.</summary>
internal static class SchemeRules
{
    public static void Check(IReadOnlyList<SchemeDefinition> schemes, int maxToleranceSeconds, FileProblems problems)
    {
        problems.Require(schemes.Count > 0, "$.schemes", "at least one scheme");
        var headers = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < schemes.Count; i++)
        {
            SchemeDefinition scheme = schemes[i];
            string path = $"$.schemes[{i}]";
            problems.Require(
                headers.Add(scheme.Signature.Header),
                $"{path}.signature.header",
                "a header that no scheme before has (this scheme would never be used)");
            CheckSignature(scheme.Signature, $"{path}.signature", problems);
            CheckContent(scheme, path, problems);
            if (scheme.Timestamp is { } timestamp)
            {
                problems.Require(
                    timestamp.ToleranceSeconds >= 1 && timestamp.ToleranceSeconds <= maxToleranceSeconds,
                    $"{path}.timestamp.toleranceSeconds",
                    $"1 to {maxToleranceSeconds}");
            }
        }
    }

    private static void CheckSignature(SignatureLocation signature, string path, FileProblems problems)
    {
        problems.Require(HeaderName.IsValid(signature.Header), $"{path}.header", "the name of a header");

        bool isPrefixed = signature.Format == SignatureFormat.Prefixed;
        problems.Require(
            isPrefixed ? !string.IsNullOrEmpty(signature.Prefix) : signature.Prefix is null,
            $"{path}.prefix",
            isPrefixed ? "what stands before the signature, such as sha256=" : "nothing, as the format is not prefixed");

        bool isList = signature.Format is SignatureFormat.Pairs or SignatureFormat.Versioned;
        problems.Require(
            isList ? IsItemName(signature.Parameter) : signature.Parameter is null,
            $"{path}.parameter",
            isList ? "the name that carries the signature, such as v1" : "nothing, as the format is neither pairs nor versioned");

        // A separator that can stand within an item would cut it: base64 uses '=', '+' and '/', and items are split at '=' or ','.
        char reserved = signature.Format == SignatureFormat.Pairs ? '=' : ',';
        problems.Require(
            signature.Separator is not { } separator
                || (isList && separator != reserved && separator is > '\x1f' and < '\x7f' && !char.IsAsciiLetterOrDigit(separator)
                    && separator is not ('+' or '/' or '=' or '-' or '_')),
            $"{path}.separator",
            isList ? "a punctuation mark or a blank that cannot stand within an item" : "nothing, as the format is no list");
    }

    private static bool IsItemName(string? name) =>
        !string.IsNullOrEmpty(name) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static void CheckContent(SchemeDefinition scheme, string path, FileProblems problems)
    {
        if (problems.Template($"{path}.content", scheme.Content, TemplatePlace.Content) is not { } content)
        {
            return;
        }

        problems.Require(
            content.Parts.Count(part => part.Kind == TemplatePartKind.Body) == 1,
            $"{path}.content",
            "{body} once (a signature that does not cover the body proves nothing about it)");
        problems.Require(
            content.Parts.All(part => part.Kind != TemplatePartKind.Parameter
                || (scheme.Signature.Format == SignatureFormat.Pairs && part.Name != scheme.Signature.Parameter)),
            $"{path}.content",
            "{parameter:…} only where the format is pairs, and not the signature's own");
        problems.Require(
            FieldNames.Of(content).Count <= FieldNames.Max,
            $"{path}.content",
            $"at most {FieldNames.Max} headers and parameters");
        CheckField($"{path}.id", scheme.Id, content, problems);
        CheckField($"{path}.timestamp.value", scheme.Timestamp?.Value, content, problems);
    }

    /// <summary>An id or a time counts only where the signature covers it.</summary>
    private static void CheckField(string path, string? text, Template content, FileProblems problems)
    {
        if (text is null || problems.Template(path, text, TemplatePlace.SignedField) is not { } field)
        {
            return;
        }

        if (field.Parts is not [TemplatePart part])
        {
            problems.Add(path, $"expected exactly one part: {TemplatePlace.SignedField.Words}");
        }
        else
        {
            problems.Require(content.Parts.Any(signed => FieldNames.Same(signed, part)), path, "a part that the content signs too");
        }
    }
}
