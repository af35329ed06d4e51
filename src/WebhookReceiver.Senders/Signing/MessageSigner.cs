using System.Text;

namespace WebhookReceiver.Senders;

/// <summary>Makes the HTTP message signature that a sender would (RFC 9421).</summary>
internal static class MessageSigner
{
    private const string Label = "sig1";

    public static void Sign(CompiledScheme scheme, RequestDraft draft, string[] values, SigningKey key)
    {
        SchemeDefinition definition = scheme.Definition;
        if (definition.Components.Contains(MessageSignature.ContentDigest))
        {
            draft.PutHeader("Content-Digest", ContentDigest.Write(draft.Body.Span));
        }

        IEnumerable<string> headers = scheme.Fields.Where(field => field.Kind == TemplatePartKind.Header).Select(field => field.Name.ToLowerInvariant());
        var text = new StringBuilder("(");
        text.AppendJoin(' ', definition.Components.Concat(headers).Distinct(StringComparer.Ordinal).Select(component => $"\"{component}\""));
        text.Append(')');
        if (scheme.TimeField >= 0 && scheme.Fields[scheme.TimeField].Kind == TemplatePartKind.Created)
        {
            text.Append(";created=").Append(values[scheme.TimeField]);
        }

        text.Append(";alg=\"").Append(definition.Algorithm).Append('"');
        string input = $"{Label}={text}";
        MessageSignature signature = MessageSignature.TryParse(input)![0];
        var request = new DraftRequest(draft, null);
        byte[] content = MessageSignatureBase.Create(signature, in request)
            ?? throw new InvalidOperationException("This sender signs a header, and the sample of its row has no value for it.");
        draft.PutHeader(MessageSignature.InputHeader, input);
        draft.PutHeader(definition.Signature.Header!, $"{Label}=:{Convert.ToBase64String(key.Sign(SignatureAlgorithm.Of(definition), content))}:");
    }
}
