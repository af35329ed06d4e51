namespace WebhookReceiver;

/// <summary>What the process tells its supervisor, returned by <c>app.RunWebhooksAsync()</c>.</summary>
public static class ExitCodes
{
    /// <summary>A clean stop.</summary>
    public const int Success = 0;

    /// <summary>The inbox could not be opened or written (EX_SOFTWARE of sysexits.h); start again.</summary>
    public const int StorageFailed = 70;

    /// <summary>
    /// The configuration is wrong, or an address cannot be listened on (EX_CONFIG of sysexits.h); starting again does not help.
    /// </summary>
    public const int Configuration = 78;
}
