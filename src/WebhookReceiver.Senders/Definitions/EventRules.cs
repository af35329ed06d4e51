namespace WebhookReceiver.Senders;

/// <summary>What must hold of the envelope of a row.</summary>
internal static class EventRules
{
    public static void Check(SenderDefinition row, FileProblems problems)
    {
        EventMapDefinition map = row.Event;
        problems.Require(
            map.Id.Count > 0 || (map.Each is null && row.Schemes.All(scheme => scheme.Id is not null)),
            "$.event.id",
            "at least one template, as not every scheme signs an id, or there is 'each'");
        problems.Require(map.Type.Count > 0, "$.event.type", "at least one template");
        problems.Require(map.Data.Count > 0, "$.event.data", "at least one template");
        CheckEach(map, problems);
        foreach (Template template in Check("$.event.id", map.Id, TemplatePlace.EventId, row, problems))
        {
            // Otherwise all elements of a batch were one event.
            problems.Require(map.Each is null || template.Parts.Any(part => IsOfItem(part.Kind)), "$.event.id", "a part of the element each, as there is 'each'");
        }

        Check("$.event.type", map.Type, TemplatePlace.EventText, row, problems);
        Check("$.event.timestamp", map.Timestamp, TemplatePlace.EventText, row, problems);
        foreach (Template template in Check("$.event.data", map.Data, TemplatePlace.EventData, row, problems))
        {
            problems.Require(template.Parts.Count == 1, "$.event.data", $"exactly one part each: {TemplatePlace.EventData.Words}");
            problems.Require(map.Each is null || template.Parts.All(part => part.Kind == TemplatePartKind.Item), "$.event.data", "{item:…}, as there is 'each'");
        }
    }

    private static List<Template> Check(
        string path, IReadOnlyList<string> texts, TemplatePlace place, SenderDefinition row, FileProblems problems)
    {
        var templates = new List<Template>();
        for (int i = 0; i < texts.Count; i++)
        {
            if (problems.Template($"{path}[{i}]", texts[i], place) is { } template)
            {
                // A sender with one kind of event names it nowhere.
                bool isConstantType = path == "$.event.type" && i == texts.Count - 1;
                bool hasPart = template.Parts.Any(part => part.Kind != TemplatePartKind.Literal);
                problems.Require(hasPart || isConstantType, $"{path}[{i}]", "a part that a request has");
                problems.Require(
                    row.Event.Each is not null || !template.Parts.Any(part => IsOfItem(part.Kind)),
                    $"{path}[{i}]",
                    "no part of an element, as there is no 'each'");
                problems.Require(BodyParts.Fit(template, row), $"{path}[{i}]", BodyParts.Expected);
                templates.Add(template);
            }
        }

        return templates;
    }

    private static void CheckEach(EventMapDefinition map, FileProblems problems)
    {
        if (map.Each is not { } each)
        {
            return;
        }

        try
        {
            problems.Require(TemplateParser.ParsePointer(each).Contains(JsonPath.Each), "$.event.each", "a JSON pointer with '*' for the elements");
        }
        catch (FormatException error)
        {
            problems.Add("$.event.each", error.Message);
        }
    }

    private static bool IsOfItem(TemplatePartKind kind) =>
        kind is TemplatePartKind.Item or TemplatePartKind.Index or TemplatePartKind.ItemDigest or TemplatePartKind.ItemKey;
}
