using System.Buffers;
using System.Security.Cryptography;

namespace WebhookReceiver.Senders;

/// <summary>
/// Verifies by one scheme. The order: what stands twice, the form of the signature, what is missing, the id, the time's form, then the MAC,
/// and the time's freshness last: only a request that the sender made can be called late.
/// </summary>
internal static class SchemeVerifier
{
    private const int StackBytes = 1024;

    public static SignatureVerdict Verify<TRequest>(
        CompiledScheme scheme,
        ref readonly TRequest request,
        int signatureCount,
        string? signature,
        ReadOnlySpan<SenderKey> keys,
        DateTimeOffset now)
        where TRequest : ISignedRequest, allows ref struct
    {
        FieldValues values = default;
        Span<ReadOnlyMemory<char>> fields = values;
        if (signatureCount > 1 || !TryReadHeaders(scheme, in request, fields, out uint found))
        {
            return Refuse(scheme, SignatureOutcome.HeaderDuplicated);
        }

        Span<byte> decoded = stackalloc byte[SenderPlan.MaxSignatures * Mac.MaxSize];
        if (!SignatureHeader.TryRead(scheme, signature ?? "", decoded, fields, out SignatureHeader header))
        {
            return Refuse(scheme, SignatureOutcome.SignatureMalformed);
        }

        if ((found | header.Found) != scheme.AllFields)
        {
            return Refuse(scheme, SignatureOutcome.ContentMissing);
        }

        if (scheme.IdField >= 0 && !SignedId.IsValid(fields[scheme.IdField].Span))
        {
            return Refuse(scheme, SignatureOutcome.IdMalformed);
        }

        DateTimeOffset? signedAt = null;
        if (scheme.TimeField >= 0)
        {
            if (!SignedTime.TryRead(scheme.TimeFormat, fields[scheme.TimeField].Span, out DateTimeOffset time))
            {
                return Refuse(scheme, SignatureOutcome.TimestampMalformed);
            }

            signedAt = time;
        }

        string? url = scheme.SignsUrl ? request.Url : null;
        if (scheme.SignsUrl && url is null)
        {
            return new SignatureVerdict(SignatureOutcome.UrlUnknown, -1, scheme.Index, signedAt);
        }

        if (keys.IsEmpty)
        {
            return new SignatureVerdict(SignatureOutcome.NoKey, -1, scheme.Index, signedAt);
        }

        int keyIndex = FindKey(scheme, fields, url, request.Body, decoded[..(header.Count * scheme.HashSize)], keys);
        SignatureOutcome outcome = keyIndex < 0 ? SignatureOutcome.SignatureMismatch
            : signedAt is { } at ? SignedTime.Judge(at, now, scheme.Tolerance)
            : SignatureOutcome.Verified;
        return new SignatureVerdict(outcome, keyIndex, scheme.Index, signedAt);
    }

    private static SignatureVerdict Refuse(CompiledScheme scheme, SignatureOutcome outcome) => new(outcome, -1, scheme.Index, null);

    /// <summary>Reads each signed header once. A header that is absent leaves its bit unset.</summary>
    private static bool TryReadHeaders<TRequest>(
        CompiledScheme scheme, ref readonly TRequest request, Span<ReadOnlyMemory<char>> fields, out uint found)
        where TRequest : ISignedRequest, allows ref struct
    {
        found = 0;
        for (int i = 0; i < scheme.Fields.Length; i++)
        {
            if (scheme.Fields[i].Kind == TemplatePartKind.Header)
            {
                int count = request.GetHeader(scheme.Fields[i].Name, out string? value);
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

    private static int FindKey(
        CompiledScheme scheme,
        ReadOnlySpan<ReadOnlyMemory<char>> fields,
        string? url,
        ReadOnlySpan<byte> body,
        ReadOnlySpan<byte> signatures,
        ReadOnlySpan<SenderKey> keys)
    {
        if (scheme.SignsBodyAlone)
        {
            return FindKey(scheme, body, signatures, keys);
        }

        int length = SignedContent.Measure(scheme, fields, url, body);
        byte[]? rented = null;
        Span<byte> content = length <= StackBytes ? stackalloc byte[StackBytes] : rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            int written = SignedContent.Write(scheme, fields, url, body, content);
            return FindKey(scheme, content[..written], signatures, keys);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    /// <summary>
    /// One HMAC for each key, compared with every signature. All keys and all signatures are gone through whatever matches, so that the
    /// time taken says nothing about which did.
    /// </summary>
    private static int FindKey(
        CompiledScheme scheme, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signatures, ReadOnlySpan<SenderKey> keys)
    {
        Span<byte> expected = stackalloc byte[Mac.MaxSize];
        expected = expected[..scheme.HashSize];
        int matched = -1;
        for (int key = keys.Length - 1; key >= 0; key--)
        {
            Mac.Compute(scheme.Definition.Hash, keys[key].For(scheme.Index), content, expected);
            bool isMatch = false;
            for (int at = 0; at < signatures.Length; at += scheme.HashSize)
            {
                isMatch |= CryptographicOperations.FixedTimeEquals(expected, signatures.Slice(at, scheme.HashSize));
            }

            matched = isMatch ? key : matched;
        }

        return matched;
    }
}
