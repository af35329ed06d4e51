using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>The text of a JSON string, which may hold half of a surrogate pair: it reads as JSON and is no text.</summary>
internal static class JsonText
{
    public static string? OrNull(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public static string OrEmpty(JsonElement element) => OrNull(element) ?? "";
}
