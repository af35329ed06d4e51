namespace WebhookReceiver.Senders;

/// <summary>A <see cref="DigestDefinition"/> with its template read.</summary>
internal sealed class CompiledDigest(DigestDefinition definition)
{
    public DigestDefinition Definition { get; } = definition;

    /// <summary>The signed value.</summary>
    public TemplatePart Value { get; } = Template.Parse(definition.Value).Parts[0];

    public bool IsOfUrl => Definition.Of == "{url}";

    /// <summary>Whether a text is the digest.</summary>
    public bool Holds<TRequest>(ReadOnlySpan<char> text, ref readonly TRequest request)
        where TRequest : ISignedRequest, allows ref struct
    {
        Span<byte> claimed = stackalloc byte[Mac.MaxSize];
        if (!SignatureText.TryDecode(Definition.Encoding, text, claimed, out int length))
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[Mac.MaxSize];
        return claimed[..length].SequenceEqual(expected[..Compute(in request, expected)]);
    }

    /// <summary>The text of the digest.</summary>
    public string Compute(RequestDraft draft)
    {
        var request = new DraftRequest(draft, null);
        Span<byte> digest = stackalloc byte[Mac.MaxSize];
        return SignatureText.Encode(Definition.Encoding, digest[..Compute(in request, digest)]);
    }

    private int Compute<TRequest>(ref readonly TRequest request, Span<byte> digest)
        where TRequest : ISignedRequest, allows ref struct
    {
        if (IsOfUrl)
        {
            var writer = new ContentWriter(stackalloc byte[256]);
            RequestUrl.Append(in request, ref writer);
            PlainHash.Compute(Definition.Hash, writer.Written, digest);
            writer.Dispose();
        }
        else
        {
            PlainHash.Compute(Definition.Hash, request.Body, digest);
        }

        return Mac.Size(Definition.Hash);
    }
}
