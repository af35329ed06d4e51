using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using WebhookReceiver.Senders;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Host.OpenApi;

/// <summary>The headers that the senders of some sources send: signatures, what they cover, and where the envelope stands in headers.</summary>
internal static class WebhookHeaders
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    public static IEnumerable<IOpenApiParameter> Of(WebhookSource[] sources)
    {
        var headers = sources.SelectMany(static source => Names(source.Plan.Definition).Select(name => (Name: name, Source: source)));
        foreach (var header in headers.GroupBy(static header => header.Name, StringComparer.OrdinalIgnoreCase))
        {
            var senders = header.Select(static pair => pair.Source.Plan.Definition).DistinctBy(static sender => sender.Id).ToArray();
            yield return new OpenApiParameter
            {
                Name = header.Key,
                In = ParameterLocation.Header,

                // Other sources of the same path have other headers, and a delivery without its signature is answered like one with a wrong one.
                Required = false,
                Description = $"Sent by {string.Join(", ", senders.Select(static sender => sender.Name))}.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                Example = senders.Select(sender => ExampleOf(sender, header.Key)).OfType<string>().FirstOrDefault() is { } example ? JsonValue.Create(example) : null,
            };
        }
    }

    private static IEnumerable<string> Names(SenderDefinition sender)
    {
        var templates = sender.Schemes.SelectMany(static scheme => new[] { scheme.Content, scheme.Id, scheme.Timestamp?.Value })
            .Concat(sender.Event.Id).Concat(sender.Event.Type).Concat(sender.Event.Timestamp).OfType<string>();
        return templates.SelectMany(static text => Template.Parse(text).Parts)
            .Where(static part => part.Kind == TemplatePartKind.Header).Select(static part => part.Name)
            .Concat(sender.Schemes.SelectMany(static scheme => scheme.Signature.AlsoHeaders.Append(scheme.Signature.Header)).OfType<string>())
            .Distinct(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>A value from a request that the row is known by.</summary>
    private static string? ExampleOf(SenderDefinition sender, string header) => sender.Vectors.Where(static vector => vector.Valid)
        .SelectMany(static vector => vector.Headers).Concat(sender.Sample?.Headers ?? NoHeaders)
        .FirstOrDefault(pair => pair.Key.Equals(header, StringComparison.OrdinalIgnoreCase)).Value;
}
