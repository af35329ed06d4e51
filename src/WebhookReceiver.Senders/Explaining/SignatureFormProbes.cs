namespace WebhookReceiver.Senders;

/// <summary>The signature, written in other ways or made with another hash.</summary>
internal static class SignatureFormProbes
{
    public static IEnumerable<SignatureProbe> For(SenderPlan plan, CapturedRequest request, SenderKey[] keys)
    {
        SchemeDefinition scheme = plan.Definition.Schemes[0];
        foreach ((SignatureCause cause, string text, SchemeDefinition other) in Variants(plan, scheme))
        {
            SenderPlan changed = SenderPlan.Compile(plan.Definition with { Schemes = [other] });
            SenderKey[] remade = [.. keys.Select(key => key.TryRemake(changed, static secret => secret, out SenderKey? made) ? made : null).OfType<SenderKey>()];
            yield return new SignatureProbe(cause, text, changed, request, remade);
        }

        if (scheme.Signature.Header is { } header && request.GetHeader(header, out string? value) == 1 && value!.Length > 2)
        {
            yield return new SignatureProbe(
                SignatureCause.SignaturePrefix, "There are quotation marks around the signature: something on the way added them.", plan, request.WithHeader(header, value.Trim('"', '\'')), keys);
        }
    }

    private static IEnumerable<(SignatureCause Cause, string Text, SchemeDefinition Scheme)> Variants(SenderPlan plan, SchemeDefinition scheme)
    {
        string name = plan.Definition.Name;
        SignatureLocation signature = scheme.Signature;
        foreach (SignatureEncoding encoding in Enum.GetValues<SignatureEncoding>())
        {
            if (signature.Encoding is { } own && own != encoding)
            {
                yield return (SignatureCause.SignatureEncoding, $"The signature is right and written in {Word(encoding)}, while {name} writes {Word(own)}: the Sender of the source is not the right one.",
                    scheme with { Signature = signature with { Encoding = encoding } });
            }
        }

        if (signature.Format == SignatureFormat.Prefixed)
        {
            yield return (SignatureCause.SignaturePrefix, $"The signature is right and stands there without '{signature.Prefix}': another version of the sender, or something on the way removed it.",
                scheme with { Signature = signature with { Format = SignatureFormat.Bare, Prefix = null, PrefixOptional = false } });
        }
        else if (signature.Format == SignatureFormat.Bare && signature.Encoding is not null)
        {
            foreach (string prefix in new[] { "sha256=", "sha1=", "v1=", "hmac-sha256=" })
            {
                yield return (SignatureCause.SignaturePrefix, $"The signature is right and stands there with '{prefix}' in front, which {name} does not write: the Sender of the source is not the right one.",
                    scheme with { Signature = signature with { Format = SignatureFormat.Prefixed, Prefix = prefix } });
            }
        }

        foreach (SignatureHash hash in new[] { SignatureHash.Sha256, SignatureHash.Sha1, SignatureHash.Sha512 })
        {
            if (scheme.Proof is ProofKind.Hmac or ProofKind.Digest && scheme.Hash != hash)
            {
                yield return (SignatureCause.HashAlgorithm, $"The signature is made with {hash}, while the row of {name} says {scheme.Hash}: another version of the sender's signature, or the Sender of the source is not the right one.",
                    scheme with { Hash = hash });
            }
        }
    }

    private static string Word(SignatureEncoding encoding) => encoding switch
    {
        SignatureEncoding.Hex => "hexadecimal",
        SignatureEncoding.Base64 => "base64",
        _ => "base64url",
    };
}
