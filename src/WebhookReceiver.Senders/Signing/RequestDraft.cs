using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WebhookReceiver.Senders;

/// <summary>A request while it is signed: values are put where the sender puts them, and read back as the receiver will read them.</summary>
internal sealed class RequestDraft
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SenderDefinition _row;
    private readonly BodyFormat _format;
    private readonly string _contentType;
    private readonly List<KeyValuePair<string, string>> _headers = [];

    public RequestDraft(SenderDefinition row, SigningInput input)
    {
        _row = row;
        _contentType = input.ContentType ?? row.Sample?.ContentType ?? "application/json";
        _format = FormatOf(_contentType);
        SenderHeaders = input.Headers ?? row.Sample?.Headers ?? new Dictionary<string, string>();
        Body = input.Body;
        Query = input.Query.Length > 0 ? input.Query : row.Sample?.Query ?? "";
        Url = input.Url;
        Method = input.Method;
    }

    public ReadOnlyMemory<byte> Body { get; private set; }

    public string Query { get; private set; }

    public string? Url { get; }

    public string Method { get; }

    public IReadOnlyList<KeyValuePair<string, string>> Headers => _headers;

    /// <summary>What the sender sends besides, of which it may sign some.</summary>
    public IReadOnlyDictionary<string, string> SenderHeaders { get; }

    /// <summary>Puts a value where a part of a template will look for it.</summary>
    public void Put(TemplatePart part, string value)
    {
        switch (part.Kind)
        {
            case TemplatePartKind.Header:
                PutHeader(part.Name, value);
                break;
            case TemplatePartKind.Query:
                PutQuery(part.Name, value);
                break;
            case TemplatePartKind.FormField:
                PutField(part.Name, value);
                break;
            case TemplatePartKind.Json:
                PutJson(part.Pointer, value);
                break;
            default:
                throw new InvalidOperationException($"{part.Kind} is no place in a request.");
        }
    }

    public void PutHeader(string name, string value)
    {
        _headers.RemoveAll(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
        _headers.Add(new(name, value));
    }

    public void PutQuery(string name, string value)
    {
        IEnumerable<string> others = Query.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Where(pair => pair.Split('=')[0] != Uri.EscapeDataString(name));
        Query = string.Join('&', others.Append($"{Uri.EscapeDataString(name)}={Uri.EscapeDataString(value)}"));
    }

    public void PutField(string name, string value)
    {
        if (_format == BodyFormat.Json || RequestContent.ReadForm(Body.Span, _contentType) is not { } fields)
        {
            throw new ArgumentException("The value stands in a form, and the body is none.");
        }

        Body = RequestContent.WriteForm(fields.Where(field => field.Key != name).Append(new(name, value)), _contentType);
    }

    /// <summary>Writes into the document: a number where a number stands, otherwise a text. <c>*</c> is each element.</summary>
    public void PutJson(IReadOnlyList<string> pointer, string value)
    {
        JsonNode? document = _format == BodyFormat.Json ? TryParse(Body.Span)
            : _row.FormJsonField is { } field && Content()?.Field(field) is { } text ? TryParse(Encoding.UTF8.GetBytes(text))
            : null;
        if (document is null)
        {
            throw new ArgumentException("The value stands in a JSON document, and the body is none.");
        }

        Put(document, pointer, 0, value);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(document, Plain);
        if (_format == BodyFormat.Json)
        {
            Body = json;
        }
        else
        {
            PutField(_row.FormJsonField!, Encoding.UTF8.GetString(json));
        }
    }

    /// <summary>The body, parsed as the receiver will; <see langword="null"/> where it cannot be.</summary>
    public RequestContent? Content() => RequestContent.TryParse(_row, Body, _format, _contentType, out RequestContent? content, out _) ? content : null;

    private static BodyFormat FormatOf(string contentType) =>
        contentType.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) ? BodyFormat.Form
        : MultipartText.IsType(contentType) ? BodyFormat.Multipart
        : BodyFormat.Json;

    private static JsonNode? TryParse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Put(JsonNode node, IReadOnlyList<string> pointer, int depth, string value)
    {
        string token = pointer[depth];
        bool isLast = depth == pointer.Count - 1;
        switch (node)
        {
            case JsonArray array when token == JsonPath.Each:
                foreach (JsonNode? item in array)
                {
                    Put(item!, pointer, depth + 1, value);
                }

                break;
            case JsonArray array when int.TryParse(token, out int index) && index < array.Count && !isLast:
                Put(array[index]!, pointer, depth + 1, value);
                break;
            case JsonObject parent when isLast:
                parent[token] = parent[token]?.GetValueKind() == JsonValueKind.Number ? JsonNode.Parse(value) : JsonValue.Create(value);
                break;
            case JsonObject parent:
                Put(parent[token] ??= new JsonObject(), pointer, depth + 1, value);
                break;
            default:
                throw new ArgumentException($"The body has no place for '/{string.Join('/', pointer)}'.");
        }
    }
}
