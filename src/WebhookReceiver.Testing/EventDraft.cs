using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Testing;

/// <summary>
/// The sample of a row, of whose batch one element is left, while values are put into it where the row's map looks for them. Not safe from
/// several threads.
/// </summary>
internal sealed class EventDraft
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SenderDefinition _row;
    private readonly List<string> _item = [];
    private List<KeyValuePair<string, string>>? _fields;
    private List<KeyValuePair<string, string>> _query;

    public EventDraft(SenderPlan plan)
    {
        _row = plan.Definition;
        var sample = _row.Sample;
        ContentType = sample?.ContentType ?? ContentTypeOf(_row.Bodies[0]);
        Headers = new Dictionary<string, string>(sample?.Headers ?? new Dictionary<string, string>(), StringComparer.OrdinalIgnoreCase);
        _query = Pairs(sample?.Query ?? "");
        var body = sample?.Body ?? "";
        if (FormBody.Is(ContentType))
        {
            _fields = [.. RequestContent.ReadForm(Encoding.UTF8.GetBytes(body), ContentType) ?? []];
            Document = _row.FormJsonField is { } field && _fields.Find(pair => pair.Key == field) is { Key: not null } json ? Parse(json.Value) : null;
        }
        else
        {
            Document = Parse(body) ?? new JsonObject();
        }

        KeepOneItem(plan.Event.Each);
    }

    public string ContentType { get; }

    public Dictionary<string, string> Headers { get; }

    public JsonNode? Document { get; private set; }

    public string Query => string.Join('&', _query.Select(static pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));

    public byte[] Body()
    {
        if (_fields is null)
        {
            return JsonSerializer.SerializeToUtf8Bytes(Document, Plain);
        }

        var fields = _fields;
        if (_row.FormJsonField is { } field && Document is not null)
        {
            fields = [.. fields.Where(pair => pair.Key != field), new(field, Document.ToJsonString(Plain))];
        }

        return RequestContent.WriteForm(fields, ContentType);
    }

    /// <summary>Whether a part has a value.</summary>
    public bool Has(TemplatePart part) => part.Kind == TemplatePartKind.Form ? _fields is not null && Document is null : Find(part) is not null;

    /// <summary>The value of a part as a template reads it; <see langword="null"/> where there is none.</summary>
    public string? Find(TemplatePart part) => part.Kind switch
    {
        TemplatePartKind.Literal => part.Name,
        TemplatePartKind.Index => "0",
        TemplatePartKind.Header => Headers.GetValueOrDefault(part.Name),
        TemplatePartKind.Query => _query.Find(pair => pair.Key == part.Name) is { Key: not null } pair ? pair.Value : null,
        TemplatePartKind.FormField => _fields?.Find(pair => pair.Key == part.Name) is { Key: not null } field ? field.Value : null,
        TemplatePartKind.Json or TemplatePartKind.Item => FindNode(part)?.ToString(),
        TemplatePartKind.Key or TemplatePartKind.ItemKey => (FindNode(part) as JsonObject)?.Select(static member => member.Key).FirstOrDefault(name => !part.Except.Contains(name)),
        _ => null,
    };

    /// <summary>The JSON value that a part's pointer names.</summary>
    public JsonNode? FindNode(TemplatePart part)
    {
        var node = Document;
        foreach (var token in PathOf(part))
        {
            node = Child(node, token);
        }

        return node;
    }

    /// <summary>Where a part of JSON stands in the document.</summary>
    public IReadOnlyList<string> PathOf(TemplatePart part) =>
        part.Kind is TemplatePartKind.Item or TemplatePartKind.ItemKey ? [.. _item, .. part.Pointer] : part.Pointer;

    /// <summary>Puts a value where a part will be looked for: a number where a number stands in the sample.</summary>
    public void Put(TemplatePart part, string value, bool isNumber)
    {
        switch (part.Kind)
        {
            case TemplatePartKind.Header:
                Headers[part.Name] = value;
                break;
            case TemplatePartKind.Query:
                _query = [.. _query.Where(pair => pair.Key != part.Name), new(part.Name, value)];
                break;
            case TemplatePartKind.FormField:
                _fields = [.. (_fields ?? []).Where(pair => pair.Key != part.Name), new(part.Name, value)];
                break;
            case TemplatePartKind.Key or TemplatePartKind.ItemKey:
                PutFirst(PathOf(part), value, part.Except);
                break;
            default:
                Put(PathOf(part), isNumber && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : JsonValue.Create(value));
                break;
        }
    }

    /// <summary>Puts the data where the map has it.</summary>
    public void PutData(TemplatePart place, JsonNode? data)
    {
        if (place.Kind == TemplatePartKind.Form)
        {
            _fields = [.. FieldsOf(data ?? new JsonObject())];
        }
        else
        {
            Put(PathOf(place), data);
        }
    }

    /// <summary>Takes a value away, so that the next template is tried.</summary>
    public void Remove(TemplatePart part)
    {
        switch (part.Kind)
        {
            case TemplatePartKind.Header:
                Headers.Remove(part.Name);
                break;
            case TemplatePartKind.Query:
                _query.RemoveAll(pair => pair.Key == part.Name);
                break;
            case TemplatePartKind.FormField:
                _fields?.RemoveAll(pair => pair.Key == part.Name);
                break;
            case TemplatePartKind.Json or TemplatePartKind.Item when PathOf(part) is { Count: > 0 } path:
                (path.SkipLast(1).Aggregate(Document, Child) as JsonObject)?.Remove(path[^1]);
                break;
        }
    }

    private static string ContentTypeOf(BodyFormat format) => format switch
    {
        BodyFormat.Form => "application/x-www-form-urlencoded",
        BodyFormat.Multipart => "multipart/form-data; boundary=----------------------------webhooks",
        _ => "application/json",
    };

    private static List<KeyValuePair<string, string>> Pairs(string query) =>
        [.. RequestContent.ReadForm(Encoding.UTF8.GetBytes(query), ContentTypeOf(BodyFormat.Form)) ?? []];

    private IEnumerable<KeyValuePair<string, string>> FieldsOf(JsonNode data) => data is JsonObject members
        ? members.SelectMany(static member => (member.Value as JsonArray ?? (IEnumerable<JsonNode?>)[member.Value])
            .Where(static value => value is not null).Select(value => KeyValuePair.Create(member.Key, value!.ToString())))
        : throw new ArgumentException($"{_row.Name} sends a form, and the data has no members that could be its fields.");

    private void Put(IReadOnlyList<string> path, JsonNode? value)
    {
        if (path.Count == 0)
        {
            Document = value;
            return;
        }

        var current = Document ??= new JsonObject();
        for (var depth = 0; depth < path.Count - 1; depth++)
        {
            var next = Child(current, path[depth]);
            if (next is not (JsonObject or JsonArray))
            {
                next = int.TryParse(path[depth + 1], NumberStyles.None, CultureInfo.InvariantCulture, out _) ? new JsonArray() : new JsonObject();
                PutChild(current, path[depth], next);
            }

            current = next;
        }

        PutChild(current, path[^1], value);
    }

    private void PutChild(JsonNode parent, string token, JsonNode? value)
    {
        switch (parent)
        {
            case JsonObject members:
                members[token] = value;
                break;
            case JsonArray items when int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < items.Count:
                items[index] = value;
                break;
            case JsonArray items:
                items.Add(value);
                break;
            default:
                throw new ArgumentException($"{_row.Name} sends an object, and the data is none: id and type would have no place.");
        }
    }

    /// <summary>Makes a name that of the first member of an object, but for those that are passed over.</summary>
    private void PutFirst(IReadOnlyList<string> path, string name, IReadOnlyList<string> except)
    {
        if (path.Aggregate(Document, Child) is not JsonObject parent)
        {
            Put(path, parent = []);
        }

        var value = parent.TryGetPropertyValue(name, out var known) ? known : new JsonObject();
        parent.Remove(name);
        var place = parent.Select(static member => member.Key).TakeWhile(except.Contains).Count();
        parent.Insert(place, name, value);
    }

    private void KeepOneItem(IReadOnlyList<string> each)
    {
        if (each.Count == 0)
        {
            return;
        }

        foreach (var token in each)
        {
            var node = _item.Aggregate(Document, Child);
            if (token != "*")
            {
                _item.Add(token);
                continue;
            }

            switch (node)
            {
                case JsonArray { Count: > 0 } items:
                    items.RemoveRange(1, items.Count - 1);
                    _item.Add("0");
                    break;
                case JsonObject { Count: > 0 } members:
                    foreach (var other in members.Skip(1).Select(static member => member.Key).ToArray())
                    {
                        members.Remove(other);
                    }

                    _item.Add(members.First().Key);
                    break;
                default:
                    Put(_item.ToArray(), new JsonArray());
                    _item.Add("0");
                    break;
            }
        }

        if (_item.Aggregate(Document, Child) is null)
        {
            Put(_item.ToArray(), new JsonObject());
        }
    }

    private static JsonNode? Child(JsonNode? node, string token) => node switch
    {
        JsonObject members => members[token],
        JsonArray items when int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < items.Count => items[index],
        _ => null,
    };

    private static JsonNode? Parse(string json)
    {
        try
        {
            return json.Length == 0 ? null : JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
