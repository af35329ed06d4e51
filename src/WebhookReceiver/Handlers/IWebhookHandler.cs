namespace WebhookReceiver;

/// <summary>Handles the events of one type. Written by you; registered with <see cref="WebhookReceiverBuilder.AddHandler{TData, THandler}"/>.</summary>
/// <typeparam name="TData">
/// What the event's data becomes: a class or record (JSON, or the fields of a form), <see cref="System.Text.Json.JsonElement"/>,
/// <see cref="ReadOnlyMemory{T}"/> or an array of bytes (the exact body), or <see cref="Microsoft.AspNetCore.Http.IFormCollection"/>. Data
/// that does not fit, or that a registered FluentValidation validator of this type refuses, is dead at once, and the handler is not called.
/// </typeparam>
/// <remarks>
/// Each attempt runs in a DI scope of its own. The event is stored already: it may be handled more than once (after a crash, or after a
/// failure), so an effect should be keyed by <see cref="WebhookEvent{TData}.Id"/>. Several events are handled at once, in no particular
/// order; what a handler shares with others must be safe for that.
/// </remarks>
public interface IWebhookHandler<TData>
{
    /// <summary>Handles one event. Returning is success.</summary>
    /// <param name="webhookEvent">The event.</param>
    /// <param name="cancellationToken">
    /// Cancelled when the attempt's time limit has passed or the host stops; never by the sender hanging up.
    /// </param>
    /// <returns>A task that ends with the attempt.</returns>
    /// <exception cref="PermanentFailureException">Throw it when trying again cannot help: the event is dead at once.</exception>
    /// <exception cref="DeferredException">Throw it to be called again at a time of your choice; the attempt is not counted.</exception>
    /// <exception cref="Exception">Anything else is transient: tried again by the retry schedule.</exception>
    Task HandleAsync(WebhookEvent<TData> webhookEvent, CancellationToken cancellationToken);
}
