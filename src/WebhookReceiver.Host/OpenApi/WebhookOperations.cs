using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Host.Demo;
using WebhookReceiver.Senders;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Host.OpenApi;

/// <summary>
/// Describes the public listener. Its routes take all methods and raw bytes, of which nothing can be read off; the headers are those of the
/// senders that are configured now.
/// </summary>
internal sealed class WebhookOperations(SourceRegistry sources) : IDocumentFilter
{
    private const string Tag = "Webhooks";
    private const string EventId = "whe_8Zl1mJ0Xw3kAAAAAAAAABw";

    // One for each status; the code says more, but for the one answer that all failures of proof share.
    private static readonly (RejectionReason Reason, string Description)[] Refusals =
    [
        (RejectionReason.EnvelopeInvalid, "The body or the envelope is not as it should be, or did not arrive whole: the code says which."),
        (RejectionReason.SignatureMismatch, "Not verified. Always the same answer; the reason stands in the log and at /api/v1/rejections under the id."),
        (RejectionReason.HttpsRequired, "Plain HTTP where HTTPS is required, or a handshake that was refused."),
        (RejectionReason.UnknownSource, "There is no such source."),
        (RejectionReason.MethodNotAllowed, "Another method than the source takes; Allow names those."),
        (RejectionReason.BodyTooSlow, "The body took too long to arrive."),
        (RejectionReason.BodyTooLarge, "The body is larger than the source takes."),
        (RejectionReason.ContentTypeUnsupported, "A content type that the source does not take, or a content encoding."),
        (RejectionReason.RateLimited, "The source has sent more verified events than its RateLimit takes. Send it again after Retry-After seconds."),
        (RejectionReason.StorageFailed, "Nothing was acknowledged. Send it again after Retry-After seconds."),
    ];

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        swaggerDoc.Paths["/webhook"] = Path(Operation(
            swaggerDoc, "ReceiveDefaultWebhook", "A delivery to the source named default",
            sources.TryGet(WebhookReceiverOptions.DefaultSourceName, out var source) ? [source] : []));

        var others = sources.All.Where(static other => other.Name != WebhookReceiverOptions.DefaultSourceName).OrderBy(static other => other.Name, StringComparer.Ordinal).ToArray();
        var named = Operation(swaggerDoc, "ReceiveWebhook", "A delivery to another source", others);
        named.Parameters!.Insert(0, new OpenApiParameter
        {
            Name = "source",
            In = ParameterLocation.Path,
            Required = true,
            Description = "The source's name.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^[a-z0-9][a-z0-9-]{0,62}$", Enum = [.. others.Select(static other => JsonValue.Create(other.Name))] },
            Example = JsonValue.Create(others.FirstOrDefault()?.Name ?? "github"),
        });
        swaggerDoc.Paths["/webhook/{source}"] = Path(named);
    }

    private static OpenApiPathItem Path(OpenApiOperation operation) => new()
    {
        Description = "On the public listener.",
        Operations = new Dictionary<HttpMethod, OpenApiOperation> { [HttpMethod.Post] = operation },
    };

    private static OpenApiOperation Operation(OpenApiDocument document, string id, string summary, WebhookSource[] sources) => new()
    {
        OperationId = id,
        Summary = summary,
        Description = "Verified over the exact bytes, checked and stored before it is answered. Sending the same event again is safe: it is handled once.",
        Tags = new HashSet<OpenApiTagReference> { new(Tag, document) },
        Parameters = [.. WebhookHeaders.Of(sources)],
        RequestBody = new OpenApiRequestBody { Required = true, Description = "The event, as its sender writes it.", Content = Bodies(sources) },
        Responses = Responses(document),
    };

    private static Dictionary<string, IOpenApiMediaType> Bodies(WebhookSource[] sources)
    {
        var json = new OpenApiMediaType { Schema = Envelope, Examples = new Dictionary<string, IOpenApiExample> { ["new_order"] = Example(DemoSource.Body, "The plain envelope.") } };
        foreach (var source in sources)
        {
            if (source.Plan.Definition is { Sample: { } sample } sender && TryParse(sample.Body) is not null)
            {
                json.Examples[sender.Id] = Example(sample.Body, $"What {sender.Name} sends: {sample.Type}.");
            }
        }

        var bodies = new Dictionary<string, IOpenApiMediaType> { ["application/json"] = json };
        if (sources.Any(static source => source.Plan.Definition.Bodies.Contains(BodyFormat.Form)))
        {
            bodies["application/x-www-form-urlencoded"] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.Object } };
        }

        return bodies;
    }

    /// <summary>Only the default envelope can be said in general: other senders have theirs.</summary>
    private static OpenApiSchema Envelope => new()
    {
        Type = JsonSchemaType.Object,
        Description = "The envelope of the plain senders; type is accepted for event. A sender with an envelope of its own sends that.",
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["event"] = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = 200, Description = "The event's type." },
            ["id"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "The event's id, where no header carries it." },
            ["timestamp"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time", Description = "When it happened." },
            ["data"] = new OpenApiSchema { Description = "What the handler gets." },
        },
    };

    private static OpenApiExample Example(string body, string summary) => new() { Summary = summary, Value = TryParse(body) };

    private static JsonNode? TryParse(string body)
    {
        try
        {
            return JsonNode.Parse(body);
        }
        catch (System.Text.Json.JsonException)
        {
            return null; // a form
        }
    }

    private static OpenApiResponses Responses(OpenApiDocument document)
    {
        var responses = new OpenApiResponses { ["200"] = Accepted };
        foreach (var (reason, description) in Refusals)
        {
            var answer = RejectionAnswers.For(reason);
            var more = new JsonObject { ["deliveryId"] = ManagementExamples.DeliveryId };
            if (reason == RejectionReason.EnvelopeInvalid)
            {
                more["errors"] = new JsonObject { ["/event"] = new JsonArray("The event has no type.") };
            }

            var response = Problems.Response(document, description, answer.Error, more: more);
            if (answer.RetryAfterSeconds > 0)
            {
                response.Headers = new Dictionary<string, IOpenApiHeader> { ["Retry-After"] = Header("Seconds.", JsonValue.Create(answer.RetryAfterSeconds), JsonSchemaType.Integer) };
            }
            else if (answer.Status == StatusCodes.Status405MethodNotAllowed)
            {
                response.Headers = new Dictionary<string, IOpenApiHeader> { ["Allow"] = Header("The methods.", JsonValue.Create("POST"), JsonSchemaType.String) };
            }

            responses[answer.Status.ToString(CultureInfo.InvariantCulture)] = response;
        }

        return responses;
    }

    private static OpenApiHeader Header(string description, JsonNode example, JsonSchemaType type) =>
        new() { Description = description, Example = example, Schema = new OpenApiSchema { Type = type } };

    private static OpenApiResponse Accepted => new()
    {
        Description = "The event is on disk. A sender's row can ask for another status or body.",
        Content = new Dictionary<string, IOpenApiMediaType>
        {
            ["application/json"] = new OpenApiMediaType
            {
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Required = new HashSet<string> { "id", "status" },
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["id"] = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = 64, Description = "Our id of the event, as at /api/v1/events/{id}; for a duplicate the first one's." },
                        ["status"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [JsonValue.Create("accepted"), JsonValue.Create("duplicate")] },
                    },
                },
                Example = new JsonObject { ["id"] = EventId, ["status"] = "accepted" },
            },
        },
    };
}
