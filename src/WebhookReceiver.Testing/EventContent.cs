using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Testing;

/// <summary>An ordinary request of a sender before it is signed.</summary>
/// <param name="Body">The body.</param>
/// <param name="Headers">Headers besides those of the signature.</param>
/// <param name="Id">The sender's id of the event.</param>
internal sealed record EventContent(byte[] Body, IReadOnlyDictionary<string, string> Headers, string Id)
{
    /// <summary>Exact bytes with the headers that the sender sends with any event.</summary>
    public static EventContent Of(SenderPlan plan, byte[] body, string id) => new(body, plan.Definition.Sample?.Headers ?? new Dictionary<string, string>(), id);

    /// <summary>Writes an event where the row's map will look for it; what the map does not say is as in the row's sample.</summary>
    /// <param name="plan">The sender.</param>
    /// <param name="type">The type of the event.</param>
    /// <param name="data">Its data.</param>
    /// <param name="id">The id; <paramref name="isIdChosen"/> says whether the test chose it, or data that has one comes first.</param>
    /// <param name="isIdChosen">Whether the test chose the id.</param>
    /// <param name="at">The time of the event.</param>
    public static EventContent Create(SenderPlan plan, string type, object? data, string id, bool isIdChosen, DateTimeOffset at)
    {
        var writer = new Writer(plan, data);
        writer.WriteType(type);
        writer.WriteTime(at);
        return writer.Finish(id, isIdChosen);
    }

    private sealed class Writer
    {
        private readonly SenderPlan _plan;
        private readonly JsonNode? _sample;
        private readonly JsonNode? _document;
        private readonly bool _isAllData;
        private readonly Dictionary<string, string> _headers;

        public Writer(SenderPlan plan, object? data)
        {
            _plan = plan;
            var row = plan.Definition;
            _headers = new Dictionary<string, string>(row.Sample?.Headers ?? new Dictionary<string, string>(), StringComparer.OrdinalIgnoreCase);
            _sample = Parse(row.Sample?.Body);
            var place = plan.Event.Data.FirstOrDefault(static part => part.Kind == TemplatePartKind.Json)
                ?? throw new InvalidOperationException($"{row.Name} does not send JSON: write the body and send it with SendBodyAsync.");
            var node = JsonSerializer.SerializeToNode(data, JsonSerializerOptions.Web);
            _isAllData = place.Pointer.Count == 0;
            if (_isAllData)
            {
                _document = node;
            }
            else
            {
                _document = _sample?.DeepClone() as JsonObject ?? [];
                Set(place.Pointer, node);
            }
        }

        public void WriteType(string type)
        {
            // The form that the sample has comes first: `event` and `type` mean the same to some senders.
            foreach (var template in _plan.Event.Type.OrderBy(template => template.Parts.All(IsInSample) ? 0 : 1))
            {
                if (Fit(template, type) is { } values)
                {
                    foreach (var (part, value) in values)
                    {
                        Write(part, JsonValue.Create(value));
                    }

                    return;
                }
            }

            throw new ArgumentException($"{_plan.Definition.Name} cannot send an event of the type '{type}'.", nameof(type));
        }

        public void WriteTime(DateTimeOffset at)
        {
            var place = _plan.Event.Timestamp.Where(static template => template.Parts.Count == 1).Select(static template => template.Parts[0]).FirstOrDefault(IsInSample);
            if (place is null || place.Kind == TemplatePartKind.Json && _isAllData)
            {
                return;
            }

            var isNumber = place.Kind == TemplatePartKind.Json && Find(_sample, place.Pointer)?.GetValueKind() == JsonValueKind.Number;
            Write(place, isNumber
                ? JsonValue.Create(at.ToUnixTimeSeconds())
                : JsonValue.Create(at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)));
        }

        public EventContent Finish(string id, bool isIdChosen)
        {
            // A signed id, or one in a header, comes with the signature.
            var first = _plan.SignedId(0) is null ? _plan.Event.Id.FirstOrDefault(static template => template.Parts.Count == 1)?.Parts[0] : null;
            if (first is { Kind: TemplatePartKind.Json })
            {
                if (!isIdChosen && _isAllData && Find(_document, first.Pointer) is JsonValue given)
                {
                    id = given.ToString();
                }
                else
                {
                    Write(first, JsonValue.Create(id));
                }
            }

            return new EventContent(JsonSerializer.SerializeToUtf8Bytes(_document), _headers, id);
        }

        private bool IsInSample(TemplatePart part) => part.Kind switch
        {
            TemplatePartKind.Literal => true,
            TemplatePartKind.Header => _headers.ContainsKey(part.Name),
            TemplatePartKind.Json => Find(_sample, part.Pointer) is not null,
            _ => false,
        };

        private void Write(TemplatePart part, JsonNode value)
        {
            if (part.Kind == TemplatePartKind.Header)
            {
                _headers[part.Name] = value.ToString();
            }
            else
            {
                Set(part.Pointer, value);
            }
        }

        private void Set(IReadOnlyList<string> pointer, JsonNode? value)
        {
            var current = _document as JsonObject
                ?? throw new ArgumentException($"{_plan.Definition.Name} sends an object, and the data is none: id and type would have no place.");
            foreach (var token in pointer.SkipLast(1))
            {
                if (current[token] is not JsonObject next)
                {
                    current[token] = next = [];
                }

                current = next;
            }

            current[pointer[^1]] = value;
        }

        private static JsonNode? Parse(string? sample)
        {
            try
            {
                return sample is null ? null : JsonNode.Parse(sample);
            }
            catch (JsonException)
            {
                return null; // The sample is a form.
            }
        }

        private static JsonNode? Find(JsonNode? node, IReadOnlyList<string> pointer)
        {
            foreach (var token in pointer)
            {
                node = (node as JsonObject)?[token];
            }

            return node;
        }

        /// <summary>Splits a type over the parts of a template, so that they read back as the type; <see langword="null"/> if they cannot.</summary>
        private static List<(TemplatePart Part, string Value)>? Fit(Template template, string type)
        {
            var values = new List<(TemplatePart, string)>();
            var position = 0;
            for (var i = 0; i < template.Parts.Count; i++)
            {
                var part = template.Parts[i];
                if (part.Kind == TemplatePartKind.Literal)
                {
                    if (string.CompareOrdinal(type, position, part.Name, 0, part.Name.Length) != 0)
                    {
                        return null;
                    }

                    position += part.Name.Length;
                    continue;
                }

                var next = i + 1 < template.Parts.Count ? template.Parts[i + 1] : null;
                var end = next is null ? type.Length
                    : next.Kind == TemplatePartKind.Literal && position < type.Length ? type.IndexOf(next.Name, position + 1, StringComparison.Ordinal)
                    : -1;
                if (part.Kind is not (TemplatePartKind.Header or TemplatePartKind.Json) || end <= position)
                {
                    return null;
                }

                values.Add((part, type[position..end]));
                position = end;
            }

            return position == type.Length ? values : null;
        }
    }
}
