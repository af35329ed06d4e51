namespace WebhookReceiver.Senders;

/// <summary>The secret, read in other ways: the mistakes of pasting.</summary>
internal static class SecretProbes
{
    private static readonly string[] Prefixes = ["whsec_", "v1,whsec_", "sha256=", "v1,"];

    public static IEnumerable<SignatureProbe> For(SenderPlan plan, CapturedRequest request, SenderKey key)
    {
        if (key.TryRemake(plan, static text => text.Trim(), out SenderKey? trimmed))
        {
            yield return new SignatureProbe(SignatureCause.SecretHasBlanks, "The configured secret has blanks or a line end around it. Store it without (for files: printf %s, not echo).", plan, request, [trimmed]);
        }

        if (key.TryRemake(plan, WithoutPrefix, out SenderKey? bare))
        {
            yield return new SignatureProbe(SignatureCause.SecretPrefix, "The configured secret begins with a prefix that the sender does not count to it. Remove the prefix.", plan, request, [bare]);
        }

        foreach (string prefix in Prefixes)
        {
            if (key.TryRemake(plan, text => prefix + text, out SenderKey? prefixed))
            {
                yield return new SignatureProbe(SignatureCause.SecretPrefix, $"The configured secret lacks the prefix '{prefix}', which the sender counts to it. Copy it whole.", plan, request, [prefixed]);
            }
        }

        foreach ((KeyRule rule, SignatureCause cause, string text) in OtherRules(plan))
        {
            SenderPlan other = SenderPlan.Compile(plan.Definition with { Schemes = [plan.Definition.Schemes[0] with { Key = rule }] });
            if (key.TryRemake(other, rule is KeyRule.Base64 ? WithoutPrefix : static secret => secret, out SenderKey? remade)
                || (rule is KeyRule.Base64 && key.TryRemake(other, static secret => secret.Trim(), out remade)))
            {
                yield return new SignatureProbe(cause, text, other, request, [remade]);
            }
        }
    }

    private static IEnumerable<(KeyRule Rule, SignatureCause Cause, string Text)> OtherRules(SenderPlan plan)
    {
        SchemeDefinition scheme = plan.Definition.Schemes[0];
        if (SignatureAlgorithm.Of(scheme).Kind != SignatureAlgorithm.KeyKind.Shared)
        {
            yield break;
        }

        if (scheme.Key != KeyRule.Utf8)
        {
            SignatureCause cause = scheme.Key == KeyRule.Hex ? SignatureCause.SecretEncodedInHex : SignatureCause.SecretEncodedInBase64;
            yield return (KeyRule.Utf8, cause, $"The request is signed with the text of the secret, while {plan.Definition.Name} decodes it: the Sender of the source is not the right one, or the sender's secret is another text.");
        }

        if (scheme.Key is not (KeyRule.Base64 or KeyRule.Whsec))
        {
            yield return (KeyRule.Base64, SignatureCause.SecretEncodedInBase64, $"The request is signed with the secret decoded from base64, while {plan.Definition.Name} takes its text: the Sender of the source is not the right one.");
        }

        if (scheme.Key != KeyRule.Hex)
        {
            yield return (KeyRule.Hex, SignatureCause.SecretEncodedInHex, $"The request is signed with the secret decoded from hexadecimal, while {plan.Definition.Name} does not decode it so: the Sender of the source is not the right one.");
        }
    }

    private static string WithoutPrefix(string text)
    {
        foreach (string prefix in Prefixes)
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal))
            {
                return text[prefix.Length..];
            }
        }

        return text;
    }
}
