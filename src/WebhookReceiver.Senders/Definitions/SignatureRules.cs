namespace WebhookReceiver.Senders;

/// <summary>What must hold of the place of a signature, and of how it is written.</summary>
internal static class SignatureRules
{
    public static void Check(SchemeDefinition scheme, string path, FileProblems problems)
    {
        SignatureLocation signature = scheme.Signature;
        string?[] places = [signature.Header, signature.Query, signature.Pointer, signature.Field];
        problems.Require(places.Count(place => place is not null) == 1, path, "exactly one of header, query, pointer, field");
        problems.Require(signature.Header is null || HeaderName.IsValid(signature.Header), $"{path}.header", "the name of a header");
        problems.Require(signature.Query is null || signature.Query.Length > 0, $"{path}.query", "the name of a query parameter");
        problems.Require(signature.Field is null || signature.Field.Length > 0, $"{path}.field", "the name of a form field");
        problems.Require(signature.Pointer is null || IsPointer(signature.Pointer), $"{path}.pointer", "a JSON pointer that is not empty");

        // Of several signatures one that holds is enough; of several tokens each must be right.
        problems.Require(
            scheme.Proof == ProofKind.Token || signature.Pointer?.Split('/').Contains(JsonPath.Each) != true,
            $"{path}.pointer",
            "no '*', as only a token may stand in each element");
        problems.Require(
            signature.AlsoHeaders.All(HeaderName.IsValid) && (signature.AlsoHeaders.Count == 0 || signature.Header is not null),
            $"{path}.alsoHeaders",
            "names of headers, beside a header");
        problems.Require(!signature.Numbered || signature.Header is not null, $"{path}.numbered", "false, as there is no header");
        problems.Require(!signature.Repeatable || signature.Header is not null, $"{path}.repeatable", "false, as there is no header");

        bool isPrefixed = signature.Format == SignatureFormat.Prefixed;
        problems.Require(
            isPrefixed ? !string.IsNullOrEmpty(signature.Prefix) : signature.Prefix is null,
            $"{path}.prefix",
            isPrefixed ? "what stands before the signature, such as sha256=" : "nothing, as the format is not prefixed");
        problems.Require(isPrefixed || !signature.PrefixOptional, $"{path}.prefixOptional", "false, as the format is not prefixed");

        bool hasName = signature.Format is SignatureFormat.Pairs or SignatureFormat.Versioned or SignatureFormat.Json;
        problems.Require(
            hasName ? IsItemName(signature.Parameter) : signature.Parameter is null,
            $"{path}.parameter",
            hasName ? "the name that carries the signature, such as v1" : "nothing, as the format is none of pairs, versioned and json");
        CheckSeparator(signature, path, problems);
        CheckEncoding(scheme, path, problems);
    }

    private static void CheckSeparator(SignatureLocation signature, string path, FileProblems problems)
    {
        // A separator that can stand within an item would cut it: base64 uses '=', '+' and '/', and items are split at '=' or ','.
        bool isList = signature.Format is SignatureFormat.Pairs or SignatureFormat.Versioned or SignatureFormat.Positional or SignatureFormat.List;
        char reserved = signature.Format switch
        {
            SignatureFormat.Pairs => '=',
            SignatureFormat.Versioned => ',',
            _ => '\0',
        };
        problems.Require(
            signature.Separator is not { } separator
                || (isList && separator != reserved && separator is > '\x1f' and < '\x7f' && !char.IsAsciiLetterOrDigit(separator)
                    && separator is not ('+' or '/' or '=' or '-' or '_')),
            $"{path}.separator",
            isList ? "a punctuation mark or a blank that cannot stand within an item" : "nothing, as the format is no list");
    }

    private static void CheckEncoding(SchemeDefinition scheme, string path, FileProblems problems)
    {
        SignatureLocation signature = scheme.Signature;
        bool saysItself = scheme.Proof is ProofKind.Token or ProofKind.Basic or ProofKind.Jwt or ProofKind.MessageSignature;
        problems.Require(
            saysItself == signature.Encoding is null,
            $"{path}.encoding",
            saysItself ? "nothing, as this proof is written in one way" : "hex, base64 or base64Url");
        problems.Require(
            !saysItself || signature.Format is SignatureFormat.Bare or SignatureFormat.Prefixed,
            $"{path}.format",
            "bare or prefixed, as this proof is one text");
        problems.Require(
            scheme.Proof is not (ProofKind.Basic or ProofKind.MessageSignature) || (signature.Header is not null && signature.Format == SignatureFormat.Bare),
            $"{path}.header",
            "a header, as this proof stands in one, bare");
    }

    private static bool IsPointer(string pointer)
    {
        try
        {
            return TemplateParser.ParsePointer(pointer).Length > 0;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static bool IsItemName(string? name) =>
        !string.IsNullOrEmpty(name) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
