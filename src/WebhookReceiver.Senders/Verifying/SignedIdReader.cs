namespace WebhookReceiver.Senders;

/// <summary>Reads the id that a scheme signs, from where it stands.</summary>
internal static class SignedIdReader
{
    public static string? Read<TRequest>(CompiledScheme scheme, ref readonly TRequest request)
        where TRequest : ISignedRequest, allows ref struct
    {
        if (scheme.IdField < 0)
        {
            return null;
        }

        TemplatePart part = scheme.Fields[scheme.IdField];
        if (RequestText.IsField(part.Kind))
        {
            return RequestText.Read(part, in request, numbers: true, out string? value) == 1 ? value : null;
        }

        var texts = SignatureTexts.Find(scheme.Definition.Signature, scheme.Pointer, in request);
        if (texts.Count != 1 || texts.IsDuplicated)
        {
            return null;
        }

        if (part.Kind == TemplatePartKind.Claim)
        {
            return SignaturePrefix.TryRemove(scheme.Definition.Signature, texts[0], out ReadOnlySpan<char> token) ? Jwt.TryParse(token)?.Claim(part.Name) : null;
        }

        FieldValues values = default;
        Span<ReadOnlyMemory<char>> fields = values;
        Span<byte> buffer = stackalloc byte[SenderPlan.MaxSignatures * scheme.SignatureSize];
        var reader = new SignatureReader(scheme, new DecodedSignatures(buffer, scheme.SignatureSize, scheme.HasFixedSize), fields);
        return reader.TryRead(texts[0]) && (reader.Found & (1u << scheme.IdField)) != 0 ? fields[scheme.IdField].ToString() : null;
    }
}
