using System.Text;

namespace WebhookReceiver.Fuzz.Wire;

/// <summary>An answer as it came.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Head">The status line and the headers.</param>
/// <param name="Body">Its body.</param>
internal sealed record WireAnswer(int Status, string Head, ReadOnlyMemory<byte> Body)
{
    public string? Header(string name)
    {
        foreach (ReadOnlySpan<char> line in Head.AsSpan().EnumerateLines())
        {
            int colon = line.IndexOf(':');
            if (colon > 0 && line[..colon].Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return line[(colon + 1)..].Trim().ToString();
            }
        }

        return null;
    }

    public override string ToString() => Head + Encoding.UTF8.GetString(Body.Span);
}
