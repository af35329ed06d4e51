namespace WebhookReceiver.Senders;

/// <summary>What a scheme covers, said of its parts.</summary>
internal static class SignedParts
{
    public static bool NeedUrl(TemplatePart part) =>
        part.Kind is TemplatePartKind.Url or TemplatePartKind.Path or TemplatePartKind.PathAndQuery
        || (part.Kind == TemplatePartKind.Canonical && CanonicalForm.NeedsUrl(part.Name));

    /// <summary>Whether the content is another one for each key.</summary>
    public static bool HoldKey(TemplatePart part) =>
        part.Kind == TemplatePartKind.Secret || (part.Kind == TemplatePartKind.Canonical && CanonicalForm.HoldsKey(part.Name));

    /// <summary>Whether a scheme whose templates can be read signs the URL.</summary>
    public static bool NeedsUrl(SchemeDefinition scheme) =>
        scheme.Content?.Contains("{url}", StringComparison.Ordinal) == true
        || scheme.Claims.Values.Contains("{url}")
        || scheme.Digests.Any(digest => digest.Of == "{url}")
        || scheme.Components.Any(NeedUrl);

    public static bool NeedUrl(string component) =>
        component is "@target-uri" or "@authority" or "@scheme" or "@path" or "@request-target";

    public static SignatureCoverage CoverageOf(SchemeDefinition scheme, Template content) => scheme.Proof switch
    {
        ProofKind.Token or ProofKind.Basic => SignatureCoverage.Nothing,
        _ when scheme.Digests.Any(digest => digest.Of == "{body}") => SignatureCoverage.Body,
        ProofKind.Jwt => SignatureCoverage.Nothing,
        ProofKind.MessageSignature => scheme.Components.Contains(MessageSignature.ContentDigest) ? SignatureCoverage.Body : SignatureCoverage.Part,
        _ => content.Parts.Any(CoversBody) ? SignatureCoverage.Body : SignatureCoverage.Part,
    };

    private static bool CoversBody(TemplatePart part) => part.Kind switch
    {
        TemplatePartKind.Body => true,

        // Nothing stands between names and values: what was captured can be split in other places.
        TemplatePartKind.SortedForm => false,
        // A CRC can be forged to match.
        TemplatePartKind.BodyHash => part.Name != "crc32",
        TemplatePartKind.Canonical => CanonicalForm.CoversBody(part.Name),
        _ => false,
    };
}
