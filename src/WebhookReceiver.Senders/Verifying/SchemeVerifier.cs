namespace WebhookReceiver.Senders;

/// <summary>
/// Verifies by one scheme. The order: what stands twice, the form of the signature, what is missing, the id, the time's form, then the proof,
/// what is signed by its digest, and the time's freshness last: only a request that the sender made can be called late.
/// </summary>
internal static class SchemeVerifier
{
    public static SignatureVerdict Verify<TRequest>(
        CompiledScheme scheme,
        ref readonly TRequest request,
        ref SignatureTexts signatures,
        ReadOnlySpan<SenderKey> keys,
        DateTimeOffset now)
        where TRequest : ISignedRequest, allows ref struct
    {
        FieldValues values = default;
        Span<ReadOnlyMemory<char>> fields = values;
        if (signatures.IsDuplicated || !TryReadFields(scheme, in request, fields, out uint found))
        {
            return Refuse(scheme, SignatureOutcome.HeaderDuplicated);
        }

        // A token in a document stands in each element of a batch, however long.
        bool isOfElements = scheme.Definition.Proof == ProofKind.Token && scheme.Pointer.Length > 0;
        if (signatures.IsTooMany && !isOfElements)
        {
            return Refuse(scheme, SignatureOutcome.SignatureMalformed);
        }

        bool knowsUrl = !scheme.SignsUrl || request.Url is not null;
        return scheme.Definition.Proof switch
        {
            ProofKind.Token => TokenVerifier.Verify(scheme, in request, ref signatures, keys),
            ProofKind.Basic => BasicVerifier.Verify(scheme, ref signatures, keys),
            ProofKind.Jwt => JwtVerifier.Verify(scheme, in request, ref signatures, knowsUrl, fields, found, keys, now),
            ProofKind.MessageSignature => MessageSignatureVerifier.Verify(scheme, in request, ref signatures, knowsUrl, fields, found, keys, now),
            _ => ContentVerifier.Verify(scheme, in request, ref signatures, knowsUrl, fields, found, keys, now),
        };
    }

    public static SignatureVerdict Refuse(CompiledScheme scheme, SignatureOutcome outcome, DateTimeOffset? signedAt = null) =>
        new(outcome, -1, scheme.Index, signedAt);

    /// <summary>Checks the values that are signed, before anything is computed.</summary>
    /// <returns><see cref="SignatureOutcome.Verified"/> if they are as they should be.</returns>
    public static SignatureOutcome CheckFields(
        CompiledScheme scheme, ReadOnlySpan<ReadOnlyMemory<char>> fields, uint found, bool knowsUrl, ReadOnlySpan<SenderKey> keys, out DateTimeOffset? signedAt)
    {
        signedAt = null;
        if (found != scheme.AllFields)
        {
            return SignatureOutcome.ContentMissing;
        }

        if (scheme.IdField >= 0 && !SignedId.IsValid(fields[scheme.IdField].Span))
        {
            return SignatureOutcome.IdMalformed;
        }

        if (scheme.TimeField >= 0)
        {
            if (!SignedTime.TryRead(scheme.TimeFormat, fields[scheme.TimeField].Span, out DateTimeOffset time))
            {
                return SignatureOutcome.TimestampMalformed;
            }

            signedAt = time;
        }

        return !knowsUrl ? SignatureOutcome.UrlUnknown : keys.IsEmpty ? SignatureOutcome.NoKey : SignatureOutcome.Verified;
    }

    /// <summary>The public key that must be fetched, where the scheme has one.</summary>
    /// <returns><see langword="null"/> if there is nothing to fetch, or the key is here; otherwise the verdict.</returns>
    public static SignatureVerdict? FindKey<TRequest>(
        CompiledScheme scheme,
        ref readonly TRequest request,
        ReadOnlySpan<ReadOnlyMemory<char>> fields,
        ReadOnlySpan<SenderKey> keys,
        string? keyId,
        out PublicKey? key)
        where TRequest : ISignedRequest, allows ref struct
    {
        key = null;
        if (scheme.KeySource is null)
        {
            return null;
        }

        // Who does not even name what binds a delivery to this source has nothing fetched.
        if (!IsBoundToAny(scheme, fields, keys))
        {
            return Refuse(scheme, SignatureOutcome.SignatureMismatch);
        }

        if (scheme.KeySource.Find(in request) is not { } reference)
        {
            return Refuse(scheme, SignatureOutcome.KeyRefused);
        }

        // A key that is not in the document may have come into it since.
        key = request.FindKeys(reference) is { } fetched ? fetched.Find(keyId, SignatureAlgorithm.Of(scheme.Definition)) : null;
        return key is null ? Refuse(scheme, SignatureOutcome.KeyUnavailable) with { Needs = reference } : null;
    }

    /// <summary>
    /// The source's key that made a signature. Every key is tried, from the last to the first, so that how long it takes does not say which one held.
    /// </summary>
    /// <returns>The first key's index, or -1 if none did.</returns>
    public static int FindKeyOf(CompiledScheme scheme, byte[] content, byte[] signature, ReadOnlySpan<SenderKey> keys)
    {
        SignatureAlgorithm algorithm = SignatureAlgorithm.Of(scheme.Definition);
        int matched = -1;
        for (int key = keys.Length - 1; key >= 0; key--)
        {
            matched = keys[key].For(scheme.Index).Verify(algorithm, content, signature) ? key : matched;
        }

        return matched;
    }

    private static bool IsBoundToAny(CompiledScheme scheme, ReadOnlySpan<ReadOnlyMemory<char>> fields, ReadOnlySpan<SenderKey> keys)
    {
        bool isBound = false;
        foreach (SenderKey key in keys)
        {
            isBound |= IsBound(scheme, fields, key.For(scheme.Index));
        }

        return isBound;
    }

    /// <summary>Whether the value that binds a delivery to the source is the secret.</summary>
    public static bool IsBound(CompiledScheme scheme, ReadOnlySpan<ReadOnlyMemory<char>> fields, KeyMaterial key) =>
        scheme.BindingField < 0 || SecretText.Equals(fields[scheme.BindingField].Span, key.Bytes);

    /// <summary>Judges a request whose proof holds, or does not.</summary>
    public static SignatureVerdict Conclude<TRequest>(
        CompiledScheme scheme, ref readonly TRequest request, ReadOnlySpan<ReadOnlyMemory<char>> fields, int keyIndex, DateTimeOffset? signedAt, DateTimeOffset now)
        where TRequest : ISignedRequest, allows ref struct
    {
        SignatureOutcome outcome = keyIndex < 0 ? SignatureOutcome.SignatureMismatch
            : !DigestsHold(scheme, in request, fields) ? SignatureOutcome.DigestMismatch
            : signedAt is { } at ? SignedTime.Judge(at, now, scheme.Tolerance, scheme.Definition.Timestamp!.Direction)
            : SignatureOutcome.Verified;
        return new SignatureVerdict(outcome, keyIndex, scheme.Index, signedAt);
    }

    private static bool DigestsHold<TRequest>(CompiledScheme scheme, ref readonly TRequest request, ReadOnlySpan<ReadOnlyMemory<char>> fields)
        where TRequest : ISignedRequest, allows ref struct
    {
        foreach (CompiledDigest digest in scheme.Digests)
        {
            if (!digest.Holds(fields[scheme.FieldOf(digest.Value)].Span, in request))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads each signed value once. One that is absent leaves its bit unset.</summary>
    private static bool TryReadFields<TRequest>(
        CompiledScheme scheme, ref readonly TRequest request, Span<ReadOnlyMemory<char>> fields, out uint found)
        where TRequest : ISignedRequest, allows ref struct
    {
        found = 0;
        for (int i = 0; i < scheme.Fields.Length; i++)
        {
            if (RequestText.IsField(scheme.Fields[i].Kind))
            {
                int count = RequestText.Read(scheme.Fields[i], in request, numbers: true, out string? value);
                if (count > 1)
                {
                    return false;
                }

                if (count == 1)
                {
                    found |= 1u << i;
                    fields[i] = value.AsMemory();
                }
            }
        }

        return true;
    }
}
