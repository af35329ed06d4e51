namespace WebhookReceiver.Senders;

/// <summary>The values that a scheme reads by name, each once.</summary>
internal static class FieldNames
{
    /// <summary>The most fields of one scheme: verification keeps them in a buffer of fixed size.</summary>
    public const int Max = 16;

    /// <summary>Those of the content, and then those that are signed without standing in it by themselves: id, time, digests, what binds to the source.</summary>
    /// <param name="scheme">The scheme, whose templates can be read.</param>
    /// <param name="content">Its content, read.</param>
    public static TemplatePart[] Of(SchemeDefinition scheme, Template content)
    {
        IEnumerable<string?> others = scheme.Digests.Select(digest => digest.Value).Prepend(scheme.Timestamp?.Value).Prepend(scheme.Id).Append(scheme.SecretEquals);
        var fields = new List<TemplatePart>();
        foreach (TemplatePart part in content.Parts.Concat(others.OfType<string>().SelectMany(text => Template.Parse(text).Parts)))
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
