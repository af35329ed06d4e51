using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>
/// Reads templates of a request. Thread-safe. Each method throws <see cref="InvalidOperationException"/> where a JSON string that it reads holds half
/// of a surrogate pair: that is there and is no text, so that another template must not stand in for it.
/// </summary>
public static class TemplateReader
{
    /// <summary>The value of the first template whose parts are all present.</summary>
    /// <typeparam name="TRequest">The request's type.</typeparam>
    /// <param name="templates">The templates, in the order in which they are tried.</param>
    /// <param name="request">The request.</param>
    /// <param name="scope">What else they read.</param>
    /// <returns>The value; <see langword="null"/> if none has all its parts.</returns>
    public static string? First<TRequest>(IReadOnlyList<Template> templates, ref readonly TRequest request, in TemplateScope scope)
        where TRequest : ISignedRequest, allows ref struct
    {
        // By index, here and below: to enumerate a list behind its interface allocates.
        for (int place = 0; place < templates.Count; place++)
        {
            if (Read(templates[place], in request, in scope) is { } value)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The value of a template.</summary>
    /// <typeparam name="TRequest">The request's type.</typeparam>
    /// <param name="template">The template.</param>
    /// <param name="request">The request.</param>
    /// <param name="scope">What else it reads.</param>
    /// <returns>The value; <see langword="null"/> if a part is absent, or stands there twice.</returns>
    public static string? Read<TRequest>(Template template, ref readonly TRequest request, in TemplateScope scope)
        where TRequest : ISignedRequest, allows ref struct
    {
        if (template.Parts.Count == 1)
        {
            return Read(template.Parts[0], in request, in scope);
        }

        var text = new StringBuilder();
        for (int place = 0; place < template.Parts.Count; place++)
        {
            if (Read(template.Parts[place], in request, in scope) is not { } value)
            {
                return null;
            }

            text.Append(value);
        }

        return text.ToString();
    }

    /// <summary>The value of one part.</summary>
    /// <typeparam name="TRequest">The request's type.</typeparam>
    /// <param name="part">The part.</param>
    /// <param name="request">The request.</param>
    /// <param name="scope">What else it reads.</param>
    /// <returns>The value; <see langword="null"/> if it is absent, stands there twice, or is none that is text outside of verification.</returns>
    public static string? Read<TRequest>(TemplatePart part, ref readonly TRequest request, in TemplateScope scope)
        where TRequest : ISignedRequest, allows ref struct => part.Kind switch
        {
            TemplatePartKind.Literal => part.Name,
            TemplatePartKind.Json => request.Content is { } content && content.TryFind(part.Pointer, out JsonElement element) ? Text(element, scope.Numbers)
                : part.IsOptional ? "" : null,
            TemplatePartKind.Header or TemplatePartKind.Query or TemplatePartKind.FormField =>
                RequestText.Read(part, in request, scope.Numbers, out string? value) == 1 ? value : null,
            TemplatePartKind.Digest => scope.Digest is { } digest ? Convert.ToHexStringLower(digest) : null,
            TemplatePartKind.PublicUrl => request.Url,
            TemplatePartKind.Key => request.Content?.Document is { } document ? KeyOf(document, part) : null,
            TemplatePartKind.Item => scope.Item is { } item && JsonPath.TryFind(item, part.Pointer, out JsonElement found) ? Text(found, scope.Numbers) : null,
            TemplatePartKind.ItemKey => scope.Item is { } item ? KeyOf(item, part) : null,
            TemplatePartKind.ItemDigest => scope.Item is { } item ? Convert.ToHexStringLower(SHA256.HashData(JsonMarshal.GetRawUtf8Value(item))) : null,
            TemplatePartKind.Index => scope.Index.ToString(CultureInfo.InvariantCulture),
            TemplatePartKind.Computed => scope.Computed?.GetValueOrDefault(part.Name),
            TemplatePartKind.HandshakeSecret => scope.HandshakeSecret,
            _ => null,
        };

    /// <summary>Finds the JSON value that a part names: what is the data of an event, which need not be text.</summary>
    /// <param name="part">A part of the kind <see cref="TemplatePartKind.Json"/> or <see cref="TemplatePartKind.Item"/>; of others there is none.</param>
    /// <param name="content">The content of the request.</param>
    /// <param name="scope">The element, for a part of it.</param>
    /// <param name="element">The value.</param>
    /// <returns>Whether there is one.</returns>
    public static bool TryFind(TemplatePart part, RequestContent content, in TemplateScope scope, out JsonElement element)
    {
        element = default;
        return part.Kind switch
        {
            TemplatePartKind.Json => content.TryFind(part.Pointer, out element),
            TemplatePartKind.Item => scope.Item is { } item && JsonPath.TryFind(item, part.Pointer, out element),
            _ => false,
        };
    }

    // Where half of a surrogate pair throws: to verification it is simply no text.
    private static string? Text(JsonElement element, bool numbers) =>
        element.ValueKind == JsonValueKind.String ? element.GetString() : JsonPath.Text(element, numbers);

    private static string? KeyOf(JsonElement document, TemplatePart part)
    {
        if (!JsonPath.TryFind(document, part.Pointer, out JsonElement parent) || parent.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (JsonProperty member in parent.EnumerateObject())
        {
            if (!part.Except.Contains(member.Name))
            {
                return member.Name;
            }
        }

        return null;
    }
}
