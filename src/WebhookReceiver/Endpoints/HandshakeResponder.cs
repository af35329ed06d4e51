using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WebhookReceiver.Envelopes;
using WebhookReceiver.Senders;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Endpoints;

/// <summary>Answers the handshakes that a sender's row describes. They are never stored.</summary>
internal static class HandshakeResponder
{
    /// <summary>No reply carries more text of the request than this.</summary>
    private const int MaxReplyLength = 8 * 1024;

    /// <summary>Answers a handshake that comes before any signature can be.</summary>
    public static ReceiveResult? TryAnswerUnverified(Delivery delivery)
    {
        if (!delivery.Source.HasHandshake(delivery.Method, verified: false))
        {
            return null;
        }

        // A body that cannot be read is no handshake; whether it is an event is not for here to say.
        DeliveryContent? content = null;
        var isReadable = delivery.Body.Length == 0 && delivery.Method != "POST" || DeliveryContent.TryParse(delivery, null, out content, out _);
        using (content)
        {
            return isReadable ? Answer(delivery, content ?? DeliveryContent.Empty(delivery), verified: false) : null;
        }
    }

    /// <summary>Answers a handshake that is signed like an event.</summary>
    public static ReceiveResult? TryAnswerVerified(Delivery delivery, DeliveryContent content) =>
        delivery.Source.Handshakes.Length == 0 ? null : Answer(delivery, content, verified: true);

    private static ReceiveResult? Answer(Delivery delivery, DeliveryContent content, bool verified)
    {
        foreach (var handshake in delivery.Source.Handshakes)
        {
            var definition = handshake.Definition;
            if (definition.Verified != verified || definition.Method != delivery.Method || !Matches(handshake, content))
            {
                continue;
            }

            if (handshake.Guard is { } guard && !IsSecret(content.Read(guard), delivery.Source.HandshakeSecret))
            {
                return new ReceiveResult.Rejected(RejectionReason.HandshakeRefused);
            }

            return Reply(handshake, content);
        }

        return null;
    }

    private static bool Matches(Handshake handshake, DeliveryContent content)
    {
        foreach (var (template, expected) in handshake.When)
        {
            if (content.Read(template) is not { } value || expected != "*" && !string.Equals(value, expected, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    // Hashed first, so that the comparison does not tell how long the secret is.
    private static bool IsSecret(string? claimed, string? secret) => claimed is not null && secret is { Length: > 0 }
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(claimed)), SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private static ReceiveResult Reply(Handshake handshake, DeliveryContent content)
    {
        var reply = handshake.Definition.Reply;
        var isJson = reply.ContentType.StartsWith("application/json", StringComparison.OrdinalIgnoreCase);
        var body = new StringBuilder();
        foreach (var part in handshake.ReplyBody.Parts)
        {
            var text = part.Kind == TemplatePartKind.Literal ? part.Name : content.Read(part);
            if (text is null || body.Length + text.Length > MaxReplyLength)
            {
                return new ReceiveResult.Rejected(RejectionReason.HandshakeRefused);
            }

            body.Append(isJson && part.Kind != TemplatePartKind.Literal ? JsonEncodedText.Encode(text).ToString() : text);
        }

        return new ReceiveResult.Answered(handshake.Definition.Name, reply.Status, reply.ContentType, body.ToString());
    }
}
