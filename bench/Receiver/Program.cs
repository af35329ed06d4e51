// The receiver as a user builds it: every event verified, stored, answered, handled in a scope of its own, and its end committed.
using System.Text.Json.Serialization;
using WebhookReceiver;

// As in the host: no watcher on the directory in which the inbox is written, no activity for a log line that nobody reads.
var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false", .. args]);
builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
builder.Services.AddScoped<OrderBook>();
builder.Services.AddWebhookReceiver(builder.Configuration)
    .AddPostgreSqlInbox()
    .AddHandler<NewOrder, NewOrderHandler>("new_order");
builder.AddWebhookManagement();

var app = builder.Build();
app.UseWebhookManagement();
app.MapWebhooks();
return await app.RunWebhooksAsync();

internal sealed record NewOrder(
    [property: JsonPropertyName("order_id")] string OrderId,
    [property: JsonPropertyName("customer_name")] string CustomerName,
    [property: JsonPropertyName("total_amount")] decimal TotalAmount);

/// <summary>A service that lives as long as its attempt, as a database context does.</summary>
internal sealed class OrderBook
{
    private decimal _total;

    public decimal Take(NewOrder order) => _total += order.TotalAmount;
}

internal sealed class NewOrderHandler(OrderBook book) : IWebhookHandler<NewOrder>
{
    public Task HandleAsync(WebhookEvent<NewOrder> webhookEvent, CancellationToken cancellationToken)
    {
        book.Take(webhookEvent.Data);
        return Task.CompletedTask;
    }
}
