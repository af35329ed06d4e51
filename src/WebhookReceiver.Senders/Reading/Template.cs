namespace WebhookReceiver.Senders;

/// <summary>
/// A text with parts that come from a request: literals and <c>{…}</c>. <c>{{</c> is a brace; a closing brace outside of a part stands for itself.
/// Each <see cref="TemplatePartKind"/> says how its part is written. Which of them make sense depends on the place. Immutable; safe to share
/// between threads.
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
    internal TemplatePart(TemplatePartKind kind, string name, IReadOnlyList<string>? pointer = null, IReadOnlyList<string>? except = null, bool isOptional = false) =>
        (Kind, Name, Pointer, Except, IsOptional) = (kind, name, pointer ?? [], except ?? [], isOptional);

    /// <summary>Where the part comes from.</summary>
    public TemplatePartKind Kind { get; }

    /// <summary>The literal's text, or what follows the colon: a name, a hash, a JSON pointer; otherwise empty.</summary>
    public string Name { get; }

    /// <summary>The unescaped reference tokens of the JSON pointer, none for the whole document; empty for parts without one.</summary>
    public IReadOnlyList<string> Pointer { get; }

    /// <summary>For <see cref="TemplatePartKind.Key"/> and <see cref="TemplatePartKind.ItemKey"/> the names that are passed over; otherwise empty.</summary>
    public IReadOnlyList<string> Except { get; }

    /// <summary>Whether an absent value is the empty text, as in <c>{json?:/pointer}</c>.</summary>
    public bool IsOptional { get; }
}

