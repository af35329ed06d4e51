using System.Text;

namespace WebhookReceiver.Senders;

/// <summary>A scheme, prepared: every template is read and every signed value has its place in <see cref="FieldValues"/>.</summary>
internal sealed class CompiledScheme
{
    public CompiledScheme(SchemeDefinition definition, int index)
    {
        Template content = Template.Parse(definition.Content ?? "");
        Definition = definition;
        Index = index;
        When = [.. definition.When.Select(when => (Template.Parse(when.Key).Parts[0], when.Value))];
        Digests = [.. definition.Digests.Select(digest => new CompiledDigest(digest))];
        Id = definition.Id is null ? null : Template.Parse(definition.Id);
        TemplatePart? time = definition.Timestamp is null ? null : Template.Parse(definition.Timestamp.Value).Parts[0];
        TemplatePart? binding = definition.SecretEquals is null ? null : Template.Parse(definition.SecretEquals).Parts[0];
        Fields = FieldNames.Of(definition, content);
        Content = [.. content.Parts.Select(part => new ContentPart(part.Kind, FieldOf(part), LiteralOf(part), part.Name))];
        SignsBodyAlone = content.Parts is [{ Kind: TemplatePartKind.Body }];
        ContentHoldsKey = content.Parts.Any(SignedParts.HoldKey);
        SignsUrl = content.Parts.Any(SignedParts.NeedUrl) || Digests.Any(digest => digest.IsOfUrl)
            || definition.Components.Any(SignedParts.NeedUrl) || definition.Claims.Values.Contains("{url}");
        Pointer = definition.Signature.Pointer is { } pointer ? TemplateParser.ParsePointer(pointer) : [];
        SignatureSize = SizeOf(definition);
        IdField = Id is null ? -1 : FieldOf(Id.Parts[0]);
        TimeField = time is null ? -1 : FieldOf(time);
        TimeFormat = definition.Timestamp?.Format ?? default;
        Tolerance = TimeSpan.FromSeconds(definition.Timestamp?.ToleranceSeconds ?? 0);
        Separator = definition.Signature.Separator ?? (definition.Signature.Format == SignatureFormat.Versioned ? ' ' : ',');
        KeySource = definition.KeySource is { } source ? new CompiledKeySource(source) : null;
        BindingField = binding is null ? -1 : FieldOf(binding);
        Coverage = SignedParts.CoverageOf(definition, content);
    }

    public SchemeDefinition Definition { get; }

    public int Index { get; }

    public (TemplatePart Part, string Text)[] When { get; }

    /// <summary>The signed values, each once, in the order of their places.</summary>
    public TemplatePart[] Fields { get; }

    public ContentPart[] Content { get; }

    public CompiledDigest[] Digests { get; }

    /// <summary>Whether the body is all that is signed, so that it need not be copied.</summary>
    public bool SignsBodyAlone { get; }

    /// <summary>Whether the content is another one for each key.</summary>
    public bool ContentHoldsKey { get; }

    public bool SignsUrl { get; }

    /// <summary>Where the signature stands in the body; empty where it stands elsewhere.</summary>
    public string[] Pointer { get; }

    /// <summary>The size of a signature in bytes; of the longest, where they differ.</summary>
    public int SignatureSize { get; }

    /// <summary>Whether all signatures have the same size.</summary>
    public bool HasFixedSize => Definition.Proof is ProofKind.Hmac or ProofKind.Digest or ProofKind.Ed25519;

    public Template? Id { get; }

    /// <summary>The place of the signed id; -1 if there is none.</summary>
    public int IdField { get; }

    /// <summary>The place of the signed time; -1 if there is none.</summary>
    public int TimeField { get; }

    public TimestampFormat TimeFormat { get; }

    public TimeSpan Tolerance { get; }

    public char Separator { get; }

    /// <summary>Where the public key comes from; <see langword="null"/> where it is configured.</summary>
    public CompiledKeySource? KeySource { get; }

    /// <summary>The place of the value that must be the secret; -1 if there is none.</summary>
    public int BindingField { get; }

    public SignatureCoverage Coverage { get; }

    /// <summary>One bit for each field: the set that is complete.</summary>
    public uint AllFields => (1u << Fields.Length) - 1;

    public bool HasParameter(ReadOnlySpan<char> name)
    {
        foreach (TemplatePart field in Fields)
        {
            if (field.Kind == TemplatePartKind.Parameter && name.SequenceEqual(field.Name))
            {
                return true;
            }
        }

        return false;
    }

    public int FieldOf(TemplatePart part) => Array.FindIndex(Fields, field => FieldNames.Same(field, part));

    private static byte[] LiteralOf(TemplatePart part) =>
        part.Kind == TemplatePartKind.Literal ? Encoding.UTF8.GetBytes(part.Name) : [];

    private static int SizeOf(SchemeDefinition definition) => definition.Proof switch
    {
        ProofKind.Hmac or ProofKind.Digest => Mac.Size(definition.Hash!.Value),
        ProofKind.Ed25519 => Ed25519PublicKey.SignatureSize,
        _ => SignatureText.MaxBytes,
    };
}

/// <summary>A part of the signed content.</summary>
/// <param name="Kind">Where it comes from.</param>
/// <param name="Field">For a value its place in <see cref="FieldValues"/>; otherwise -1.</param>
/// <param name="Literal">For a literal its bytes; otherwise empty.</param>
/// <param name="Name">The name of a hash or of a canonical form.</param>
internal readonly record struct ContentPart(TemplatePartKind Kind, int Field, byte[] Literal, string Name);
