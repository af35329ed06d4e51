using System.Text;

namespace WebhookReceiver.Senders;

/// <summary>
/// Plivo V3 (npm plivo, lib/utils/v3Security.js): the URL with its query sorted, and the fields of the form sorted. What stands between them
/// depends on the method and on whether there is a query.
/// </summary>
internal static class PlivoForm
{
    public static void Append<TRequest>(ref readonly TRequest request, ref ContentWriter writer)
        where TRequest : ISignedRequest, allows ref struct
    {
        writer.Append(request.Url);
        bool hasQuery = request.Query.Length > 0;
        if (hasQuery)
        {
            writer.Append("?"u8);
            writer.Append(string.Join('&', Sorted(FormText.Parse(Encoding.UTF8.GetBytes(request.Query), out _) ?? []).Select(pair => $"{pair.Key}={pair.Value}")));
        }

        if (request.Method != "GET")
        {
            IReadOnlyList<KeyValuePair<string, string>> form = request.Content?.Form ?? [];
            writer.Append(form.Count == 0 ? "" : hasQuery ? "." : "?");
            writer.Append(string.Concat(Sorted(form).Select(pair => pair.Key + pair.Value)));
        }
    }

    private static IOrderedEnumerable<KeyValuePair<string, string>> Sorted(IEnumerable<KeyValuePair<string, string>> pairs) =>
        pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal);
}
