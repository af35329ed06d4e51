using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Inbox;
using WebhookReceiver.Management;

namespace WebhookReceiver.Host.OpenApi;

/// <summary>Adds to the management API what its types do not say: the token, the refusals, the limits of parameters, and examples.</summary>
internal sealed class ManagementOperations : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var document = context.Document;
        var path = context.ApiDescription.RelativePath ?? "";
        switch (path)
        {
            case "readyz":
                Fail("Not ready: starting, draining, full (the disk is) or failed.", """{"status":"draining"}""");
                break;
            case "livez":
                Fail("The inbox's writer is stalled, or a quarter of the handlers' slots is stuck.", """{"status":"stalled"}""");
                break;
        }

        if (ManagementExamples.Of(operation.OperationId ?? path) is { } example && operation.Responses!.TryGetValue("200", out var response)
            && JsonOf(response.Content) is { } media)
        {
            media.Example = JsonNode.Parse(example);
        }

        if (!path.StartsWith("api/", StringComparison.Ordinal))
        {
            return;
        }

        Protect(operation, document);
        Refuse("The inbox cannot be reached.", ErrorCodes.InboxAway);
        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            Describe(parameter);
        }

        switch (operation.OperationId)
        {
            case "ListEvents" or "ListRejections":
                Refuse("A parameter is wrong.", ErrorCodes.ParameterRefused, "'limit' is a number from 1 to 200.");
                break;
            case "GetEventBody":
                operation.Responses!["200"] = Bytes;
                Refuse("The body's time was up.", ErrorCodes.BodyPurged);
                Refuse("The body is not the one that arrived.", ErrorCodes.BodyCorrupt);
                goto case "GetEvent";
            case "GetEvent":
                Refuse("There is no such event.", ErrorCodes.EventUnknown);
                break;
            case "ReplayEvent" or "CancelEvent":
                Refuse("The reason is missing or too long.", ErrorCodes.ParameterRefused, "The body is JSON with a 'reason' of 1 to 500 characters: it is recorded.");
                Refuse("The event's state does not allow it.", ErrorCodes.StateRefused, "The event has no work that waits.");
                operation.RequestBody = Reason(context);
                goto case "GetEvent";
            case "AdmitRejection":
                Refuse("The reason is missing or too long.", ErrorCodes.ParameterRefused, "The body is JSON with a 'reason' of 1 to 500 characters: it is recorded.");
                Refuse("Nothing is captured under that id.", ErrorCodes.RejectionUnknown);
                Refuse("The delivery is refused still.", ErrorCodes.RejectionRefused, "The delivery is not taken: SignatureMismatch.");
                operation.Responses!["503"].Description = $"The inbox cannot be reached ({ErrorCodes.InboxAway}), or the event could not be stored ({ErrorCodes.RejectionRefused}).";
                foreach (var id in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
                {
                    (id.Description, id.Example) = ("The id that the sender was told.", JsonValue.Create(ManagementExamples.DeliveryId));
                }

                operation.RequestBody = Reason(context);
                break;
        }

        void Fail(string description, string example) => operation.Responses!["503"] = new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, IOpenApiMediaType> { ["application/json"] = Json(operation, example) },
        };

        void Refuse(string description, ErrorCode error, string? title = null) =>
            operation.Responses![error.Statuses[0].ToString(System.Globalization.CultureInfo.InvariantCulture)] = Problems.Response(document, description, error, title);
    }

    /// <summary>Asks for the token, and says what happens without.</summary>
    public static void Protect(OpenApiOperation operation, OpenApiDocument document)
    {
        operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(OpenApiSetup.SecurityScheme, document)] = [] }];
        operation.Responses!["401"] = Problems.Response(
            document, "The token is missing or wrong.", ErrorCodes.TokenRefused);
        operation.Responses["429"] = Problems.Response(document, "Too many came without the token.", ErrorCodes.TokensThrottled);
    }

    private static void Describe(OpenApiParameter parameter)
    {
        (parameter.Description, parameter.Schema, parameter.Example) = parameter.Name switch
        {
            "limit" => ("How many.", new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = "200", Default = JsonValue.Create(50) }, JsonValue.Create(50)),
            "state" => ("Only this state.", new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. WorkStates.Names.Select(static name => JsonValue.Create(name))] }, JsonValue.Create("dead")),
            "source" => ("Only this source.", parameter.Schema, JsonValue.Create("default")),
            "type" => ("Only this type.", parameter.Schema, JsonValue.Create("new_order")),
            "after" => ("The next of an earlier page.", parameter.Schema, null),
            "id" => ("Our id of the event.", parameter.Schema, JsonValue.Create(ManagementExamples.EventId)),
            _ => (parameter.Description, parameter.Schema, parameter.Example),
        };
    }

    // The endpoint reads its body itself, so that nothing of it can be read off.
    private static OpenApiRequestBody Reason(OperationFilterContext context) => new()
    {
        Required = true,
        Content = new Dictionary<string, IOpenApiMediaType>
        {
            ["application/json"] = new OpenApiMediaType
            {
                Schema = context.SchemaGenerator.GenerateSchema(typeof(OperatorRequest), context.SchemaRepository),
                Example = JsonNode.Parse("""{"reason":"The shop's database was down."}"""),
            },
        },
    };

    private static OpenApiResponse Bytes => new()
    {
        Description = "The exact bytes that were received.",
        Content = new Dictionary<string, IOpenApiMediaType> { ["application/octet-stream"] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } } },
    };

    private static OpenApiMediaType? JsonOf(IDictionary<string, IOpenApiMediaType>? content) =>
        content is not null && content.TryGetValue("application/json", out var media) ? media as OpenApiMediaType : null;

    private static OpenApiMediaType Json(OpenApiOperation operation, string example) => new()
    {
        Schema = JsonOf(operation.Responses!["200"].Content)?.Schema,
        Example = JsonNode.Parse(example),
    };
}
