using System.Text.Json;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>What one of many senders of the same event was told.</summary>
internal sealed record TwinAnswer(int Status, string? Receipt, string? Outcome)
{
    public static async Task<TwinAnswer> ReadAsync(HttpResponseMessage answer)
    {
        using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
        return new TwinAnswer((int)answer.StatusCode, Text(json, "id"), Text(json, "status"));
    }

    private static string? Text(JsonDocument json, string name) =>
        json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
