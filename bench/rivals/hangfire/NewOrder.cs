using System.Text.Json.Serialization;

namespace HangfireReceiver;

internal sealed record Envelope([property: JsonPropertyName("event")] string Event, [property: JsonPropertyName("data")] NewOrder Data);

public sealed record NewOrder(
    [property: JsonPropertyName("order_id")] string OrderId,
    [property: JsonPropertyName("customer_name")] string CustomerName,
    [property: JsonPropertyName("total_amount")] decimal TotalAmount,
    [property: JsonPropertyName("note")] string Note);

public sealed class NewOrderHandler
{
    private readonly Lock _lock = new();

    public decimal Total { get; private set; }

    public long Handled { get; private set; }

    public void Handle(NewOrder order)
    {
        lock (_lock)
        {
            Total += order.TotalAmount;
            Handled++;
        }
    }
}
