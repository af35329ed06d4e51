using System.Globalization;

namespace WebhookReceiver.Senders.Tests.Docs;

/// <summary>What the values of a row are called on the pages.</summary>
internal static class SenderWords
{
    public static string Proof(SenderDefinition row, SenderPlan plan) => plan.Coverage switch
    {
        SignatureCoverage.Body => $"{row.Name} signs its deliveries.",
        SignatureCoverage.Part => $"{row.Name} signs a part of its deliveries.",
        _ => $"{row.Name} does not sign: a token is shown, which is weaker than a signature.",
    };

    public static string Coverage(SignatureCoverage coverage) => coverage switch
    {
        SignatureCoverage.Body => "body",
        SignatureCoverage.Part => "part",
        _ => "nothing",
    };

    public static string Confidence(Confidence confidence) => confidence switch
    {
        Senders.Confidence.SdkSource => "How it proves them was read in its own SDK or source.",
        Senders.Confidence.Documentation => "How it proves them was read in its own documentation, or in a specification.",
        Senders.Confidence.Corroborated => "How it proves them was not read at the sender itself: independent code or documents agree on it.",
        _ => "How it proves them is **recalled and not verified**: the source must say `AllowUnverifiedSender`.",
    };

    public static string ConfidenceWord(Confidence confidence) => confidence switch
    {
        Senders.Confidence.SdkSource => "its own code",
        Senders.Confidence.Documentation => "its own documentation",
        Senders.Confidence.Corroborated => "others agree",
        _ => "not verified",
    };

    public static string Algorithm(SchemeDefinition scheme) => scheme.Proof switch
    {
        ProofKind.Hmac => $"HMAC-{Hash(scheme.Hash!.Value)}",
        ProofKind.Digest => $"plain {Hash(scheme.Hash!.Value)} over content that holds the secret (weaker than HMAC)",
        ProofKind.Ed25519 => "Ed25519, by the sender's private key",
        ProofKind.Ecdsa => $"ECDSA with {Hash(scheme.Hash!.Value)}, by the sender's private key",
        ProofKind.Rsa => $"RSA PKCS #1 v1.5 with {Hash(scheme.Hash!.Value)}, by the sender's private key",
        ProofKind.Token => "the secret itself",
        ProofKind.Basic => "HTTP Basic",
        ProofKind.Jwt => $"JSON Web Token, {scheme.Algorithm} and nothing else",
        _ => $"HTTP message signature (RFC 9421), {scheme.Algorithm} and nothing else",
    };

    public static string Hash(SignatureHash hash) => hash switch
    {
        SignatureHash.Sha1 => "SHA-1",
        SignatureHash.Sha384 => "SHA-384",
        SignatureHash.Sha512 => "SHA-512",
        _ => "SHA-256",
    };

    public static string Computed(ComputedDefinition computed) => $"{(computed.Proof == ProofKind.Hmac ? "HMAC-" : "")}{Hash(computed.Hash)}";

    public static string Signed(SchemeDefinition scheme) => scheme.Proof switch
    {
        ProofKind.Token or ProofKind.Basic => "nothing",
        ProofKind.Jwt => scheme.Digests.Count > 0 ? "the token, and what it holds the digest of" : "the token alone",
        ProofKind.MessageSignature => string.Join(", ", scheme.Components.Select(component => $"`{component}`")),
        _ => $"`{scheme.Content!.Replace("\n", "\\n", StringComparison.Ordinal)}`",
    };

    public static string Place(SchemeDefinition scheme)
    {
        SignatureLocation signature = scheme.Signature;
        string place = signature.Header is { } header ? $"header `{header}{(signature.Numbered ? "1`, `" + header + "2` …" : "`")}"
            : signature.Query is { } query ? $"query parameter `{query}`"
            : signature.Field is { } field ? $"form field `{field}`"
            : $"the body's `{signature.Pointer}`";
        string also = string.Concat(signature.AlsoHeaders.Select(name => $", `{name}`"));
        string encoding = signature.Encoding switch
        {
            SignatureEncoding.Hex => "hex",
            SignatureEncoding.Base64 => "base64",
            SignatureEncoding.Base64Url => "base64url",
            _ => scheme.Proof switch { ProofKind.Jwt => "<token>", ProofKind.Basic => "Basic <base64 of user:password>", _ => "<secret>" },
        };
        string text = signature.Format switch
        {
            SignatureFormat.Prefixed => $"{signature.Prefix}<{encoding.Trim('<', '>')}>",
            SignatureFormat.Pairs => $"…{signature.Separator ?? ','}{signature.Parameter}=<{encoding}>",
            SignatureFormat.Versioned => $"{signature.Parameter},<{encoding}>",
            SignatureFormat.Positional => $"…{signature.Separator ?? ','}<{encoding}>",
            SignatureFormat.Json => $"<base64 of JSON>.{signature.Parameter}=<{encoding}>",
            SignatureFormat.List => $"<{encoding}>{signature.Separator ?? ','}<{encoding}>",
            _ => encoding.StartsWith('B') || encoding.StartsWith('<') ? encoding : $"<{encoding}>",
        };
        return scheme.Proof == ProofKind.MessageSignature ? $"{place}, described by `Signature-Input`" : $"{place}{also}, as `{text}`";
    }

    public static string KeySource(KeySourceDefinition source)
    {
        string document = source.Document == KeyDocument.Certificate ? "certificate" : "set of keys";
        return source.Hosts.Count == 0
            ? $"the {document} at <{source.Url}>, fetched"
            : $"the {document} at `{source.Url}`, fetched from {string.Join(" or ", source.Hosts.Select(host => $"`{host}`"))} at `{source.Path}` and from nowhere else";
    }

    public static string Time(SchemeDefinition scheme) => scheme.Timestamp is { } time
        ? $"`{time.Value}`, {Format(time.Format)}, at most {time.ToleranceSeconds.ToString("N0", CultureInfo.InvariantCulture)} s {(time.Direction == TimestampDirection.Both ? "off, both ways" : "old")}"
        : "none is signed: a captured request does not grow old";

    public static string When(SchemeDefinition scheme) => scheme.When.Count == 0
        ? ""
        : ", where " + string.Join(" and ", scheme.When.Select(pair => pair.Value == "*" ? $"`{pair.Key}` is there" : $"`{pair.Key}` is `{pair.Value}`"));

    public static string Key(SchemeDefinition scheme) => scheme.Key switch
    {
        KeyRule.Whsec => "base64, with `whsec_` in front or without.",
        KeyRule.V1Whsec => "base64, with `v1,whsec_` in front.",
        KeyRule.WhsecOrUtf8 => "base64 after `whsec_`; without that, the text itself.",
        KeyRule.Base64 => "base64.",
        KeyRule.Hex => "hexadecimal.",
        KeyRule.HtmlDecoded => "the text, HTML entities decoded.",
        KeyRule.Nfkd => "the text, in Unicode normalisation form KD.",
        KeyRule.Whpk => "base64 of the public key, with `whpk_` in front or without.",
        KeyRule.PublicKey => "the public key, PEM or its base64 alone.",
        _ => scheme.Proof == ProofKind.Basic ? "`user:password`." : "the text as it is shown, whatever it looks like.",
    };

    public static string Format(BodyFormat format) => format switch
    {
        BodyFormat.Json => "JSON",
        BodyFormat.Form => "form",
        _ => "multipart form",
    };

    public static string Bytes(int bytes) => bytes % (1024 * 1024) == 0
        ? $"{bytes / 1024 / 1024} MiB"
        : $"{bytes / 1024} KiB";

    private static string Format(TimestampFormat format) => format switch
    {
        TimestampFormat.UnixMilliseconds => "Unix milliseconds",
        TimestampFormat.Rfc3339 => "RFC 3339",
        _ => "Unix seconds",
    };
}
