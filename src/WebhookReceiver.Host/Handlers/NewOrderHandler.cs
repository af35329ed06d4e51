namespace WebhookReceiver.Host.Handlers;

/// <summary>The sample handler: replace it with your own.</summary>
public sealed partial class NewOrderHandler(ILogger<NewOrderHandler> logger) : IWebhookHandler<NewOrder>
{
    public Task HandleAsync(WebhookEvent<NewOrder> webhookEvent, CancellationToken cancellationToken)
    {
        OrderHandled(webhookEvent.Data.OrderId, webhookEvent.Id, webhookEvent.Attempt);
        return Task.CompletedTask;
    }

    [LoggerMessage(1, LogLevel.Debug, "New order {OrderId} handled (event {Id}, attempt {Attempt})")]
    private partial void OrderHandled(string orderId, string id, int attempt);
}
