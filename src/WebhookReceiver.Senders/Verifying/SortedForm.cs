namespace WebhookReceiver.Senders;

/// <summary>The fields of a form as Twilio and Mandrill sign them: by name, then by value, each pair once, without anything between them.</summary>
internal static class SortedForm
{
    /// <summary>Whether the body is a form: any other would stand in the request and not in what is signed. A GET has no body.</summary>
    public static bool CanAppend<TRequest>(ref readonly TRequest request)
        where TRequest : ISignedRequest, allows ref struct => request.Content?.Form is not null || request.Method == "GET";

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
