using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>Bounds how many properties a document may have, so that none is cheap to send and dear to read.</summary>
internal static class PropertyCount
{
    private const int PerMebibyte = 10_000;
    private const int Mebibyte = 1024 * 1024;

    /// <summary>The most properties for a body of this length: 10,000 for each MiB begun.</summary>
    public static int Limit(int bodyLength) => PerMebibyte * (1 + (bodyLength / Mebibyte));

    public static bool IsWithin(ReadOnlySpan<byte> json, JsonElement root)
    {
        var limit = Limit(json.Length);

        // Each property has a colon, so that the usual body is judged by a vectorised scan alone.
        return System.MemoryExtensions.Count(json, (byte)':') <= limit || Count(root, limit) <= limit;
    }

    private static int Count(JsonElement element, int limit)
    {
        var count = 0;
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    count += 1 + Count(property.Value, limit);
                    if (count > limit)
                    {
                        break;
                    }
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    count += Count(item, limit);
                    if (count > limit)
                    {
                        break;
                    }
                }

                break;
        }

        return count;
    }
}
