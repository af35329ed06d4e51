namespace WebhookReceiver.Senders;

/// <summary>What must hold of the schemes of a row.</summary>
internal static class SchemeRules
{
    public static void Check(SenderDefinition row, int maxToleranceSeconds, FileProblems problems)
    {
        problems.Require(row.Schemes.Count > 0, "$.schemes", "at least one scheme");
        var places = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < row.Schemes.Count; i++)
        {
            SchemeDefinition scheme = row.Schemes[i];
            string path = $"$.schemes[{i}]";
            string when = string.Concat(scheme.When.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"\n{pair.Key}={pair.Value}"));
            problems.Require(
                places.Add(PlaceOf(scheme.Signature) + when),
                $"{path}.signature.{MemberOf(scheme.Signature)}",
                "a place that no scheme before has, or another prefix, or another 'when' (this scheme would never be used)");
            SignatureRules.Check(scheme, $"{path}.signature", problems);
            CheckProof(scheme, path, problems);
            CheckContent(row, scheme, path, problems);
            KeySourceRules.Check(scheme, path, problems);
            foreach ((string template, string text) in scheme.When)
            {
                string condition = FilePath.Member($"{path}.when", template);
                if (problems.Template(condition, template, TemplatePlace.SchemeCondition) is { } parsed)
                {
                    problems.Require(parsed.Parts.Count == 1, condition, $"exactly one part: {TemplatePlace.SchemeCondition.Words}");
                }

                problems.Require(text.Length > 0, condition, "a text, or * for any");
            }

            if (scheme.Timestamp is { } timestamp)
            {
                problems.Require(
                    timestamp.ToleranceSeconds >= 1 && timestamp.ToleranceSeconds <= maxToleranceSeconds,
                    $"{path}.timestamp.toleranceSeconds",
                    $"1 to {maxToleranceSeconds}");
            }
        }
    }

    private static string PlaceOf(SignatureLocation signature) => $"{signature.Header}\n{signature.Query}\n{signature.Pointer}\n{signature.Field}\n{signature.Prefix}";

    private static string MemberOf(SignatureLocation signature) =>
        signature.Query is not null ? "query" : signature.Pointer is not null ? "pointer" : signature.Field is not null ? "field" : "header";

    private static void CheckProof(SchemeDefinition scheme, string path, FileProblems problems)
    {
        bool needsHash = scheme.Proof is ProofKind.Hmac or ProofKind.Digest or ProofKind.Ecdsa or ProofKind.Rsa;
        problems.Require(needsHash == scheme.Hash is not null, $"{path}.hash", needsHash ? "a hash" : "nothing, as this proof has none to choose");

        IReadOnlyDictionary<string, SignatureAlgorithm>? algorithms = scheme.Proof switch
        {
            ProofKind.Jwt => SignatureAlgorithm.OfJwt,
            ProofKind.MessageSignature => SignatureAlgorithm.OfMessages,
            _ => null,
        };
        problems.Require(
            algorithms is null ? scheme.Algorithm is null : scheme.Algorithm is { } name && algorithms.ContainsKey(name),
            $"{path}.algorithm",
            algorithms is null ? "nothing, as only jwt and messageSignature have one" : $"one of {string.Join(", ", algorithms.Keys)}");
        problems.Require(scheme.Claims.Count == 0 || scheme.Proof == ProofKind.Jwt, $"{path}.claims", "nothing, as only jwt has claims");
        problems.Require(
            scheme.Proof == ProofKind.MessageSignature ? scheme.Components.Count > 0 : scheme.Components.Count == 0,
            $"{path}.components",
            scheme.Proof == ProofKind.MessageSignature ? "what must be covered" : "nothing, as only messageSignature has components");

        bool hasPublicKey = scheme.Proof is ProofKind.Ed25519 or ProofKind.Ecdsa or ProofKind.Rsa
            || (algorithms is not null && scheme.Algorithm is { } known && algorithms.TryGetValue(known, out SignatureAlgorithm algorithm)
                && algorithm.Kind != SignatureAlgorithm.KeyKind.Shared);
        problems.Require(
            !hasPublicKey || scheme.KeySource is not null || scheme.Key is KeyRule.Hex or KeyRule.Base64 or KeyRule.Whpk or KeyRule.PublicKey,
            $"{path}.key",
            "hex, base64, whpk or publicKey, as the key is a public one");

        // Everyone knows a public key: what it keys as a secret, everyone could sign.
        problems.Require(
            hasPublicKey || scheme.Key is not (KeyRule.Whpk or KeyRule.PublicKey), $"{path}.key", "neither whpk nor publicKey, as the key is a secret");
    }

    private static void CheckContent(SenderDefinition row, SchemeDefinition scheme, string path, FileProblems problems)
    {
        bool needsContent = scheme.Proof is ProofKind.Hmac or ProofKind.Digest or ProofKind.Ed25519 or ProofKind.Ecdsa or ProofKind.Rsa;
        problems.Require(
            needsContent == scheme.Content is not null, $"{path}.content", needsContent ? "what is signed" : "nothing, as this proof says itself what is signed");
        if (problems.Template($"{path}.content", scheme.Content ?? "", TemplatePlace.Content) is not { } content)
        {
            return;
        }

        problems.Require(BodyParts.Fit(content, row), $"{path}.content", BodyParts.Expected);
        problems.Require(!needsContent || content.Parts.Any(IsOfRequest), $"{path}.content", "a part that a request has");
        problems.Require(content.Parts.Count(part => part.Kind == TemplatePartKind.Body) <= 1, $"{path}.content", "{body} once");
        int secrets = content.Parts.Count(SignedParts.HoldKey);
        problems.Require(
            scheme.Proof == ProofKind.Digest ? secrets == 1 : secrets == 0 || scheme.KeySource is not null,
            $"{path}.content",
            scheme.Proof == ProofKind.Digest ? "{secret} once (without it anyone could compute the digest)" : "no {secret}, which a digest alone holds, or content whose key is fetched");
        problems.Require(
            content.Parts.All(part => part.Kind != TemplatePartKind.Parameter || HasParameters(scheme.Signature, part.Name)),
            $"{path}.content",
            "{parameter:…} only where the format is pairs or positional, and not the signature's own");
        problems.Require(
            scheme.Signature.Pointer is null && scheme.Signature.Field is null || !content.Parts.Any(part => part.Kind is TemplatePartKind.Body or TemplatePartKind.BodyHash),
            $"{path}.content",
            "no {body}, as the signature stands in it");

        bool areReadable = CheckField($"{path}.id", scheme.Id, scheme, content, problems)
            & CheckField($"{path}.secretEquals", scheme.SecretEquals, scheme, content, problems)
            & CheckField($"{path}.timestamp.value", scheme.Timestamp?.Value, scheme, content, problems);
        for (int i = 0; i < scheme.Digests.Count; i++)
        {
            areReadable &= CheckField($"{path}.digests[{i}].value", scheme.Digests[i].Value, scheme, content, problems);
            problems.Require(scheme.Digests[i].Of is "{body}" or "{url}", $"{path}.digests[{i}].of", "{body} or {url}");
        }

        // Templates that cannot be read are named by themselves.
        problems.Require(
            !areReadable || FieldNames.Of(scheme, content).Length <= FieldNames.Max,
            $"{path}.content",
            $"at most {FieldNames.Max} values of the request, with id, time, digests and secretEquals");
    }

    private static bool IsOfRequest(TemplatePart part) => part.Kind is not (TemplatePartKind.Literal or TemplatePartKind.Secret);

    private static bool HasParameters(SignatureLocation signature, string name) =>
        (signature.Format == SignatureFormat.Pairs && name != signature.Parameter)
        || (signature.Format == SignatureFormat.Positional && name.All(char.IsAsciiDigit));

    /// <summary>An id, a time or a digest counts only where the signature covers it.</summary>
    /// <returns>Whether the template, if there is one, can be read.</returns>
    private static bool CheckField(string path, string? text, SchemeDefinition scheme, Template content, FileProblems problems)
    {
        if (text is null)
        {
            return true;
        }

        if (problems.Template(path, text, TemplatePlace.SignedField) is not { } field)
        {
            return false;
        }

        if (field.Parts is not [TemplatePart part])
        {
            problems.Add(path, $"expected exactly one part: {TemplatePlace.SignedField.Words}");
        }
        else
        {
            problems.Require(IsSigned(part, scheme, content), path, "a part that is signed too");
        }

        return true;
    }

    private static bool IsSigned(TemplatePart field, SchemeDefinition scheme, Template content) => field.Kind switch
    {
        TemplatePartKind.Claim => scheme.Proof == ProofKind.Jwt,
        TemplatePartKind.Created => scheme.Proof == ProofKind.MessageSignature,
        TemplatePartKind.Header when scheme.Proof == ProofKind.MessageSignature => true,
        TemplatePartKind.Json or TemplatePartKind.FormField when SignedParts.CoverageOf(scheme, content) == SignatureCoverage.Body => true,
        TemplatePartKind.Query when content.Parts.Any(part => part.Kind is TemplatePartKind.Url or TemplatePartKind.RawQuery or TemplatePartKind.PathAndQuery) => true,
        TemplatePartKind.Header or TemplatePartKind.Query or TemplatePartKind.Json when content.Parts.Any(part => part.Kind == TemplatePartKind.Canonical) => true,
        _ => content.Parts.Any(signed => FieldNames.Same(signed, field)),
    };
}
