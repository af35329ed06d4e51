namespace WebhookReceiver.Senders;

/// <summary>The values that a scheme reads by name, each once.</summary>
internal static class FieldNames
{
    /// <summary>The most fields of one scheme: verification keeps them in a buffer of fixed size.</summary>
    public const int Max = 16;

    /// <summary>Those of the content, and then those that are signed without standing in it by themselves.</summary>
    public static TemplatePart[] Of(Template content, TemplatePart? id = null, TemplatePart? time = null, IEnumerable<TemplatePart>? digests = null)
    {
        var fields = new List<TemplatePart>();
        foreach (TemplatePart part in content.Parts.Append(id).Append(time).OfType<TemplatePart>().Concat(digests ?? []))
        {
            if (IsField(part.Kind) && !fields.Exists(field => Same(field, part)))
            {
                fields.Add(part);
            }
        }

        return [.. fields];
    }

    /// <summary>Whether two parts are one field. Headers ignore case, all others do not.</summary>
    public static bool Same(TemplatePart one, TemplatePart other)
    {
        StringComparison comparison =
            one.Kind == TemplatePartKind.Header ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return one.Kind == other.Kind && one.Name.Equals(other.Name, comparison);
    }

    private static bool IsField(TemplatePartKind kind) =>
        RequestText.IsField(kind) || kind is TemplatePartKind.Parameter or TemplatePartKind.Claim or TemplatePartKind.Created;
}
