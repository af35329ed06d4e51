namespace WebhookReceiver;

/// <summary>What can be set for one handler, once, where it is registered.</summary>
public sealed class HandlerOptions
{
    /// <summary>
    /// The handler's name in the inbox, logs and metrics. <see langword="null"/> (the default): the name of its class, or for a function
    /// <c>on</c> and the type of event. Two handlers of one source and type need different names, or there is no start. Renaming it makes
    /// it another handler: work that waits for the old name is parked when its time comes.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>The source whose events it handles; <see langword="null"/> (the default) for those of every source.</summary>
    public string? Source { get; set; }

    /// <summary>
    /// How often it is tried before the event is dead for it, 1 to 100; <see langword="null"/> (the default) for
    /// <see cref="DispatchOptions.Attempts"/>.
    /// </summary>
    public int? Attempts { get; set; }

    /// <summary>
    /// How long one attempt may take, 1 s to 1 day; <see langword="null"/> (the default) for <see cref="DispatchOptions.HandlerTimeout"/>.
    /// </summary>
    public TimeSpan? Timeout { get; set; }
}
