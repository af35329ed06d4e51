using System.Text;
using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>
/// A body, parsed strictly by the format that it says it has: what <c>{json:…}</c> and <c>{form:…}</c> read, before verification and after it. Not safe
/// to share between threads; dispose of it when the request has been answered.
/// </summary>
public sealed class RequestContent : IDisposable
{
    private readonly JsonDocument? _document;

    private RequestContent(JsonDocument? document, ReadOnlyMemory<byte> documentText, IReadOnlyList<KeyValuePair<string, string>>? form) =>
        (_document, DocumentText, Form) = (document, documentText, form);

    /// <summary>The JSON document: the body, or the form's field that holds one; <see langword="null"/> where there is none.</summary>
    public JsonElement? Document => _document?.RootElement;

    /// <summary>The bytes that <see cref="Document"/> was parsed from and refers to: the body, or the form's field in UTF-8; empty where there is none.</summary>
    public ReadOnlyMemory<byte> DocumentText { get; }

    /// <summary>The fields of a form, in their order, decoded; <see langword="null"/> where the body is none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Form { get; }

    /// <summary>Parses a body. What a sender can have wrong is no exception.</summary>
    /// <param name="row">The sender, for its limits and its field with JSON.</param>
    /// <param name="body">The exact bytes, which the content refers to for as long as it lives.</param>
    /// <param name="format">The format that the content type names.</param>
    /// <param name="contentType">The content type, for the boundary of <see cref="BodyFormat.Multipart"/>.</param>
    /// <param name="content">The content; <see langword="null"/> if the body is not what it says.</param>
    /// <param name="problem">What is wrong, in words that quote nothing of the body; <see langword="null"/> if nothing is.</param>
    /// <returns>Whether the body is what it says.</returns>
    public static bool TryParse(
        SenderDefinition row, ReadOnlyMemory<byte> body, BodyFormat format, string? contentType, out RequestContent? content, out string? problem)
    {
        content = null;
        if (format == BodyFormat.Json)
        {
            if (!TryParseJson(body, row, out JsonDocument? document, out problem))
            {
                return false;
            }

            content = new RequestContent(document, body, null);
            return true;
        }

        List<KeyValuePair<string, string>>? form = format == BodyFormat.Form
            ? FormText.Parse(body.Span, out problem)
            : MultipartText.Parse(body.Span, contentType, out problem);
        if (form is null || !TryParseField(form, row, out byte[] json, out JsonDocument? inner, out problem))
        {
            return false;
        }

        content = new RequestContent(inner, json, form);
        return true;
    }

    /// <summary>Reads the fields of a form, as <see cref="TryParse"/> does.</summary>
    /// <param name="body">The exact bytes.</param>
    /// <param name="contentType">The content type: <c>multipart/form-data</c>, or of any other the fields are urlencoded.</param>
    /// <returns>The fields in their order, decoded; <see langword="null"/> where the body is no form.</returns>
    public static IReadOnlyList<KeyValuePair<string, string>>? ReadForm(ReadOnlySpan<byte> body, string contentType) => MultipartText.IsType(contentType)
        ? MultipartText.Parse(body, contentType, out _)
        : FormText.Parse(body, out _);

    /// <summary>Writes a form as senders do, for samples and tests.</summary>
    /// <param name="fields">The fields.</param>
    /// <param name="contentType">As of <see cref="ReadForm"/>; <c>multipart/form-data</c> with its boundary.</param>
    /// <returns>The body.</returns>
    /// <exception cref="ArgumentException">The boundary is missing.</exception>
    public static byte[] WriteForm(IEnumerable<KeyValuePair<string, string>> fields, string contentType) => MultipartText.IsType(contentType)
        ? MultipartText.Write(contentType, fields)
        : FormText.Write(fields);

    /// <summary>A field of the form. One that stands there twice is none: two readers could take different ones.</summary>
    /// <param name="name">The field's name, compared by case.</param>
    /// <returns>Its value; <see langword="null"/> where there is not exactly one.</returns>
    public string? Field(string name) => Form is null ? null : FormText.Single(Form, name);

    /// <summary>Finds a value of the JSON document.</summary>
    /// <param name="pointer">The reference tokens of a JSON pointer (RFC 6901), unescaped; none for the whole document.</param>
    /// <param name="element">The value.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryFind(IReadOnlyList<string> pointer, out JsonElement element)
    {
        element = default;
        return Document is { } root && JsonPath.TryFind(root, pointer, out element);
    }

    /// <inheritdoc/>
    public void Dispose() => _document?.Dispose();

    private static bool TryParseField(
        List<KeyValuePair<string, string>> form, SenderDefinition row, out byte[] json, out JsonDocument? document, out string? problem)
    {
        json = [];
        document = null;
        problem = null;
        if (row.FormJsonField is not { } field || !form.Exists(pair => pair.Key == field))
        {
            return true;
        }

        if (FormText.Single(form, field) is not { } text)
        {
            problem = $"The form has the field '{field}' more than once.";
            return false;
        }

        json = Encoding.UTF8.GetBytes(text);
        return TryParseJson(json, row, out document, out problem);
    }

    private static bool TryParseJson(ReadOnlyMemory<byte> json, SenderDefinition row, out JsonDocument? document, out string? problem)
    {
        document = null;
        if (!System.Text.Unicode.Utf8.IsValid(json.Span))
        {
            problem = "The body is not UTF-8.";
            return false;
        }

        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = row.MaxJsonDepth });
            problem = PropertyCount.IsWithin(json.Span, document.RootElement)
                ? null
                : $"The body has more than {PropertyCount.Limit(json.Length)} properties.";
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
}
