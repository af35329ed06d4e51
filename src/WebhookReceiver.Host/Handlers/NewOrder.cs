using System.Text.Json.Serialization;
using FluentValidation;

namespace WebhookReceiver.Host.Handlers;

/// <summary>The data of a <c>new_order</c> event.</summary>
public sealed record NewOrder(
    [property: JsonPropertyName("order_id")] string OrderId,
    [property: JsonPropertyName("customer_name")] string CustomerName,
    [property: JsonPropertyName("total_amount")] decimal TotalAmount);

/// <summary>What an order must be; one that is not is dead at once, because it would not be right the next time either.</summary>
public sealed class NewOrderValidator : AbstractValidator<NewOrder>
{
    public NewOrderValidator()
    {
        RuleFor(static order => order.OrderId).NotEmpty();
        RuleFor(static order => order.CustomerName).NotEmpty();
        RuleFor(static order => order.TotalAmount).GreaterThanOrEqualTo(0);
    }
}
