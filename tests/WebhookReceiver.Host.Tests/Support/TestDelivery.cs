using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace WebhookReceiver.Host.Tests;

/// <summary>A delivery as any sender with openssl would sign it.</summary>
internal static class TestDelivery
{
    public const string Secret = "a-secret-of-the-host-tests-0123456789";
    public const string NewOrder = """{"event":"new_order","data":{"order_id":"A-1001","customer_name":"Ada Lovelace","total_amount":129.90}}""";

    public static HttpRequestMessage Create(string url, string secret = Secret, string body = NewOrder, string? eventId = null)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(bytes) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("X-Signature-256", "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), bytes)));
        if (eventId is not null)
        {
            request.Headers.Add("X-Event-Id", eventId);
        }

        return request;
    }
}
