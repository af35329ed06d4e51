using System.Text;

namespace WebhookReceiver.Senders;

/// <summary>WeChat: the token, the query's timestamp and its nonce, sorted and joined. The body is not part of it.</summary>
internal static class WeChatForm
{
    public static void Append<TRequest>(ref readonly TRequest request, ReadOnlySpan<byte> key, ref ContentWriter writer)
        where TRequest : ISignedRequest, allows ref struct
    {
        string[] parts =
        [
            Encoding.UTF8.GetString(key),
            RequestText.ReadQuery(request.Query, "timestamp") ?? "",
            RequestText.ReadQuery(request.Query, "nonce") ?? "",
        ];
        Array.Sort(parts, StringComparer.Ordinal);
        foreach (string part in parts)
        {
            writer.Append(part);
        }
    }
}
