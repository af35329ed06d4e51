using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
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
        return Answer(delivery, verified: false);
    }

    /// <summary>Answers a handshake that is signed like an event.</summary>
    public static ReceiveResult? TryAnswerVerified(Delivery delivery) =>
        delivery.Source.Handshakes.Length == 0 ? null : Answer(delivery, verified: true);

    private static ReceiveResult? Answer(Delivery delivery, bool verified)
    {
        try
        {
            return AnswerFirst(delivery, verified);
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate where a handshake is looked for: it reads as JSON and is no text.
            return null;
        }
    }

    private static ReceiveResult? AnswerFirst(Delivery delivery, bool verified)
    {
        var request = new SignedDelivery(delivery);
        var scope = new TemplateScope { Numbers = true };
        foreach (var handshake in delivery.Source.Handshakes)
        {
            var definition = handshake.Definition;
            if (definition.Verified != verified || definition.Method != delivery.Method || !Matches(handshake, in request, in scope))
            {
                continue;
            }

            if (handshake.Guard is { } guard && !IsSecret(TemplateReader.Read(guard, in request, in scope), delivery.Source.HandshakeSecret))
            {
                return new ReceiveResult.Rejected(RejectionReason.HandshakeRefused);
            }

            return Reply(handshake, in request, in scope);
        }

        return null;
    }

    private static bool Matches(Handshake handshake, in SignedDelivery request, in TemplateScope scope)
    {
        foreach (var (template, expected) in handshake.When)
        {
            if (TemplateReader.Read(template, in request, in scope) is not { } value || expected != "*" && !string.Equals(value, expected, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    // Hashed first, so that the comparison does not tell how long the secret is.
    private static bool IsSecret(string? claimed, string? secret) => claimed is not null && secret is { Length: > 0 }
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(claimed)), SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private static ReceiveResult Reply(Handshake handshake, in SignedDelivery request, in TemplateScope scope)
    {
        var reply = handshake.Definition.Reply;
        var isJson = reply.ContentType.StartsWith("application/json", StringComparison.OrdinalIgnoreCase);
        var body = new StringBuilder();
        foreach (var part in handshake.ReplyBody.Parts)
        {
            var text = TemplateReader.Read(part, in request, in scope);
            if (text is null || body.Length + text.Length > MaxReplyLength)
            {
                return new ReceiveResult.Rejected(RejectionReason.HandshakeRefused);
            }

            body.Append(isJson && part.Kind != TemplatePartKind.Literal ? JsonEncodedText.Encode(text).ToString() : text);
        }

        return new ReceiveResult.Answered(handshake.Definition.Name, reply.Status, reply.ContentType, body.ToString());
    }
}
