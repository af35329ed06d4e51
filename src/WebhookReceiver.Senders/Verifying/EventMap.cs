namespace WebhookReceiver.Senders;

/// <summary>The compiled <see cref="EventMapDefinition"/>: the same lists in the same order, read. Immutable; safe to share between threads.</summary>
public sealed class EventMap
{
    internal EventMap(EventMapDefinition map)
    {
        Each = map.Each is { } each ? TemplateParser.ParsePointer(each) : [];
        Id = [.. map.Id.Select(Template.Parse)];
        Type = [.. map.Type.Select(Template.Parse)];
        TypeGrammar = map.TypeGrammar;
        Timestamp = [.. map.Timestamp.Select(Template.Parse)];
        Data = [.. map.Data.Select(text => Template.Parse(text).Parts[0])];
    }

    /// <summary>
    /// The reference tokens of the pointer to the elements of a batch, <c>*</c> being each element; empty where a delivery carries one event.
    /// </summary>
    public IReadOnlyList<string> Each { get; }

    /// <summary>Where the event's id stands, in the order in which the templates are tried. Empty only where every scheme signs an id.</summary>
    public IReadOnlyList<Template> Id { get; }

    /// <summary>Where the event's type stands, in the order in which the templates are tried; at least one.</summary>
    public IReadOnlyList<Template> Type { get; }

    /// <summary>The grammar that the type must have.</summary>
    public TypeGrammar TypeGrammar { get; }

    /// <summary>Where the time of the event stands, in the order in which the templates are tried. Empty where the sender does not say.</summary>
    public IReadOnlyList<Template> Timestamp { get; }

    /// <summary>
    /// What is the event's data, in the order in which the parts are tried; at least one, each of the kind <see cref="TemplatePartKind.Json"/>,
    /// <see cref="TemplatePartKind.Item"/> or <see cref="TemplatePartKind.Form"/>.
    /// </summary>
    public IReadOnlyList<TemplatePart> Data { get; }
}
