using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using WebhookReceiver.ReliabilityTests.App;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<EffectsFile>();
builder.Services.AddWebhookReceiver(builder.Configuration).AddHandler<Counted, CountedHandler>("counted");
builder.AddWebhookManagement();

var app = builder.Build();
app.UseWebhookManagement();
app.MapWebhooks();
return await app.RunWebhooksAsync();
