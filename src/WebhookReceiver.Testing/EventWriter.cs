using System.Globalization;
using System.Text.Json;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Testing;

/// <summary>Writes an event where the row's map will look for it; what the map does not say is as in the row's sample.</summary>
internal sealed class EventWriter
{
    private const long FirstMilliseconds = 100_000_000_000;

    private readonly SenderPlan _plan;
    private readonly EventDraft _sample;
    private readonly EventDraft _draft;
    private readonly TemplatePart _data;
    private readonly HashSet<string> _ofType = new(StringComparer.Ordinal);

    private EventWriter(SenderPlan plan, object? data)
    {
        (_plan, _sample, _draft) = (plan, new EventDraft(plan), new EventDraft(plan));
        _data = plan.Event.Data.FirstOrDefault(_sample.Has) ?? plan.Event.Data[0];
        _draft.PutData(_data, JsonSerializer.SerializeToNode(data, JsonSerializerOptions.Web));
    }

    private string Name => _plan.Definition.Name;

    /// <param name="plan">The sender.</param>
    /// <param name="type">The type of the event.</param>
    /// <param name="data">Its data.</param>
    /// <param name="id">The id; <paramref name="isIdChosen"/> says whether the test chose it, or data that has one comes first.</param>
    /// <param name="isIdChosen">Whether the test chose the id.</param>
    /// <param name="at">The time of the event.</param>
    public static EventContent Write(SenderPlan plan, string type, object? data, string id, bool isIdChosen, DateTimeOffset at)
    {
        var writer = new EventWriter(plan, data);
        writer.WriteType(type);
        writer.WriteTime(at);
        id = writer.WriteId(id, isIdChosen);
        writer.WriteSigned();
        return new EventContent(writer._draft.Body(), writer._draft.ContentType, writer._draft.Headers, writer._draft.Query, id);
    }

    private void WriteType(string type)
    {
        // The form that the sample has comes first: `event` and `type` mean the same to some senders.
        foreach (var template in _plan.Event.Type.OrderBy(template => template.Parts.All(_sample.Has) ? 0 : 1))
        {
            if (Fit(template, type) is not { } values)
            {
                continue;
            }

            foreach (var (part, value) in values)
            {
                Put(part, value);
                _ofType.Add(KeyOf(part));
            }

            RemoveOthers(template);
            if (_plan.Event.Type.Select(Read).FirstOrDefault(static text => text is not null) == type)
            {
                return;
            }
        }

        throw new ArgumentException($"{Name} cannot send an event of the type '{type}' with such data.", nameof(type));
    }

    /// <summary>What the sample says by a template that is tried before this one would be the type instead.</summary>
    private void RemoveOthers(Template chosen)
    {
        foreach (var earlier in _plan.Event.Type.TakeWhile(template => template != chosen).Where(template => Read(template) is not null))
        {
            foreach (var part in earlier.Parts.Where(part => part.Kind != TemplatePartKind.Literal && !_ofType.Contains(KeyOf(part)) && !IsInData(part)))
            {
                _draft.Remove(part);
            }
        }
    }

    private void WriteTime(DateTimeOffset at)
    {
        var place = _plan.Event.Timestamp.Where(static template => template.Parts.Count == 1).Select(static template => template.Parts[0]).FirstOrDefault(_sample.Has);
        if (place is null || IsInData(place))
        {
            return;
        }

        var isUnix = long.TryParse(_sample.Find(place), NumberStyles.None, CultureInfo.InvariantCulture, out var sample);
        Put(place, isUnix
            ? (sample < FirstMilliseconds ? at.ToUnixTimeSeconds() : at.ToUnixTimeMilliseconds()).ToString(CultureInfo.InvariantCulture)
            : at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
    }

    private string WriteId(string id, bool isChosen)
    {
        if (_plan.Event.Each.Count == 0 && _plan.SignedId(0) is not null)
        {
            return id; // It comes with the signature.
        }

        var templates = _plan.Event.Id.Where(static template => template.Parts.All(static part => part.Kind is not (TemplatePartKind.Digest or TemplatePartKind.ItemDigest)));
        var template = templates.OrderBy(template => template.Parts.All(_sample.Has) ? 0 : 1).FirstOrDefault();
        if (template is null)
        {
            return id; // The sender gives none.
        }

        if (!isChosen && template.Parts is [var only] && IsInData(only) && _draft.Find(only) is { } given)
        {
            return given;
        }

        if (!isChosen && template.Parts.Any(IsNumber))
        {
            id = string.Concat(id.Where(char.IsAsciiDigit)).TrimStart('0');
        }

        if (Fit(template, id) is { } values && values.All(value => !_ofType.Contains(KeyOf(value.Part)) || _draft.Find(value.Part) == value.Value))
        {
            values.ForEach(value => Put(value.Part, value.Value));
            return id;
        }

        return isChosen
            ? throw new ArgumentException($"{Name} knows an event by {template.Text}: choose an id of that form, with the event's own type.", nameof(id))
            : WriteOwnId(template, id);
    }

    /// <summary>Makes an id of several values one that no other event has, by one of them.</summary>
    private string WriteOwnId(Template template, string id)
    {
        var free = template.Parts.Where(part => part.Kind is not (TemplatePartKind.Literal or TemplatePartKind.Index) && !_ofType.Contains(KeyOf(part))).ToArray();
        var own = free.LastOrDefault(part => !IsInData(part)) ?? free.LastOrDefault(part => !_draft.Has(part));
        foreach (var part in free.Where(part => part == own || !_draft.Has(part)))
        {
            Put(part, part == own ? id : _sample.Find(part) ?? "1");
        }

        return Read(template) ?? id;
    }

    /// <summary>What the sender signs of the body has to be there.</summary>
    private void WriteSigned()
    {
        var scheme = _plan.Definition.Schemes[0];
        var texts = scheme.Digests.Select(static digest => digest.Value).Append(scheme.Content).Append(scheme.Timestamp?.Value)
            .Append(scheme.SecretEquals).Append(scheme.KeySource?.Url).OfType<string>();
        foreach (var part in texts.SelectMany(static text => Template.Parse(text).Parts))
        {
            if (part.Kind is TemplatePartKind.Json or TemplatePartKind.FormField && !_draft.Has(part) && _sample.Find(part) is { } value)
            {
                Put(part, value);
            }
        }
    }

    private void Put(TemplatePart part, string value) => _draft.Put(part, value, IsNumber(part));

    private bool IsNumber(TemplatePart part) =>
        part.Kind is TemplatePartKind.Json or TemplatePartKind.Item && _sample.FindNode(part)?.GetValueKind() == JsonValueKind.Number;

    private string? Read(Template template)
    {
        var texts = template.Parts.Select(_draft.Find).ToArray();
        return texts.Contains(null) ? null : string.Concat(texts);
    }

    private bool IsInData(TemplatePart part) => _data.Kind == TemplatePartKind.Form
        ? part.Kind == TemplatePartKind.FormField
        : part.Kind is TemplatePartKind.Json or TemplatePartKind.Item && _draft.PathOf(part).Take(_draft.PathOf(_data).Count).SequenceEqual(_draft.PathOf(_data), StringComparer.Ordinal);

    private static string KeyOf(TemplatePart part) => $"{part.Kind}:{part.Name}";

    /// <summary>Splits a text over the parts of a template, so that they read back as the text; <see langword="null"/> if they cannot.</summary>
    private static List<(TemplatePart Part, string Value)>? Fit(Template template, string text)
    {
        var values = new List<(TemplatePart, string)>();
        var position = 0;
        for (var i = 0; i < template.Parts.Count; i++)
        {
            var part = template.Parts[i];
            if (part.Kind is TemplatePartKind.Literal or TemplatePartKind.Index)
            {
                var fixedText = part.Kind == TemplatePartKind.Index ? "0" : part.Name;
                if (string.CompareOrdinal(text, position, fixedText, 0, fixedText.Length) != 0)
                {
                    return null;
                }

                position += fixedText.Length;
                continue;
            }

            var next = i + 1 < template.Parts.Count ? template.Parts[i + 1] : null;
            var end = next is null ? text.Length
                : next.Kind == TemplatePartKind.Literal && position < text.Length ? text.IndexOf(next.Name, position + 1, StringComparison.Ordinal)
                : -1;
            if (end <= position)
            {
                return null;
            }

            values.Add((part, text[position..end]));
            position = end;
        }

        return position == text.Length ? values : null;
    }
}
