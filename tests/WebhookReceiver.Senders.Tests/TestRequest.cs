using System.Text;

namespace WebhookReceiver.Senders.Tests;

/// <summary>A request in memory. A struct, as verification asks for; looking up a header allocates nothing.</summary>
internal readonly struct TestRequest(byte[] body, (string Name, string Value)[] headers, string? url = null) : ISignedRequest
{
    public ReadOnlySpan<byte> Body => body;

    public string? Url => url;

    public static TestRequest For(VectorDefinition vector) =>
        new(Encoding.UTF8.GetBytes(vector.Body), [.. vector.Headers.Select(header => (header.Key, header.Value))], vector.Url);

    public int GetHeader(string name, out string? value)
    {
        int count = 0;
        value = null;
        foreach ((string header, string text) in headers)
        {
            if (header.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                count++;
                value = text;
            }
        }

        value = count == 1 ? value : null;
        return count;
    }
}
