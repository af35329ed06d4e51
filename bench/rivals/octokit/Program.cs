// GitHub's own package for ASP.NET Core: it verifies GitHub's signature, reads the event into its type and hands it to a processor.
// It stores nothing.
using Octokit.Webhooks;
using Octokit.Webhooks.AspNetCore;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.Services.AddSingleton<WebhookEventProcessor, Processor>();
var app = builder.Build();
app.MapGitHubWebhooks("/webhook", app.Configuration["Secret"] ?? throw new InvalidOperationException("Secret is not set."));
await app.RunAsync();

internal sealed class Processor : WebhookEventProcessor;
