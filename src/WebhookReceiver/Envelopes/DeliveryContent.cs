using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Envelopes;

/// <summary>A body, parsed strictly by the format it says it has, and what templates find in the delivery.</summary>
internal sealed class DeliveryContent : IDisposable
{
    private readonly Delivery _delivery;
    private readonly JsonDocument? _document;
    private readonly byte[]? _digest;

    private DeliveryContent(Delivery delivery, JsonDocument? document, Dictionary<string, StringValues>? form, byte[]? digest)
    {
        _delivery = delivery;
        _document = document;
        Form = form;
        _digest = digest;
    }

    /// <summary>The JSON document: the body, or the form's field that holds one.</summary>
    public JsonElement? Document => _document?.RootElement;

    public Dictionary<string, StringValues>? Form { get; }

    /// <summary>Parses a body.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="digest">The SHA-256 of the body, for <c>{digest}</c>; <see langword="null"/> where no template can ask for it.</param>
    /// <param name="content">The content; <see langword="null"/> if it is not what it says.</param>
    /// <param name="problem">What is wrong, for the verified sender.</param>
    public static bool TryParse(Delivery delivery, byte[]? digest, out DeliveryContent? content, out string? problem)
    {
        content = null;
        var row = delivery.Source.Plan.Definition;
        if (delivery.Format == BodyFormat.Json)
        {
            if (!TryParseJson(delivery.Body, row, out var document, out problem))
            {
                return false;
            }

            content = new DeliveryContent(delivery, document, null, digest);
            return true;
        }

        if (!TryParseForm(delivery.Body, out var form, out problem))
        {
            return false;
        }

        JsonDocument? inner = null;
        if (row.FormJsonField is { } field && form.TryGetValue(field, out var json))
        {
            if (json.Count > 1)
            {
                problem = $"The form has the field '{field}' more than once.";
                return false;
            }

            if (!TryParseJson(Encoding.UTF8.GetBytes(json.ToString()), row, out inner, out problem))
            {
                return false;
            }
        }

        content = new DeliveryContent(delivery, inner, form, digest);
        return true;
    }

    /// <summary>What a delivery without a body holds: its headers and its query.</summary>
    public static DeliveryContent Empty(Delivery delivery) => new(delivery, null, null, null);

    /// <summary>The value of the first template whose parts are all present; <see langword="null"/> if none is.</summary>
    public string? First(IReadOnlyList<Template> templates, bool numbers = false)
    {
        // By index, here and below: to enumerate a list behind its interface allocates.
        for (var place = 0; place < templates.Count; place++)
        {
            if (Read(templates[place], numbers) is { } value)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The value of a template; <see langword="null"/> if a part is absent. Numbers are taken as written where they may be.</summary>
    public string? Read(Template template, bool numbers = false)
    {
        if (template.Parts.Count == 1)
        {
            return Read(template.Parts[0], numbers);
        }

        var text = new StringBuilder();
        for (var place = 0; place < template.Parts.Count; place++)
        {
            if (Read(template.Parts[place], numbers) is not { } value)
            {
                return null;
            }

            text.Append(value);
        }

        return text.ToString();
    }

    /// <summary>The JSON value that a part points to.</summary>
    public bool TryFind(TemplatePart part, out JsonElement element)
    {
        element = default;
        if (Document is not { } current)
        {
            return false;
        }

        for (var depth = 0; depth < part.Pointer.Count; depth++)
        {
            var token = part.Pointer[depth];
            switch (current.ValueKind)
            {
                case JsonValueKind.Object when current.TryGetProperty(token, out var member):
                    current = member;
                    break;
                case JsonValueKind.Array when IsIndex(token, current.GetArrayLength(), out var index):
                    current = current[index];
                    break;
                default:
                    return false;
            }
        }

        element = current;
        return true;
    }

    public void Dispose() => _document?.Dispose();

    /// <summary>The value of one part; <see langword="null"/> if it is absent.</summary>
    public string? Read(TemplatePart part, bool numbers = false)
    {
        switch (part.Kind)
        {
            case TemplatePartKind.Literal:
                return part.Name;
            case TemplatePartKind.Digest:
                return _digest is null ? null : Convert.ToHexStringLower(_digest);
            case TemplatePartKind.Url:
                return _delivery.Source.PublicUrl;
            case TemplatePartKind.Header:
                return Single(_delivery.Headers[part.Name]);
            case TemplatePartKind.Query:
                return Single(_delivery.Query[part.Name]);
            case TemplatePartKind.FormField:
                return Form is not null && Form.TryGetValue(part.Name, out var field) ? Single(field) : null;
            case TemplatePartKind.Json when TryFind(part, out var element):
                return element.ValueKind switch
                {
                    JsonValueKind.String => element.GetString(),
                    JsonValueKind.Number when numbers => element.GetRawText(),
                    _ => null,
                };
            default:
                return null;
        }
    }

    // A value that stands there twice is no value: two readers could take different ones.
    private static string? Single(StringValues values) => values.Count == 1 ? values[0] : null;

    private static bool IsIndex(string token, int length, out int index) =>
        int.TryParse(token, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out index)
        && index < length && (token.Length == 1 || token[0] != '0');

    private static bool TryParseJson(byte[] json, SenderDefinition row, out JsonDocument? document, out string? problem)
    {
        document = null;
        if (!System.Text.Unicode.Utf8.IsValid(json))
        {
            problem = "The body is not UTF-8.";
            return false;
        }

        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = row.MaxJsonDepth });
            problem = PropertyCount.IsWithin(json, document.RootElement) ? null : $"The body has more than {PropertyCount.Limit(json.Length)} properties.";
        }
        catch (JsonException error)
        {
            // The position, and not the reader's own words, which can quote the body.
            problem = $"The body is not JSON as it should be, at line {error.LineNumber + 1}, byte {error.BytePositionInLine}: "
                + "malformed, nested too deep, or a name that stands twice in one object.";
        }
        catch (InvalidOperationException)
        {
            problem = "A property's name is not Unicode text.";
        }

        if (problem is not null)
        {
            document?.Dispose();
            document = null;
        }

        return problem is null;
    }

    private static bool TryParseForm(byte[] body, out Dictionary<string, StringValues> form, out string? problem)
    {
        form = [];
        problem = "The body is not a form in UTF-8.";
        if (!System.Text.Unicode.Utf8.IsValid(body))
        {
            return false;
        }

        try
        {
            using var reader = new FormReader(Encoding.UTF8.GetString(body)) { ValueLengthLimit = body.Length + 1, ValueCountLimit = 1024 };
            form = reader.ReadForm();
            problem = null;
            return true;
        }
        catch (InvalidDataException)
        {
            problem = "The form has too many or too long fields.";
            return false;
        }
    }
}
