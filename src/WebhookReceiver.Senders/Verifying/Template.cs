namespace WebhookReceiver.Senders;

/// <summary>
/// A text with parts that come from a request: literals and <c>{…}</c>. <c>{{</c> is a brace; a closing brace outside of a part stands for itself.
/// Parts: <c>{body}</c>, <c>{digest}</c>, <c>{url}</c>, <c>{form}</c>, <c>{header:Name}</c>, <c>{parameter:name}</c>, <c>{query:name}</c>,
/// <c>{form:field}</c>, <c>{json:/pointer}</c> (RFC 6901; the empty pointer is the whole document).
/// Immutable; safe to share between threads.
/// </summary>
public sealed class Template
{
    private Template(string text, IReadOnlyList<TemplatePart> parts) => (Text, Parts) = (text, parts);

    /// <summary>The template as it was written.</summary>
    public string Text { get; }

    /// <summary>The parts in order; none for the empty text. No two literals stand side by side.</summary>
    public IReadOnlyList<TemplatePart> Parts { get; }

    /// <summary>Reads a template. Which parts make sense is decided by the place that it is for, and not here.</summary>
    /// <param name="text">The template; it may be empty.</param>
    /// <returns>The template, read.</returns>
    /// <exception cref="FormatException">
    /// A brace is not closed, or a part is unknown or has no proper name; the message names it.
    /// </exception>
    public static Template Parse(string text) => new(text, TemplateParser.Parse(text));

    /// <inheritdoc cref="Text"/>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}

/// <summary>One part of a <see cref="Template"/>. Immutable; safe to share between threads.</summary>
public sealed class TemplatePart
{
    internal TemplatePart(TemplatePartKind kind, string name, IReadOnlyList<string> pointer) => (Kind, Name, Pointer) = (kind, name, pointer);

    /// <summary>Where the part comes from.</summary>
    public TemplatePartKind Kind { get; }

    /// <summary>The literal's text, the header's, parameter's, query's or field's name, or the JSON pointer; otherwise empty.</summary>
    public string Name { get; }

    /// <summary>
    /// For <see cref="TemplatePartKind.Json"/> the unescaped reference tokens of the pointer, none for the whole document; otherwise empty.
    /// </summary>
    public IReadOnlyList<string> Pointer { get; }
}

/// <summary>Where a part of a template comes from.</summary>
public enum TemplatePartKind
{
    /// <summary>Fixed text.</summary>
    Literal,
    /// <summary>The raw body.</summary>
    Body,
    /// <summary>The SHA-256 of the raw body, in lower-case hex.</summary>
    Digest,
    /// <summary>The public URL of the source.</summary>
    Url,
    /// <summary>All fields of a form.</summary>
    Form,
    /// <summary>A header's value; the name ignores case.</summary>
    Header,
    /// <summary>A pair of the signature header; the name is compared by case.</summary>
    Parameter,
    /// <summary>A query parameter.</summary>
    Query,
    /// <summary>A field of a form.</summary>
    FormField,
    /// <summary>A value of the JSON document, by an RFC 6901 pointer.</summary>
    Json,
}
