using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using WebhookReceiver;
using WebhookReceiver.ReliabilityTests.App;

// A test may load a library before libc that stands between the receiver and its files. SQLite's calls find it; so shall those that the receiver
// makes itself, which would be looked up in libc alone.
NativeLibrary.SetDllImportResolver(
    typeof(WebhookReceiverBuilder).Assembly, static (name, _, _) => name == "libc" ? NativeLibrary.GetMainProgramHandle() : 0);

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<EffectsFile>();
builder.Services.AddWebhookReceiver(builder.Configuration).AddPostgreSqlInbox().AddHandler<Counted, CountedHandler>("counted");
if (builder.Configuration["Failpoint"] is { } failpoint)
{
    FailingStore.Add(builder.Services, Failpoint.Parse(failpoint));
}

builder.AddWebhookManagement();

await using var app = builder.Build();
app.UseWebhookManagement();
if (app.Configuration["AcksFile"] is { } path)
{
    var acks = new AcksFile(path);
    app.Lifetime.ApplicationStopped.Register(acks.Dispose);
    acks.Watch(app);
}

app.MapWebhooks();
return await app.RunWebhooksAsync();
