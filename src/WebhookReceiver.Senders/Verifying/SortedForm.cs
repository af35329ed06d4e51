namespace WebhookReceiver.Senders;

/// <summary>The fields of a form as Twilio and Mandrill sign them: by name, then by value, each pair once, without anything between them.</summary>
internal static class SortedForm
{
    public static void Append(IReadOnlyList<KeyValuePair<string, string>> form, ref ContentWriter writer)
    {
        foreach ((string name, string value) in form
            .Distinct()
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .ThenBy(pair => pair.Value, StringComparer.Ordinal))
        {
            writer.Append(name);
            writer.Append(value);
        }
    }
}
