namespace WebhookReceiver.Tests.Inbox;

/// <summary>An inbox of any version of the schema that is taken over.</summary>
internal static class OlderInbox
{
    public static void Create(string path, int version)
    {
        Action<string> create = version switch
        {
            2 => InboxOfVersion2.Create,
            3 => InboxOfVersion3.Create,
            4 => InboxOfVersion4.Create,
            _ => throw new ArgumentOutOfRangeException(nameof(version), version, "There is no such version."),
        };
        create(path);
    }
}
