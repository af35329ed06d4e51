using WebhookReceiver.Inbox;

namespace WebhookReceiver.Handlers;

/// <summary>A registered handler. The types that it serves and the type of its data are fixed by the program, never by a payload.</summary>
internal abstract class HandlerRegistration(string type, string defaultName, HandlerOptions options)
{
    public HandlerIdentity Identity { get; } = new(options.Source ?? "", type, options.Name ?? defaultName);

    public int? Attempts { get; } = options.Attempts;

    public TimeSpan? Timeout { get; } = options.Timeout;

    /// <summary>Makes the event's data the handler's type, validates it and calls the handler.</summary>
    /// <exception cref="PermanentFailureException">The data does not fit the type, or its validator refuses it.</exception>
    public abstract Task InvokeAsync(IServiceProvider services, InboxEvent stored, int attempt, CancellationToken cancellationToken);
}
