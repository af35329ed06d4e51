namespace WebhookReceiver.Inbox;

/// <summary>What has become of the body of a stored event.</summary>
internal enum BodyState
{
    /// <summary>It is there, byte for byte as it arrived.</summary>
    Stored,
    /// <summary>Its time was up.</summary>
    Purged,
    /// <summary>It is not what arrived: it is never handled nor shown.</summary>
    Corrupt,
}

internal static class BodyStates
{
    private static readonly string[] Names = ["stored", "purged", "corrupt"];

    /// <summary>The word of the management API.</summary>
    public static string Name(this BodyState state) => Names[(int)state];
}
