using FluentValidation;
using Microsoft.Extensions.DependencyInjection;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.Handlers;

/// <summary>What class and lambda handlers share: data, validation, call.</summary>
internal abstract class HandlerRegistration<TData>(string type, string defaultName, HandlerOptions options)
    : HandlerRegistration(type, defaultName, options)
{
    public sealed override async Task InvokeAsync(IServiceProvider services, InboxEvent stored, int attempt, CancellationToken cancellationToken)
    {
        var data = services.GetRequiredService<EventDataBinder>().Bind<TData>(stored);
        if (services.GetService<IValidator<TData>>() is { } validator)
        {
            var result = await validator.ValidateAsync(data, cancellationToken).ConfigureAwait(false);
            if (!result.IsValid)
            {
                throw new PermanentFailureException(
                    "The data was refused by its validator: " + string.Join(" ", result.Errors.Select(static error => $"{error.PropertyName}: {error.ErrorMessage}")));
            }
        }

        await HandleAsync(services, new WebhookEvent<TData>(stored, data, attempt), cancellationToken).ConfigureAwait(false);
    }

    protected abstract Task HandleAsync(IServiceProvider services, WebhookEvent<TData> webhookEvent, CancellationToken cancellationToken);
}

/// <summary>A handler that is a class, made anew in the scope of each attempt.</summary>
internal sealed class ClassHandlerRegistration<TData, THandler>(string type, HandlerOptions options)
    : HandlerRegistration<TData>(type, typeof(THandler).Name, options)
    where THandler : class, IWebhookHandler<TData>
{
    protected override Task HandleAsync(IServiceProvider services, WebhookEvent<TData> webhookEvent, CancellationToken cancellationToken) =>
        services.GetRequiredService<THandler>().HandleAsync(webhookEvent, cancellationToken);
}

/// <summary>A handler that is a function.</summary>
internal sealed class FunctionHandlerRegistration<TData>(
    string type, HandlerOptions options, Func<WebhookEvent<TData>, IServiceProvider, CancellationToken, Task> handler)
    : HandlerRegistration<TData>(type, $"on {type}", options)
{
    protected override Task HandleAsync(IServiceProvider services, WebhookEvent<TData> webhookEvent, CancellationToken cancellationToken) =>
        handler(webhookEvent, services, cancellationToken);
}
