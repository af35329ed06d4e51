using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace WebhookReceiver.Host.Tests.OpenApi;

public sealed class OpenApiDocumentTests(OpenApiDocumentTests.Documents documents) : IClassFixture<OpenApiDocumentTests.Documents>
{
    [Fact]
    public void Document_ReadByItsOwnStandard_IsOpenApi31WithoutErrors()
    {
        var read = OpenApiDocument.Parse(documents.Text, "json");

        Assert.Empty(read.Diagnostic!.Errors);
        Assert.Empty(read.Diagnostic.Warnings);
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, read.Diagnostic.SpecificationVersion);
    }

    [Fact]
    public void Document_HasEveryRouteOfBothListeners()
    {
        var routes = documents.Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(static route => route.RoutePattern.RawText!.TrimEnd('/')).Append("/metrics").ToHashSet(StringComparer.Ordinal);

        Assert.Equal(routes.Order(StringComparer.Ordinal), documents.Json.GetProperty("paths").EnumerateObject().Select(static path => path.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Document_EveryOperationButProbes_HasAnExampleOrBytesAndTheProtectedOnesTheToken()
    {
        foreach (var (path, operation) in Operations())
        {
            var success = operation.GetProperty("responses").GetProperty("200").GetProperty("content");
            Assert.True(success.TryGetProperty("application/octet-stream", out _) || success.EnumerateObject().All(static media => media.Value.TryGetProperty("example", out _)), path);
            var isOpen = path is "/livez" or "/readyz" || path.StartsWith("/webhook", StringComparison.Ordinal);
            Assert.Equal((path, !isOpen), (path, operation.TryGetProperty("security", out var security)));
            if (!isOpen)
            {
                Assert.Equal("managementToken", security[0].EnumerateObject().Single().Name);
                Assert.True(operation.GetProperty("responses").TryGetProperty("401", out _), path);
                Assert.True(operation.GetProperty("responses").TryGetProperty("429", out _), path);
                Assert.True(path == "/metrics" || operation.GetProperty("responses").TryGetProperty("503", out _), path);
            }
        }
    }

    [Fact]
    public void Document_Examples_HaveTheMembersOfTheirSchemas()
    {
        foreach (var (path, operation) in Operations())
        {
            foreach (var response in operation.GetProperty("responses").EnumerateObject())
            {
                foreach (var media in response.Value.TryGetProperty("content", out var content) ? content.EnumerateObject() : default)
                {
                    if (media.Value.TryGetProperty("example", out var example) && media.Value.TryGetProperty("schema", out var schema))
                    {
                        AssertFits($"{path} {response.Name}", example, schema);
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData("/webhook", "X-Signature-256")]
    [InlineData("/webhook", "X-Event-Id")]
    [InlineData("/webhook/{source}", "webhook-id")]
    [InlineData("/webhook/{source}", "webhook-timestamp")]
    [InlineData("/webhook/{source}", "webhook-signature")]
    public void Webhook_Parameters_AreTheHeadersOfTheConfiguredSenders(string path, string header)
    {
        var parameters = Webhook(path).GetProperty("parameters").EnumerateArray();

        Assert.Contains(parameters, parameter => parameter.GetProperty("name").GetString() == header && parameter.GetProperty("in").GetString() == "header");
    }

    [Theory]
    [InlineData("/webhook")]
    [InlineData("/webhook/{source}")]
    public void Webhook_Answers_AreThoseThatExist(string path)
    {
        var responses = Webhook(path).GetProperty("responses").EnumerateObject().Select(static response => response.Name).Order(StringComparer.Ordinal);
        var reasons = Enum.GetValues<RejectionReason>().Select(static reason => Endpoints.RejectionAnswers.For(reason).Status.ToString(System.Globalization.CultureInfo.InvariantCulture));

        Assert.Equal(reasons.Append("200").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), responses);
    }

    [Theory]
    [InlineData("/webhook")]
    [InlineData("/webhook/{source}")]
    public void Webhook_Body_HasTheEnvelopeWithItsExample(string path)
    {
        var json = Webhook(path).GetProperty("requestBody").GetProperty("content").GetProperty("application/json");

        Assert.True(json.GetProperty("schema").GetProperty("properties").TryGetProperty("event", out _));
        Assert.Equal("A-1001", json.GetProperty("examples").GetProperty("new_order").GetProperty("value").GetProperty("data").GetProperty("order_id").GetString());
    }

    private JsonElement Webhook(string path) => documents.Json.GetProperty("paths").GetProperty(path).GetProperty("post");

    private IEnumerable<(string Path, JsonElement Operation)> Operations() => documents.Json.GetProperty("paths").EnumerateObject()
        .SelectMany(static path => path.Value.EnumerateObject().Where(static item => item.Value.ValueKind == JsonValueKind.Object).Select(item => (path.Name, item.Value)));

    private void AssertFits(string place, JsonElement example, JsonElement schema)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            schema = documents.Json.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]);
        }

        if (example.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out var properties))
        {
            foreach (var member in example.EnumerateObject())
            {
                Assert.True(properties.TryGetProperty(member.Name, out var inner), $"{place}: the schema has no {member.Name}");
                AssertFits($"{place}/{member.Name}", member.Value, inner);
            }

            var required = schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(static name => name.GetString()!) : [];
            Assert.All(required, name => Assert.True(example.TryGetProperty(name, out _), $"{place}: the example lacks {name}"));
        }
        else if (example.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            Assert.All(example.EnumerateArray(), item => AssertFits(place + "/-", item, items));
        }
    }

    public sealed class Documents : IAsyncLifetime
    {
        internal TestHost Host { get; } = new(settings: new()
        {
            ["WebhookReceiver:Sources:default:Secrets:0"] = TestDelivery.Secret,
            ["WebhookReceiver:Sources:billing:Sender"] = "standard-webhooks",
            ["WebhookReceiver:Sources:billing:Secrets:0"] = "whsec_" + Convert.ToBase64String("the-bytes-of-a-key-of-the-host-tests"u8),
        });

        public string Text { get; private set; } = "";

        public JsonElement Json { get; private set; }

        public async ValueTask InitializeAsync()
        {
            using var response = await Host.AskAsync("/openapi/v1.json", token: null);
            Text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Json = JsonElement.Parse(Text);
        }

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
