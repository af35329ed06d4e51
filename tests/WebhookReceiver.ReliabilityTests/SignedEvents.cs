using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>Requests of the sender <c>hmac-sha256</c>, signed here and not by the library.</summary>
internal static class SignedEvents
{
    public const string Secret = "reliability-7f3b9a54c1d24e0c8f6a";

    public const string Type = "counted";

    /// <param name="webhook">Where to.</param>
    /// <param name="id">The event's id.</param>
    /// <param name="size">How much its body is made longer.</param>
    public static HttpRequestMessage Request(Uri webhook, string id, int size = 0)
    {
        var body = Encoding.UTF8.GetBytes($$$"""{"event":"{{{Type}}}","data":{"id":"{{{id}}}","more":"{{{new string('x', size)}}}"}}""");
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), body));
        var request = new HttpRequestMessage(HttpMethod.Post, webhook) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("X-Event-Id", id);
        request.Headers.Add("X-Signature-256", "sha256=" + signature);
        return request;
    }
}
