namespace WebhookReceiver.Senders;

/// <summary>
/// Verifies HTTP Message Signatures (RFC 9421). What must be covered is the row's word and never the request's; the body is covered by its
/// <c>Content-Digest</c>, which is computed again.
/// </summary>
internal static class MessageSignatureVerifier
{
    public static SignatureVerdict Verify<TRequest>(
        CompiledScheme scheme,
        ref readonly TRequest request,
        ref SignatureTexts texts,
        bool knowsUrl,
        Span<ReadOnlyMemory<char>> fields,
        uint found,
        ReadOnlySpan<SenderKey> keys,
        DateTimeOffset now)
        where TRequest : ISignedRequest, allows ref struct
    {
        int inputs = request.GetHeader(MessageSignature.InputHeader, out string? input);
        if (inputs > 1 || texts.Count > 1)
        {
            return SchemeVerifier.Refuse(scheme, SignatureOutcome.HeaderDuplicated);
        }

        if (inputs == 0)
        {
            return SchemeVerifier.Refuse(scheme, SignatureOutcome.ContentMissing);
        }

        if (texts[0].Length > Jwt.MaxLength || input!.Length > Jwt.MaxLength
            || StructuredFields.SplitMembers(texts[0]) is not { } signatures
            || MessageSignature.TryParse(input) is not { } described)
        {
            return SchemeVerifier.Refuse(scheme, SignatureOutcome.SignatureMalformed);
        }

        // One signature that holds is enough, whatever is wrong with others; otherwise one of the sender's own says more than a stranger's.
        SignatureVerdict verdict = SchemeVerifier.Refuse(scheme, SignatureOutcome.SignatureMalformed);
        foreach (MessageSignature signature in described)
        {
            string? text = null;
            foreach ((string label, string value) in signatures)
            {
                text = label == signature.Label ? value : text;
            }

            if (text is null || StructuredFields.ParseBytes(text) is not { } bytes)
            {
                continue;
            }

            SignatureVerdict next = VerifyOne(scheme, in request, signature, bytes, knowsUrl, fields, found, keys, now);
            verdict = verdict.KeyIndex >= 0 && !next.IsVerified ? verdict : next;
            if (verdict.IsVerified)
            {
                break;
            }
        }

        return verdict;
    }

    private static SignatureVerdict VerifyOne<TRequest>(
        CompiledScheme scheme,
        ref readonly TRequest request,
        MessageSignature signature,
        byte[] bytes,
        bool knowsUrl,
        Span<ReadOnlyMemory<char>> fields,
        uint found,
        ReadOnlySpan<SenderKey> keys,
        DateTimeOffset now)
        where TRequest : ISignedRequest, allows ref struct
    {
        for (int i = 0; i < scheme.Fields.Length; i++)
        {
            if (scheme.Fields[i].Kind == TemplatePartKind.Created && signature.Created is { } created)
            {
                found |= 1u << i;
                fields[i] = created.AsMemory();
            }
        }

        SignatureOutcome check = SchemeVerifier.CheckFields(scheme, fields, found, knowsUrl, keys, out DateTimeOffset? signedAt);
        if (check != SignatureOutcome.Verified)
        {
            return SchemeVerifier.Refuse(scheme, check, signedAt);
        }

        bool isCovered = scheme.Definition.Components.All(signature.Components.Contains)
            && CoversIdAndFields(scheme, signature)
            && (!signature.Parameters.TryGetValue("alg", out string? algorithm) || algorithm == scheme.Definition.Algorithm);
        if (!isCovered)
        {
            return SchemeVerifier.Refuse(scheme, SignatureOutcome.ClaimMismatch, signedAt);
        }

        if ((signature.Components.Any(SignedParts.NeedUrl) && request.Url is null) || MessageSignatureBase.Create(signature, in request) is not { } content)
        {
            return SchemeVerifier.Refuse(scheme, SignatureOutcome.ContentMissing, signedAt);
        }

        SignatureVerdict verdict = SchemeVerifier.Conclude(scheme, in request, fields, SchemeVerifier.FindKeyOf(scheme, content, bytes, keys), signedAt, now);
        return !verdict.IsVerified ? verdict
            : signature.Expires is { } end && now >= end ? verdict with { Outcome = SignatureOutcome.TimestampStale }
            : signature.Components.Contains(MessageSignature.ContentDigest) && !DigestHolds(in request) ? verdict with { Outcome = SignatureOutcome.DigestMismatch }
            : verdict;
    }

    /// <summary>An id or a digest in a header counts only where this signature covers that header.</summary>
    private static bool CoversIdAndFields(CompiledScheme scheme, MessageSignature signature) =>
        scheme.Fields.All(field => field.Kind != TemplatePartKind.Header || signature.Components.Contains(field.Name.ToLowerInvariant()));

    private static bool DigestHolds<TRequest>(ref readonly TRequest request)
        where TRequest : ISignedRequest, allows ref struct =>
        request.GetHeader(MessageSignature.ContentDigest, out string? header) == 1 && ContentDigest.Holds(header!, request.Body);
}
