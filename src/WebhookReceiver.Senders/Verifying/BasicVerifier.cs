namespace WebhookReceiver.Senders;

/// <summary>Verifies HTTP Basic (RFC 7617): the secret is the user's name, a colon, and the password.</summary>
internal static class BasicVerifier
{
    private const string Scheme = "Basic ";

    public static SignatureVerdict Verify(CompiledScheme scheme, ref SignatureTexts texts, ReadOnlySpan<SenderKey> keys)
    {
        if (keys.IsEmpty)
        {
            return SchemeVerifier.Refuse(scheme, SignatureOutcome.NoKey);
        }

        // The name of an authentication scheme ignores case (RFC 9110 11.1).
        string text = texts[0];
        Span<byte> credentials = stackalloc byte[SignatureText.MaxBytes];
        if (text.Length > SenderPlan.MaxSignatureLength
            || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            || !SignatureText.TryDecode(SignatureEncoding.Base64, text.AsSpan(Scheme.Length), credentials, out int length))
        {
            return SchemeVerifier.Refuse(scheme, SignatureOutcome.SignatureMalformed);
        }

        int matched = -1;
        for (int key = keys.Length - 1; key >= 0; key--)
        {
            matched = SecretText.Equals(credentials[..length], keys[key].For(scheme.Index).Bytes) ? key : matched;
        }

        return new SignatureVerdict(matched < 0 ? SignatureOutcome.SignatureMismatch : SignatureOutcome.Verified, matched, scheme.Index, null);
    }
}
