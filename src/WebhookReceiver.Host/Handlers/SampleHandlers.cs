using FluentValidation;

namespace WebhookReceiver.Host.Handlers;

/// <summary>The handlers that this host runs. Add your own here.</summary>
internal static class SampleHandlers
{
    public static WebhookReceiverBuilder AddSampleHandlers(this WebhookReceiverBuilder receiver)
    {
        receiver.Services.AddSingleton<IValidator<NewOrder>, NewOrderValidator>();
        return receiver.AddHandler<NewOrder, NewOrderHandler>("new_order");
    }
}
