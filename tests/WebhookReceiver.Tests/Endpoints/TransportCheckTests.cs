using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Endpoints;

public sealed class TransportCheckTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Start_TestServerWhereHttpsIsRequired_LeavesItToEachRequest()
    {
        await using var app = Build(webHost => webHost.UseUrls("http://localhost:5000").UseTestServer());
        await app.StartAsync(TestContext.Current.CancellationToken);

        using var client = app.GetTestClient();
        using var plain = await client.PostAsync(new Uri("http://localhost/webhook"), null, TestContext.Current.CancellationToken);
        using var secure = await client.PostAsync(new Uri("https://localhost/webhook"), null, TestContext.Current.CancellationToken);

        Assert.Equal(403, (int)plain.StatusCode);
        Assert.Equal(415, (int)secure.StatusCode);
    }

    [Fact]
    public async Task Start_PlainKestrelWithoutATrustedProxy_IsRefused()
    {
        await using var app = Build(webHost => webHost.UseUrls("http://127.0.0.1:0"));

        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("WHR1044", error.Message, StringComparison.Ordinal);
    }

    private WebApplication Build(Action<IWebHostBuilder> configure)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.Logging.ClearProviders();
        configure(builder.WebHost);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["WebhookReceiver:Sources:default:Sender"] = "hmac-sha256",
            ["WebhookReceiver:Sources:default:Secrets:0"] = "a secret of the tests, long enough",
            ["WebhookReceiver:Inbox:ConnectionString"] = "Data Source=" + _directory.File("inbox.db"),
            ["WebhookReceiver:Dispatch:DrainDelay"] = "00:00:00",
        });
        builder.Services.AddWebhookReceiver(builder.Configuration);
        var app = builder.Build();
        app.MapWebhooks();
        return app;
    }
}
