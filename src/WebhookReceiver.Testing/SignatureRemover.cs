using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Testing;

/// <summary>Takes the signature out of a request, wherever the sender puts it.</summary>
internal static class SignatureRemover
{
    public static SignedRequest Remove(SignedRequest request, SenderDefinition row, string contentType)
    {
        var place = row.Schemes[0].Signature;
        if (place.Header is { } header)
        {
            var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { header, header + "1" };
            return request with { Headers = [.. request.Headers.Where(sent => !names.Contains(sent.Key))] };
        }

        if (place.Query is { } parameter)
        {
            return request with { Query = string.Join('&', request.Query.Split('&').Where(pair => pair.Split('=')[0] != Uri.EscapeDataString(parameter))) };
        }

        var fields = FormBody.Is(contentType) ? RequestContent.ReadForm(request.Body.Span, contentType)! : null;
        return request with
        {
            Body = place.Field is { } field ? RequestContent.WriteForm(fields!.Where(pair => pair.Key != field), contentType)
                : fields is null ? WithoutMember(request.Body.Span, place.Pointer!)
                : RequestContent.WriteForm(
                    fields.Select(pair => pair.Key == row.FormJsonField
                        ? new(pair.Key, Encoding.UTF8.GetString(WithoutMember(Encoding.UTF8.GetBytes(pair.Value), place.Pointer!)))
                        : pair),
                    contentType),
        };
    }

    private static byte[] WithoutMember(ReadOnlySpan<byte> json, string pointer)
    {
        var document = JsonNode.Parse(json);
        Remove(document, Template.Parse($"{{json:{pointer.Replace("*", "0", StringComparison.Ordinal)}}}").Parts[0].Pointer, 0);
        return JsonSerializer.SerializeToUtf8Bytes(document);
    }

    private static void Remove(JsonNode? node, IReadOnlyList<string> path, int depth)
    {
        if (depth == path.Count - 1)
        {
            (node as JsonObject)?.Remove(path[depth]);
            return;
        }

        Remove(node is JsonArray items ? items[int.Parse(path[depth], System.Globalization.CultureInfo.InvariantCulture)] : node?[path[depth]], path, depth + 1);
    }
}
