using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace WebhookReceiver.Host.OpenApi;

/// <summary>Describes <c>/metrics</c>, which is middleware and no route.</summary>
internal sealed class MetricsOperation : IDocumentFilter
{
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        var operation = new OpenApiOperation
        {
            OperationId = "GetMetrics",
            Summary = "Metrics for Prometheus",
            Tags = new HashSet<OpenApiTagReference> { new("Management", swaggerDoc) },
            Responses = new OpenApiResponses
            {
                ["200"] = new OpenApiResponse
                {
                    Description = "The text format of Prometheus.",
                    Content = new Dictionary<string, IOpenApiMediaType>
                    {
                        ["text/plain"] = new OpenApiMediaType
                        {
                            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                            Example = JsonValue.Create("webhook_deliveries_total{webhook_source=\"default\",webhook_outcome=\"accepted\"} 1\n"),
                        },
                    },
                },
            },
        };
        ManagementOperations.Protect(operation, swaggerDoc);
        swaggerDoc.Paths["/metrics"] = new OpenApiPathItem { Operations = new Dictionary<HttpMethod, OpenApiOperation> { [HttpMethod.Get] = operation } };
    }
}
