using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>Verifies a secret that stands in the request itself.</summary>
internal static class TokenVerifier
{
    public static SignatureVerdict Verify<TRequest>(
        CompiledScheme scheme, ref readonly TRequest request, ref SignatureTexts texts, ReadOnlySpan<SenderKey> keys)
        where TRequest : ISignedRequest, allows ref struct
    {
        if (keys.IsEmpty)
        {
            return SchemeVerifier.Refuse(scheme, SignatureOutcome.NoKey);
        }

        // In a header, a query or a form it stands once; in a document it may stand in each element, and then each must have it.
        if (scheme.Pointer.Length == 0 && texts.Count != 1)
        {
            return SchemeVerifier.Refuse(scheme, SignatureOutcome.HeaderDuplicated);
        }

        int matched = -1;
        for (int key = keys.Length - 1; key >= 0; key--)
        {
            ReadOnlySpan<byte> secret = keys[key].For(scheme.Index).Bytes;
            bool isMatch = scheme.Pointer.Length == 0
                ? IsSecret(scheme, texts[0], secret)
                : AllAre(scheme, request.Content!.Document!.Value, secret);
            matched = isMatch ? key : matched;
        }

        return new SignatureVerdict(matched < 0 ? SignatureOutcome.SignatureMismatch : SignatureOutcome.Verified, matched, scheme.Index, null);
    }

    private static bool AllAre(CompiledScheme scheme, JsonElement document, ReadOnlySpan<byte> secret)
    {
        // The first that is wrong ends it: a stranger's hundred thousand elements cost what one does.
        foreach (JsonElement element in JsonPath.All(document, scheme.Pointer, missing: true))
        {
            if (element.ValueKind != JsonValueKind.String || !IsSecret(scheme, JsonText.OrEmpty(element), secret))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsSecret(CompiledScheme scheme, string text, ReadOnlySpan<byte> secret) =>
        SignaturePrefix.TryRemove(scheme.Definition.Signature, text, out ReadOnlySpan<char> token) && SecretText.Equals(token, secret);
}
