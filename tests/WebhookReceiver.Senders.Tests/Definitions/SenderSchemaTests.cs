using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace WebhookReceiver.Senders.Tests.Definitions;

/// <summary><c>sender.schema.json</c>, which editors check a row with, says what the reader says.</summary>
public sealed class SenderSchemaTests
{
    private static readonly JsonSchema Schema = JsonSchema.FromFile(Path.Combine(AppContext.BaseDirectory, "sender.schema.json"));

    public static TheoryData<string> Ids() => [.. SenderCatalog.Ids];

    /// <summary>A definition, and where its members stand in the schema.</summary>
    public static TheoryData<string, string> Definitions() => new()
    {
        { nameof(SenderDefinition), "" },
        { nameof(SchemeDefinition), "schemes" },
        { nameof(SignatureLocation), "signature" },
        { nameof(TimestampDefinition), "timestamp" },
        { nameof(DigestDefinition), "digests" },
        { nameof(KeySourceDefinition), "keySource" },
        { nameof(EventMapDefinition), "event" },
        { nameof(HandshakeDefinition), "handshakes" },
        { nameof(HandshakeReply), "reply" },
        { nameof(AnswerDefinition), "answer" },
        { nameof(DeliveryFacts), "delivery" },
        { nameof(SetupFacts), "setup" },
        { nameof(EvidenceDefinition), "evidence" },
        { nameof(VectorDefinition), "vectors" },
        { nameof(SampleDefinition), "sample" },
    };

    [Theory]
    [MemberData(nameof(Ids))]
    public void Row_OfTheCatalogue_FitsTheSchema(string id)
    {
        EvaluationResults results = Evaluate(Read(id));

        Assert.True(results.IsValid, string.Join('\n', Errors(results)));
    }

    [Theory]
    [MemberData(nameof(Definitions))]
    public void Members_OfEachDefinition_AreThoseOfTheSchema(string definition, string member)
    {
        Type type = typeof(SenderDefinition).Assembly.GetType($"WebhookReceiver.Senders.{definition}", throwOnError: true)!;
        string[] members = [.. type.GetProperties().Where(property => property.CanWrite).Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)).Order(StringComparer.Ordinal)];
        JsonObject schema = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "sender.schema.json")))!.AsObject();

        Assert.Contains(PropertiesOf(schema, schema, member), found => found.Order(StringComparer.Ordinal).SequenceEqual(members));
    }

    [Theory]
    [InlineData("/colour", "1")]
    [InlineData("/schemes/0/colour", "1")]
    [InlineData("/schemes/0/signature/colour", "1")]
    [InlineData("/schemes/0/proof", "\"md5\"")]
    [InlineData("/schemes/0/hash", "\"md5\"")]
    [InlineData("/schemes/0/key", "\"rot13\"")]
    [InlineData("/schemes", "[]")]
    [InlineData("/event/type", "\"x\"")]
    [InlineData("/maxBodyBytes", "0")]
    [InlineData("/answer", "{\"status\":302}")]
    [InlineData("/evidence", "{}")]
    [InlineData("/id", "\"A B\"")]
    public void Row_WithAMistake_FitsNeitherTheSchemaNorTheReader(string pointer, string value)
    {
        JsonObject row = Read("github").AsObject();
        string[] tokens = pointer[1..].Split('/');
        JsonNode parent = tokens[..^1].Aggregate((JsonNode)row, (node, token) => int.TryParse(token, out int index) ? node[index]! : node[token]!);
        parent[tokens[^1]] = JsonNode.Parse(value);

        Assert.False(Evaluate(row).IsValid);
        Assert.Throws<SenderFileException>(() => SenderFile.Parse(JsonSerializer.SerializeToUtf8Bytes(row), "row.json"));
    }

    private static JsonNode Read(string id) => JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Catalog", id + ".json")))!;

    private static EvaluationResults Evaluate(JsonNode row) => Schema.Evaluate(row, new EvaluationOptions { OutputFormat = OutputFormat.List });

    private static IEnumerable<string> Errors(EvaluationResults results) => results.Details
        .Where(detail => detail.HasErrors)
        .SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value}"));

    /// <summary>The names of the properties of every object that stands at a member of that name, by reference or not; of the row itself for no name.</summary>
    private static IEnumerable<IEnumerable<string>> PropertiesOf(JsonObject root, JsonNode? node, string member)
    {
        if (member.Length == 0)
        {
            return [root["properties"]!.AsObject().Select(property => property.Key)];
        }

        return node switch
        {
            JsonObject parent => parent.SelectMany(child => (child.Key == member ? Here(root, child.Value) : []).Concat(PropertiesOf(root, child.Value, member))),
            JsonArray array => array.SelectMany(child => PropertiesOf(root, child, member)),
            _ => [],
        };
    }

    private static IEnumerable<IEnumerable<string>> Here(JsonObject root, JsonNode? node)
    {
        while (node is JsonObject schema)
        {
            if (schema["properties"] is JsonObject properties)
            {
                yield return properties.Select(property => property.Key);
            }

            node = schema["items"] ?? (schema["$ref"]?.GetValue<string>() is { } reference
                ? reference[2..].Split('/').Aggregate((JsonNode?)root, (parent, token) => parent?[token])
                : null);
        }
    }
}
