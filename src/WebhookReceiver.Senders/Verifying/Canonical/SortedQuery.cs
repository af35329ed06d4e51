using System.Text;

namespace WebhookReceiver.Senders;

/// <summary>The parameters of the query, sorted by name and encoded again (npm messagebird, lib/signature.js).</summary>
internal static class SortedQuery
{
    public static void Append(string query, ref ContentWriter writer)
    {
        // What cannot be read is signed as it stands, and so by nobody: to leave it out would be to accept it unsigned.
        if (FormText.Parse(Encoding.UTF8.GetBytes(query), out _) is not { } pairs)
        {
            writer.Append(query);
            return;
        }

        bool isFirst = true;
        foreach ((string name, string value) in pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            writer.Append(isFirst ? "" : "&");
            writer.Append(Uri.EscapeDataString(name));
            writer.Append("="u8);
            writer.Append(Uri.EscapeDataString(value));
            isFirst = false;
        }
    }
}
