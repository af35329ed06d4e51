namespace WebhookReceiver.Senders;

/// <summary>The headers and parameters that a signed content reads, each once.</summary>
internal static class FieldNames
{
    /// <summary>The most fields of one content: verification keeps them in a buffer of fixed size.</summary>
    public const int Max = 8;

    public static IReadOnlyList<TemplatePart> Of(Template content)
    {
        var fields = new List<TemplatePart>();
        foreach (TemplatePart part in content.Parts)
        {
            if (part.Kind is TemplatePartKind.Header or TemplatePartKind.Parameter && !fields.Exists(field => Same(field, part)))
            {
                fields.Add(part);
            }
        }

        return fields;
    }

    /// <summary>Whether two parts are one field. Headers ignore case, parameters do not.</summary>
    public static bool Same(TemplatePart one, TemplatePart other)
    {
        StringComparison comparison =
            one.Kind == TemplatePartKind.Header ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return one.Kind == other.Kind && one.Name.Equals(other.Name, comparison);
    }
}
