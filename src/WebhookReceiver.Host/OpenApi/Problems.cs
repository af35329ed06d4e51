using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;
using WebhookReceiver.Diagnostics;

namespace WebhookReceiver.Host.OpenApi;

/// <summary>The schema of every refusal, and responses that use it.</summary>
internal sealed class Problems : IDocumentFilter
{
    private const string SchemaName = "Problem";
    private const string MediaType = "application/problem+json";

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context) => context.SchemaRepository.Schemas[SchemaName] = new OpenApiSchema
    {
        Type = JsonSchemaType.Object,
        Description = "Why a request was refused (RFC 9457).",
        Required = new HashSet<string> { "type", "title", "status", "code" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("The kind of problem, as a URI."),
            ["title"] = Text("What is wrong."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Description = "The HTTP status." },
            ["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = "^WHR[0-9]{4}$", Description = "The error code." },
            ["deliveryId"] = Text("The id of a refused delivery; its reason stands in the log and at /api/v1/rejections under it."),
            ["detail"] = Text("More, once the delivery is verified."),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "What is wrong with the envelope, by JSON pointer.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
            },
        },
    };

    /// <summary>A response with the problem, and one example of it.</summary>
    public static OpenApiResponse Response(OpenApiDocument? document, string description, ErrorCode error, string? title = null, JsonObject? more = null)
    {
        var example = new JsonObject { ["type"] = error.Type, ["title"] = title ?? error.Title, ["status"] = error.Statuses[0], ["code"] = error.Code };
        foreach (var (name, value) in more ?? [])
        {
            example[name] = value?.DeepClone();
        }

        return new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, IOpenApiMediaType>
            {
                [MediaType] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(SchemaName, document), Example = example },
            },
        };
    }

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };
}
