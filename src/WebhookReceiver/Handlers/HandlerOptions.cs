namespace WebhookReceiver;

/// <summary>What can be set for one handler. <see langword="null"/> keeps the setting of <see cref="DispatchOptions"/>.</summary>
public sealed class HandlerOptions
{
    /// <summary>The handler's name in the inbox, logs and metrics; the type's name by default. Renaming it makes it another handler.</summary>
    public string? Name { get; set; }

    /// <summary>Handles the type from this source alone; from every source by default.</summary>
    public string? Source { get; set; }

    /// <summary>How often it is tried before the event is dead, 1 to 100.</summary>
    public int? Attempts { get; set; }

    /// <summary>How long one attempt may take, 1 s to 1 day.</summary>
    public TimeSpan? Timeout { get; set; }
}
