namespace WebhookReceiver.Senders;

/// <summary>What must hold of a row beyond its shape. All that is wrong is said at once, each with its place.</summary>
internal static class SenderRules
{
    private const int MaxToleranceSeconds = 24 * 60 * 60;

    public static void Check(SenderDefinition row, string origin)
    {
        var problems = new FileProblems(origin);
        problems.Require(IsId(row.Id), "$.id", "1 to 63 lower-case letters, digits and hyphens, not starting with a hyphen");
        problems.Require(!string.IsNullOrWhiteSpace(row.Name), "$.name", "a name");
        problems.Require(row.Bodies.Count > 0, "$.bodies", "at least one of json, form, multipart");
        problems.Require(
            row.FormJsonField is null
                || (row.FormJsonField.Length > 0 && (row.Bodies.Contains(BodyFormat.Form) || row.Bodies.Contains(BodyFormat.Multipart))),
            "$.formJsonField",
            "a field's name, and form or multipart among the bodies");
        problems.Require(row.JsonMediaTypes.All(type => type.Contains('/', StringComparison.Ordinal)), "$.jsonMediaTypes", "media types such as text/plain");
        problems.Require(row.Answer.Status is >= 200 and <= 299, "$.answer.status", "200 to 299");
        problems.Require(row.MaxBodyBytes is > 0 and <= 1 << 30, "$.maxBodyBytes", "1 to 1073741824");
        problems.Require(row.MaxJsonDepth is >= 1 and <= 512, "$.maxJsonDepth", "1 to 512");
        problems.Require(row.MinSecretBytes is >= 1 and <= SecretRules.MaxBytes, "$.minSecretBytes", $"1 to {SecretRules.MaxBytes}");
        problems.Require(row.KeepHeaders.All(HeaderName.IsValid), "$.keepHeaders", "names of headers");
        problems.Require(row.Evidence.Sources.Count > 0, "$.evidence.sources", "at least one source");
        SchemeRules.Check(row, MaxToleranceSeconds, problems);
        EventRules.Check(row, problems);
        HandshakeRules.Check(row, problems);
        CheckVectors(row, problems);
        problems.ThrowIfAny();
    }

    public static bool IsId(string id) =>
        id.Length is > 0 and <= 63 && id[0] != '-' && id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static void CheckVectors(SenderDefinition row, FileProblems problems)
    {
        bool signsUrl = row.Schemes.All(SignedParts.NeedsUrl);
        for (int i = 0; i < row.Vectors.Count; i++)
        {
            bool hasUrl = !signsUrl || row.Vectors[i].Url is not null;
            problems.Require(hasUrl, $"$.vectors[{i}].url", "the public URL, as the scheme signs it");
        }
    }
}
