using System.Security.Cryptography;

namespace WebhookReceiver.Senders;

/// <summary>Verifies signatures over content that the row spells out: HMAC, plain digests, Ed25519, ECDSA, RSA.</summary>
internal static class ContentVerifier
{
    private const int StackBytes = 1024;

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
        Span<byte> buffer = stackalloc byte[SenderPlan.MaxSignatures * scheme.SignatureSize];
        var reader = new SignatureReader(scheme, new DecodedSignatures(buffer, scheme.SignatureSize, scheme.HasFixedSize), fields);
        bool isWhole = true;
        for (int i = 0; i < texts.Count; i++)
        {
            isWhole &= reader.TryRead(texts[i]);
        }

        // Of several texts one may be of a key that is not ours, in a form that is not ours either; of one, its form must be right.
        if ((!isWhole && texts.Count == 1) || reader.Decoded.Count == 0)
        {
            return SchemeVerifier.Refuse(scheme, SignatureOutcome.SignatureMalformed);
        }

        if (!SignedContent.CanWrite(scheme, in request))
        {
            return SchemeVerifier.Refuse(scheme, SignatureOutcome.ContentMissing);
        }

        SignatureOutcome check = SchemeVerifier.CheckFields(scheme, fields, found | reader.Found, knowsUrl, keys, out DateTimeOffset? signedAt);
        if (check != SignatureOutcome.Verified)
        {
            return SchemeVerifier.Refuse(scheme, check, signedAt);
        }

        return SchemeVerifier.FindKey(scheme, in request, fields, keys, null, out PublicKey? fetched)
            ?? SchemeVerifier.Conclude(scheme, in request, fields, FindKey(scheme, in request, fields, reader.Decoded, keys, fetched), signedAt, now);
    }

    private static int FindKey<TRequest>(
        CompiledScheme scheme,
        ref readonly TRequest request,
        ReadOnlySpan<ReadOnlyMemory<char>> fields,
        DecodedSignatures signatures,
        ReadOnlySpan<SenderKey> keys,
        PublicKey? fetched)
        where TRequest : ISignedRequest, allows ref struct
    {
        if (scheme.SignsBodyAlone)
        {
            return FindKey(scheme, request.Body, fields, signatures, keys, fetched);
        }

        if (scheme.ContentHoldsKey)
        {
            return FindKeyWithin(scheme, in request, fields, signatures, keys, fetched);
        }

        var writer = new ContentWriter(stackalloc byte[StackBytes]);
        try
        {
            SignedContent.Write(scheme, in request, fields, [], ref writer);
            return FindKey(scheme, writer.Written, fields, signatures, keys, fetched);
        }
        finally
        {
            writer.Dispose();
        }
    }

    /// <summary>
    /// One computation for each key, compared with every signature. All keys and all signatures are gone through whatever matches, so that the
    /// time taken says nothing about which did.
    /// </summary>
    private static int FindKey(
        CompiledScheme scheme,
        ReadOnlySpan<byte> content,
        ReadOnlySpan<ReadOnlyMemory<char>> fields,
        DecodedSignatures signatures,
        ReadOnlySpan<SenderKey> keys,
        PublicKey? fetched)
    {
        Span<byte> expected = stackalloc byte[Mac.MaxSize];
        int matched = -1;
        for (int key = keys.Length - 1; key >= 0; key--)
        {
            KeyMaterial material = keys[key].For(scheme.Index);
            matched = IsByKey(scheme, content, signatures, material, fetched, expected) && SchemeVerifier.IsBound(scheme, fields, material) ? key : matched;
        }

        return matched;
    }

    /// <summary>The same where the key is part of the content.</summary>
    private static int FindKeyWithin<TRequest>(
        CompiledScheme scheme,
        ref readonly TRequest request,
        ReadOnlySpan<ReadOnlyMemory<char>> fields,
        DecodedSignatures signatures,
        ReadOnlySpan<SenderKey> keys,
        PublicKey? fetched)
        where TRequest : ISignedRequest, allows ref struct
    {
        Span<byte> expected = stackalloc byte[Mac.MaxSize];
        Span<byte> buffer = stackalloc byte[StackBytes];
        int matched = -1;
        for (int key = keys.Length - 1; key >= 0; key--)
        {
            KeyMaterial material = keys[key].For(scheme.Index);
            var writer = new ContentWriter(buffer);
            try
            {
                SignedContent.Write(scheme, in request, fields, material.Bytes, ref writer);
                matched = IsByKey(scheme, writer.Written, signatures, material, fetched, expected) && SchemeVerifier.IsBound(scheme, fields, material) ? key : matched;
            }
            finally
            {
                writer.Dispose();
            }
        }

        return matched;
    }

    private static bool IsByKey(
        CompiledScheme scheme, ReadOnlySpan<byte> content, DecodedSignatures signatures, KeyMaterial key, PublicKey? fetched, Span<byte> expected)
    {
        bool isMatch = false;
        if ((fetched ?? key.PublicKey) is { } publicKey)
        {
            for (int i = 0; i < signatures.Count; i++)
            {
                isMatch |= publicKey.Verify(content, signatures[i]);
            }

            return isMatch;
        }

        expected = expected[..scheme.SignatureSize];
        if (scheme.Definition.Proof == ProofKind.Digest)
        {
            PlainHash.Compute(scheme.Definition.Hash!.Value, content, expected);
        }
        else
        {
            Mac.Compute(scheme.Definition.Hash!.Value, key.Bytes, content, expected);
        }

        for (int i = 0; i < signatures.Count; i++)
        {
            isMatch |= CryptographicOperations.FixedTimeEquals(expected, signatures[i]);
        }

        return isMatch;
    }
}
