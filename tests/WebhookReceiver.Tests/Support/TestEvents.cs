using System.Security.Cryptography;
using System.Text;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.Tests.Support;

/// <summary>Makes a valid event, of which a test changes one part.</summary>
internal static class TestEvents
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public static InboxEvent New(
        string eventId, string source = "default", string type = "new_order", string body = """{"event":"new_order","data":{"n":1}}""", DateTimeOffset? receivedAt = null)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        return new InboxEvent
        {
            Source = source,
            EventId = eventId,
            Type = type,
            ReceivedAt = receivedAt ?? Start,
            ContentType = "application/json",
            Headers = "User-Agent: test\nX-Event-Id: " + eventId + "\n",
            Body = bytes,
            BodySha256 = SHA256.HashData(bytes),
            Data = DataLocation.Json(0, bytes.Length),
            SecretIndex = 0,
        };
    }

    public static InboxDelivery Delivery(InboxEvent stored, bool bornRunning, params int[] handlers) => new([stored], [handlers], bornRunning);
}
