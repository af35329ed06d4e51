using FluentValidation;
using WebhookReceiver.Host.Handlers;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddWebhookReceiver(builder.Configuration)
    .AddHandler<NewOrder, NewOrderHandler>("new_order");
builder.Services.AddSingleton<IValidator<NewOrder>, NewOrderValidator>();
builder.AddWebhookManagement();

var app = builder.Build();
app.UseWebhookManagement();
app.MapWebhooks();
return await app.RunWebhooksAsync();

public partial class Program;
