using System.Text;
using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>Reads the parts of a template that are one value of a request.</summary>
internal static class RequestText
{
    /// <summary>Whether a part is one value that stands in the request by a name.</summary>
    public static bool IsField(TemplatePartKind kind) => kind
        is TemplatePartKind.Header or TemplatePartKind.Query or TemplatePartKind.FormField or TemplatePartKind.Json;

    /// <summary>Reads a value.</summary>
    /// <param name="part">A part that <see cref="IsField"/> holds of.</param>
    /// <param name="request">The request.</param>
    /// <param name="numbers">Whether numbers, true and false are taken as they are written.</param>
    /// <param name="value">The value where there is exactly one.</param>
    /// <returns>How many there are: 0, 1, or more. A value that is no text counts as none.</returns>
    public static int Read<TRequest>(TemplatePart part, ref readonly TRequest request, bool numbers, out string? value)
        where TRequest : ISignedRequest, allows ref struct
    {
        int count = part.Kind switch
        {
            TemplatePartKind.Header => request.GetHeader(part.Name, out value),
            TemplatePartKind.Query => One(ReadQuery(request.Query, part.Name), out value),
            TemplatePartKind.FormField => One(request.Content?.Field(part.Name), out value),
            TemplatePartKind.Json => One(ReadJson(request.Content, part, numbers), out value),
            _ => throw new InvalidOperationException($"{part.Kind} is no field."),
        };
        if (count == 0 && part.IsOptional)
        {
            value = "";
            return 1;
        }

        return count;
    }

    public static string? ReadQuery(string query, string name) =>
        query.Length > 0 && FormText.Parse(Encoding.UTF8.GetBytes(query), out _) is { } pairs ? FormText.Single(pairs, name) : null;

    private static string? ReadJson(RequestContent? content, TemplatePart part, bool numbers) =>
        content is not null && content.TryFind(part.Pointer, out JsonElement element) ? JsonPath.Text(element, numbers) : null;

    private static int One(string? found, out string? value)
    {
        value = found;
        return found is null ? 0 : 1;
    }
}
