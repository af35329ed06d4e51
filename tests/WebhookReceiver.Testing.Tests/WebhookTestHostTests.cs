extern alias host;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using WebhookReceiver.Testing.Sample;

namespace WebhookReceiver.Testing.Tests;

public sealed class WebhookTestHostTests
{
    private static readonly object Order = new { order_id = "A-1", customer_name = "Ada", total_amount = 12.5 };

    [Fact]
    public async Task Host_ProgramOfTheProduct_HandlesAnOrder()
    {
        await using var host = new WebhookTestHost<host::Program>();

        var delivery = await host.SendAsync("default", "new_order", Order);

        Assert.Equal(EventState.Succeeded, (await delivery.HandledAsync()).State);
    }

    [Fact]
    public async Task Host_ValidatorRefuses_IsADeadLetterAfterOneAttempt()
    {
        await using var host = new WebhookTestHost<host::Program>();

        var delivery = await host.SendAsync("default", "new_order", new { order_id = "", customer_name = "Ada", total_amount = 1 });

        var handled = await delivery.HandledAsync();
        Assert.Equal((EventState.Dead, 1), (handled.State, handled.Attempts));
        Assert.Contains("refused by its validator", Assert.Single(await host.DeadLettersAsync()).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CreateManagementClient_Events_ArePresentThereAlone()
    {
        await using var host = new WebhookTestHost<host::Program>();
        var delivery = await host.SendAsync("default", "new_order", Order);
        await delivery.HandledAsync();
        using var management = host.CreateManagementClient();
        using var open = host.CreateClient();

        var page = await management.GetFromJsonAsync<JsonElement>(new Uri("/api/v1/events", UriKind.Relative));
        using var elsewhere = await open.GetAsync(new Uri("/api/v1/events", UriKind.Relative));
        management.DefaultRequestHeaders.Authorization = null;
        using var unauthorized = await management.GetAsync(new Uri("/api/v1/events", UriKind.Relative));

        Assert.Equal(delivery.Id, page.GetProperty("items")[0].GetProperty("id").GetString());
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, unauthorized.StatusCode);
    }

    [Fact]
    public async Task CreateManagementClient_Replay_IsAwaitedLikeAnyHandling()
    {
        await using var host = new WebhookTestHost<host::Program>();
        var delivery = await host.SendAsync("default", "new_order", Order);
        await delivery.HandledAsync();
        using var management = host.CreateManagementClient();

        using var replay = await management.PostAsJsonAsync(new Uri($"/api/v1/events/{delivery.Id}/replay", UriKind.Relative), new { reason = "a test" });

        Assert.Equal(HttpStatusCode.OK, replay.StatusCode);
        Assert.Equal(EventState.Succeeded, (await delivery.HandledAsync()).State);
    }

    [Fact]
    public async Task CreateManagementClient_ProgramHasNoManagement_SaysWhatIsMissing()
    {
        await using var host = new WebhookTestHost<Program>();

        Assert.Contains("AddWebhookManagement", Assert.Throws<InvalidOperationException>(host.CreateManagementClient).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_ManyInParallel_HaveInboxesOfTheirOwn()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            var deployer = new FakeDeployer { Failures = 1 };
            await using var host = new WebhookTestHost<Program>(services => services.AddSingleton<IDeployer>(deployer));
            var delivery = await host.SendAsync("github", "push", new { @ref = $"refs/heads/{i}" });
            var handled = await delivery.HandledAsync(timeout: TimeSpan.FromSeconds(30));
            Assert.Equal((EventState.Succeeded, 2), (handled.State, handled.Attempts));
            Assert.Equal([$"refs/heads/{i}"], deployer.Refs);
            Assert.Single(await host.EventsAsync());
        }));
    }

    [Fact]
    public async Task DisposeAsync_InboxDirectory_IsGone()
    {
        string inbox;
        await using (var host = new WebhookTestHost<Program>())
        {
            await host.SendAsync("github", "ping", new { });
            inbox = host.Services.GetRequiredService<TestInboxDirectory>().InboxPath;
            Assert.True(File.Exists(inbox));
        }

        Assert.False(Directory.Exists(Path.GetDirectoryName(inbox)));
    }

    [Fact]
    public async Task Host_OutsideDevelopment_IsReachedByHttpsAndHasAToken()
    {
        await using var factory = new WebhookTestHost<host::Program>().WithWebHostBuilder(builder => builder.UseEnvironment("Production"));

        var delivery = await factory.Webhooks().SendAsync("default", "new_order", Order);

        Assert.Equal(EventState.Succeeded, (await delivery.HandledAsync()).State);

        // Otherwise its end would wait for a clock that nobody advances.
        Assert.Equal(TimeSpan.Zero, factory.Services.GetRequiredService<IOptions<WebhookReceiverOptions>>().Value.Dispatch.DrainDelay);
    }

    [Fact]
    public async Task AddSource_AfterTheStart_IsRefused()
    {
        await using var host = new WebhookTestHost<Program>();
        await host.EventsAsync();

        Assert.Throws<InvalidOperationException>(() => host.AddSource("stripe", "stripe"));
    }

    [Fact]
    public async Task Host_WrongConfiguration_SaysWhatIsWrong()
    {
        await using var host = new WebhookTestHost<Program>().AddSource("mine", "githbu");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => host.EventsAsync());

        Assert.Contains("WHR1006", error.Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'github'?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_ProgramEndsBeforeItHasStarted_SaysThatAndNothingElse()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await using var host = new WebhookTestHost<Program>(services => services.AddHostedService<FailingService>());
            await host.EventsAsync();
        });

        Assert.StartsWith("The program did not start", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Webhooks_FactoryIsNotPrepared_SaysWhatIsMissing()
    {
        await using var factory = new PlainFactory();

        Assert.Contains("WithWebhooks", Assert.Throws<InvalidOperationException>(() => factory.Webhooks()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Webhooks_FactoryOfOnesOwn_IsPreparedByTheBuilder()
    {
        await using var factory = new OwnFactory();

        var delivery = await factory.Webhooks().SendAsync("stripe", "invoice.paid", new { amount = 1 });

        Assert.Equal(EventState.Parked, (await delivery.HandledAsync()).State);
    }

    [Fact]
    public void ContentRoot_ManifestNamesADirectoryThatIsGone_IsThatOfTheTests()
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            File.WriteAllText(Path.Combine(directory.FullName, "MvcTestingAppManifest.json"), """{"Gone":"/nowhere/at/all","Here":"DIRECTORY"}"""
                .Replace("DIRECTORY", directory.Parent!.FullName.Replace('\\', '/'), StringComparison.Ordinal));

            Assert.Equal(directory.FullName, TestContentRoot.Find(directory.FullName, "Gone"));
            Assert.Equal(directory.FullName, TestContentRoot.Find(directory.FullName, "Unknown"));
            Assert.Equal(directory.Parent!.FullName, TestContentRoot.Find(directory.FullName, "Here"));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private sealed class FailingService : IHostedLifecycleService
    {
        public Task StartedAsync(CancellationToken cancellationToken) => throw new OptionsValidationException("", typeof(WebhookReceiverOptions), ["Not today."]);

        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class PlainFactory : WebApplicationFactory<Program>
    {
        private readonly TestInboxDirectory _directory = new();

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            _directory.Dispose();
        }

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseSetting("WebhookReceiver:Inbox:ConnectionString", $"Data Source={_directory.InboxPath}");
            builder.UseSetting("WebhookReceiver:Sources:github:Secrets:0", "a secret of the test's own, long enough");
        }
    }

    private sealed class OwnFactory : WebApplicationFactory<Program>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder) => builder.UseWebhookTesting(options => options.AddSource("stripe", "stripe"));
    }
}
