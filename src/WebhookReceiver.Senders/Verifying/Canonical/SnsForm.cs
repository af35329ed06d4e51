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

    public static void Append(RequestContent? content, ref ContentWriter writer)
    {
        if (content?.Document is not { ValueKind: JsonValueKind.Object } message)
        {
            return;
        }

        bool isNotification = message.TryGetProperty("Type", out JsonElement type) && type.ValueKind == JsonValueKind.String && JsonText.OrNull(type) == "Notification";
        foreach (string name in isNotification ? OfNotifications : OfConfirmations)
        {
            if (message.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String)
            {
                writer.Append(name);
                writer.Append("\n"u8);
                writer.Append(JsonText.OrEmpty(value));
                writer.Append("\n"u8);
            }
        }
    }
}
