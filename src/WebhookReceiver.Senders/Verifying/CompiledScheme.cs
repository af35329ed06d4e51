using System.Text;

namespace WebhookReceiver.Senders;

/// <summary>A scheme, prepared: every template is read and every header and parameter has its place in <see cref="FieldValues"/>.</summary>
internal sealed class CompiledScheme
{
    public CompiledScheme(SchemeDefinition definition, int index)
    {
        var content = Template.Parse(definition.Content);
        Definition = definition;
        Index = index;
        Fields = [.. FieldNames.Of(content)];
        Content = [.. content.Parts.Select(part => new ContentPart(part.Kind, FieldOf(part), LiteralOf(part)))];
        SignsBodyAlone = content.Parts is [{ Kind: TemplatePartKind.Body }];
        SignsUrl = content.Parts.Any(part => part.Kind == TemplatePartKind.Url);
        HashSize = Mac.Size(definition.Hash);
        Id = definition.Id is null ? null : Template.Parse(definition.Id);
        IdField = Id is null ? -1 : FieldOf(Id.Parts[0]);
        TimeField = definition.Timestamp is null ? -1 : FieldOf(Template.Parse(definition.Timestamp.Value).Parts[0]);
        TimeFormat = definition.Timestamp?.Format ?? default;
        Tolerance = TimeSpan.FromSeconds(definition.Timestamp?.ToleranceSeconds ?? 0);
        Separator = definition.Signature.Separator ?? (definition.Signature.Format == SignatureFormat.Pairs ? ',' : ' ');
    }

    public SchemeDefinition Definition { get; }

    public int Index { get; }

    /// <summary>The headers and parameters that are signed, each once, in the order of their places.</summary>
    public TemplatePart[] Fields { get; }

    public ContentPart[] Content { get; }

    /// <summary>Whether the body is all that is signed, so that it need not be copied.</summary>
    public bool SignsBodyAlone { get; }

    public bool SignsUrl { get; }

    public int HashSize { get; }

    public Template? Id { get; }

    /// <summary>The place of the signed id; -1 if there is none.</summary>
    public int IdField { get; }

    /// <summary>The place of the signed time; -1 if there is none.</summary>
    public int TimeField { get; }

    public TimestampFormat TimeFormat { get; }

    public TimeSpan Tolerance { get; }

    public char Separator { get; }

    /// <summary>One bit for each field: the set that is complete.</summary>
    public uint AllFields => (1u << Fields.Length) - 1;

    private static byte[] LiteralOf(TemplatePart part) =>
        part.Kind == TemplatePartKind.Literal ? Encoding.UTF8.GetBytes(part.Name) : [];

    private int FieldOf(TemplatePart part) => Array.FindIndex(Fields, field => FieldNames.Same(field, part));
}

/// <summary>A part of the signed content.</summary>
/// <param name="Kind">Where it comes from.</param>
/// <param name="Field">For a header or parameter its place in <see cref="FieldValues"/>; otherwise -1.</param>
/// <param name="Literal">For a literal its bytes; otherwise empty.</param>
internal readonly record struct ContentPart(TemplatePartKind Kind, int Field, byte[] Literal);
