using System.Text;
using System.Text.Json;

namespace WebhookReceiver.Tests.Support;

/// <summary>An answer as it came over the wire.</summary>
internal sealed record WireResponse(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonElement.Parse(Body);

    public string? Header(string name) => Headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>The names of the members of the JSON object, in their order.</summary>
    public IEnumerable<string> Members => Json.EnumerateObject().Select(static member => member.Name);
}
