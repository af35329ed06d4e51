using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>Verifies a JSON Web Token: the pinned algorithm, the signature, the claims, and when it ends and begins.</summary>
internal static class JwtVerifier
{
    /// <summary>How far the clocks may be apart where a token says when it ends (RFC 7519 4.1.4 leaves it to the reader: "a few minutes").</summary>
    private static readonly TimeSpan Leeway = TimeSpan.FromMinutes(1);

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
        if (texts.Count != 1
            || !SignaturePrefix.TryRemove(scheme.Definition.Signature, texts[0], out ReadOnlySpan<char> text)
            || Jwt.TryParse(text) is not { } token)
        {
            return SchemeVerifier.Refuse(scheme, SignatureOutcome.SignatureMalformed);
        }

        for (int i = 0; i < scheme.Fields.Length; i++)
        {
            if (scheme.Fields[i].Kind == TemplatePartKind.Claim && token.Claim(scheme.Fields[i].Name) is { } claim)
            {
                found |= 1u << i;
                fields[i] = claim.AsMemory();
            }
        }

        SignatureOutcome check = SchemeVerifier.CheckFields(scheme, fields, found, knowsUrl, keys, out DateTimeOffset? signedAt);
        if (check != SignatureOutcome.Verified)
        {
            return SchemeVerifier.Refuse(scheme, check, signedAt);
        }

        if (token.Algorithm != scheme.Definition.Algorithm)
        {
            return SchemeVerifier.Refuse(scheme, SignatureOutcome.ClaimMismatch, signedAt);
        }

        if (SchemeVerifier.FindKey(scheme, in request, fields, keys, token.KeyId, out PublicKey? fetched) is { } missing)
        {
            return missing;
        }

        SignatureVerdict verdict = SchemeVerifier.Conclude(scheme, in request, fields, FindKey(scheme, token, keys, fetched), signedAt, now);
        return verdict.IsVerified ? JudgeClaims(scheme, in request, token, keys, verdict, now) : verdict;
    }

    private static int FindKey(CompiledScheme scheme, Jwt token, ReadOnlySpan<SenderKey> keys, PublicKey? fetched)
    {
        if (fetched is not null)
        {
            // The claims say which of the secrets it is bound to.
            return fetched.Verify(token.SignedText, token.Signature) ? 0 : -1;
        }

        return SchemeVerifier.FindKeyOf(scheme, token.SignedText, token.Signature, keys);
    }

    private static SignatureVerdict JudgeClaims<TRequest>(
        CompiledScheme scheme, ref readonly TRequest request, Jwt token, ReadOnlySpan<SenderKey> keys, SignatureVerdict verdict, DateTimeOffset now)
        where TRequest : ISignedRequest, allows ref struct
    {
        // A fetched key is the sender's for all; which source it is for, the claims say.
        int keyIndex = -1;
        for (int key = keys.Length - 1; key >= 0; key--)
        {
            bool isCandidate = scheme.KeySource is not null || key == verdict.KeyIndex;
            keyIndex = isCandidate && HasClaims(scheme, in request, token, keys[key].For(scheme.Index)) ? key : keyIndex;
        }

        return keyIndex < 0 ? SchemeVerifier.Refuse(scheme, SignatureOutcome.ClaimMismatch, verdict.SignedAt) : verdict with { KeyIndex = keyIndex, Outcome = JudgeTimes(token, now) };
    }

    private static bool HasClaims<TRequest>(CompiledScheme scheme, ref readonly TRequest request, Jwt token, KeyMaterial key)
        where TRequest : ISignedRequest, allows ref struct
    {
        foreach ((string name, string text) in scheme.Definition.Claims)
        {
            string expected = Jwt.WrittenClaim(text, key.Bytes, request.Url);
            if (!token.Has(name, expected))
            {
                return false;
            }
        }

        return true;
    }

    private static SignatureOutcome JudgeTimes(Jwt token, DateTimeOffset now) =>
        TryTime(token, "exp", out DateTimeOffset? end) && TryTime(token, "nbf", out DateTimeOffset? begin)
            ? end is { } exp && now >= exp + Leeway ? SignatureOutcome.TimestampStale
            : begin is { } nbf && now < nbf - Leeway ? SignatureOutcome.TimestampAhead
            : SignatureOutcome.Verified
            : SignatureOutcome.ClaimMismatch;

    /// <returns>Whether the claim is absent or a time: one that cannot be read must not count as absent.</returns>
    private static bool TryTime(Jwt token, string claim, out DateTimeOffset? time)
    {
        time = null;
        if (!token.Claims.TryGetProperty(claim, out JsonElement written))
        {
            return true;
        }

        // RFC 7519 2: a NumericDate is a number, and may have a fraction of a second.
        double seconds = -1;
        bool isRead = written.ValueKind == JsonValueKind.Number && written.TryGetDouble(out seconds) && seconds is >= 0 and < 99_999_999_999;
        time = isRead ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;
        return isRead;
    }
}
