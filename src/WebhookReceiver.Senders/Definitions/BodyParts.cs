namespace WebhookReceiver.Senders;

/// <summary>Parts that come from a parsed body are found only where the sender sends that format.</summary>
internal static class BodyParts
{
    public const string Expected =
        "form parts only where the bodies say form or multipart, json parts only where they say json or a formJsonField is set";

    public static bool Fit(Template template, SenderDefinition row)
    {
        bool hasForm = row.Bodies.Contains(BodyFormat.Form) || row.Bodies.Contains(BodyFormat.Multipart);
        bool hasJson = row.Bodies.Contains(BodyFormat.Json) || row.FormJsonField is not null;
        return template.Parts.All(part => part.Kind switch
        {
            TemplatePartKind.Form or TemplatePartKind.FormField or TemplatePartKind.SortedForm => hasForm,
            TemplatePartKind.Json or TemplatePartKind.Key => hasJson,
            _ => true,
        });
    }
}
