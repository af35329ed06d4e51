using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>
/// The text that Amazon SNS signs (Amazon SNS Developer Guide, "Verifying the signatures of Amazon SNS messages"): certain members of the message, which
/// depend on its type, each as its name and its value in a line of their own.
/// </summary>
internal static class SnsForm
{
    private static readonly string[] OfNotifications = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
    private static readonly string[] OfConfirmations = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

    private const string Optional = "Subject";

    /// <summary>
    /// Whether the message is one that Amazon could have signed: a known type, all its members, and no line end but in the message itself. Anything else could be
    /// read as the text of another message, which anybody can have signed for a topic of his own.
    /// </summary>
    public static bool CanAppend(RequestContent? content)
    {
        if (NamesOf(content, out JsonElement message) is not { } names)
        {
            return false;
        }

        foreach (string name in names)
        {
            bool isThere = message.TryGetProperty(name, out JsonElement value);
            if (!isThere && name == Optional)
            {
                continue;
            }

            if (!isThere || value.ValueKind != JsonValueKind.String || JsonText.OrNull(value) is not { } text
                || (name != "Message" && text.AsSpan().ContainsAny('\n', '\r')))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The members that must be there.</summary>
    public static IEnumerable<string> Members(RequestContent? content) => (NamesOf(content, out _) ?? []).Where(name => name != Optional);

    public static void Append(RequestContent? content, ref ContentWriter writer)
    {
        foreach (string name in NamesOf(content, out JsonElement message) ?? [])
        {
            if (message.TryGetProperty(name, out JsonElement value))
            {
                writer.Append(name);
                writer.Append("\n"u8);
                writer.Append(JsonText.OrEmpty(value));
                writer.Append("\n"u8);
            }
        }
    }

    /// <returns>The members that are signed; <see langword="null"/> where the type is none of Amazon's.</returns>
    private static string[]? NamesOf(RequestContent? content, out JsonElement message)
    {
        message = content?.Document ?? default;
        return message.ValueKind == JsonValueKind.Object && message.TryGetProperty("Type", out JsonElement type) && type.ValueKind == JsonValueKind.String
            ? JsonText.OrNull(type) switch
            {
                "Notification" => OfNotifications,
                "SubscriptionConfirmation" or "UnsubscribeConfirmation" => OfConfirmations,
                _ => null,
            }
            : null;
    }
}
