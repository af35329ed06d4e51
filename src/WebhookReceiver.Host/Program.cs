using WebhookReceiver;
using WebhookReceiver.Host.Commands;
using WebhookReceiver.Host.Configuration;
using WebhookReceiver.Host.Demo;
using WebhookReceiver.Host.Handlers;
using WebhookReceiver.Host.Logging;
using WebhookReceiver.Host.OpenApi;
using WebhookReceiver.Host.Startup;
using WebhookReceiver.Host.Telemetry;

if (HealthCheckCommand.IsMeant(args))
{
    return await HealthCheckCommand.RunAsync(args[1..]);
}

if (BackupCommand.IsMeant(args))
{
    return await BackupCommand.RunAsync(args[1..], TimeProvider.System);
}

if (CheckCommand.IsMeant(args))
{
    return await CheckCommand.RunAsync(args[1..]);
}

try
{
    StartRehearsal.Begin();

    // The receiver reads its files again by itself. The usual watcher looks at all that is written below the content root, the inbox too.
    var builder = WebApplication.CreateBuilder(["--hostBuilder:reloadConfigOnChange=false", .. args]);
    builder.AddSecretFiles();
    builder.AddDemo();
    builder.AddLogging();
    builder.AddTelemetry();
    builder.AddOpenApi();
    builder.ConfigureServer();
    builder.Services.AddWebhookReceiver(builder.Configuration).AddPostgreSqlInbox().AddSampleHandlers();
    builder.AddWebhookManagement();

    await using var app = builder.Build();
    app.PrepareTelemetry();
    app.UseWebhookManagement(management => management.UseMetrics().UseOpenApi());
    app.MapWebhooks();
    return await app.RunWebhooksAsync();
}
catch (Exception error) when (UnreadableConfiguration.Explains(error))
{
    return UnreadableConfiguration.Report(error);
}

public partial class Program;
