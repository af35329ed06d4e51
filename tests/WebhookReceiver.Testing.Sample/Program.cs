using WebhookReceiver.Testing.Sample;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<IDeployer, Deployer>();
builder.Services.AddWebhookReceiver(builder.Configuration)
    .AddHandler<Push, DeployOnPush>("push")
    .AddHandler<Push, DeployOnPush>("staging.push", options => options.Attempts = 3);

var app = builder.Build();
app.MapWebhooks("/hooks");
return await app.RunWebhooksAsync();

public partial class Program;
