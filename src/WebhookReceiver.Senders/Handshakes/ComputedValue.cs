using System.Text;

namespace WebhookReceiver.Senders;

/// <summary>A value that a handshake computes, prepared.</summary>
internal sealed class ComputedValue(string name, ComputedDefinition definition)
{
    public string Name { get; } = name;

    public Template Content { get; } = Template.Parse(definition.Content);

    /// <returns><see langword="null"/> where a part of the content is absent, or a key is needed and none is live.</returns>
    public string? Compute<TRequest>(ref readonly TRequest request, in TemplateScope scope, ReadOnlySpan<SenderKey> keys)
        where TRequest : ISignedRequest, allows ref struct
    {
        if (HandshakeText.Read(Content, in request, in scope) is not { } text)
        {
            return null;
        }

        byte[] content = Encoding.UTF8.GetBytes(text);
        Span<byte> value = stackalloc byte[Mac.Size(definition.Hash)];
        if (definition.Proof == ProofKind.Digest)
        {
            PlainHash.Compute(definition.Hash, content, value);
        }
        else if (keys.IsEmpty)
        {
            return null;
        }
        else
        {
            Mac.Compute(definition.Hash, keys[0].For(0).Bytes, content, value);
        }

        return SignatureText.Encode(definition.Encoding, value);
    }
}
