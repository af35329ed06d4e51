using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WebhookReceiver.Inbox;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.ReliabilityTests.App;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>Twins wait for the first one's commit, and fail with it.</summary>
public sealed class CommitFailureTests
{
    private const int Twins = 64;
    private const int InputOutputError = 10;
    private const int FlushError = 1034;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact(Timeout = 60_000)]
    public async Task Commit_FailsForTheFirstOfManyTwins_AnswersNoneOfThem2xx()
    {
        using var directory = new DataDirectory();
        using var arrived = new CountdownEvent(Twins);
        var failing = false;

        // The commit waits until all twins are inside, then fails as a flush does.
        void BeforeCommit()
        {
            if (Volatile.Read(ref failing))
            {
                arrived.Wait(Limit, CancellationToken.None);
                throw new SqliteException("disk I/O error", InputOutputError, FlushError);
            }
        }

        try
        {
            await using var app = Build(directory, BeforeCommit, () => arrived.Signal());
            var run = app.RunWebhooksAsync();
            var webhook = await WebhookAsync(app);
            Volatile.Write(ref failing, true);

            var answers = await SendTwinsAsync(webhook, Twins);

            Assert.True(arrived.IsSet, "Not all twins were inside when the commit failed.");
            Assert.All(answers, static answer => Assert.Equal((503, "30"), (answer.Status, answer.RetryAfter)));
            Assert.Equal(ExitCodes.StorageFailed, await run.WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken));
        }
        finally
        {
            Environment.ExitCode = ExitCodes.Success; // the receiver's, not this test run's
        }

        Assert.Empty(Effects(directory));
        await SendAgainAsync(directory);
        Assert.Equal(["twin 1 twin"], Effects(directory));
    }

    /// <summary>Sending again is safe: nothing was acknowledged, and whatever reached the disk is handled once.</summary>
    private static async Task SendAgainAsync(DataDirectory directory)
    {
        await using var app = Build(directory, beforeCommit: null, static () => { });
        var run = app.RunWebhooksAsync();
        var webhook = await WebhookAsync(app);
        var handled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Services.GetRequiredService<Dispatch.Dispatcher>().Completed += _ => handled.TrySetResult();

        var answer = Assert.Single(await SendTwinsAsync(webhook, 1));
        Assert.Equal(200, answer.Status);
        await handled.Task.WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);
        await app.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ExitCodes.Success, await run);
    }

    private static WebApplication Build(DataDirectory directory, Action? beforeCommit, Action arrived)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["EffectsFile"] = directory.Effects,
            ["WebhookReceiver:RequireHttps"] = "false",
            ["WebhookReceiver:Inbox:ConnectionString"] = $"Data Source={directory.Inbox}",
            ["WebhookReceiver:Dispatch:DrainDelay"] = "00:00:00",
            ["WebhookReceiver:Sources:default:Sender"] = "hmac-sha256",
            ["WebhookReceiver:Sources:default:Secrets:0"] = SignedEvents.Secret,
        });
        builder.Services.AddSingleton<EffectsFile>();
        builder.Services.AddWebhookReceiver(builder.Configuration).AddHandler<Counted, CountedHandler>(SignedEvents.Type);

        // The product's own store with all of its own settings, but for the fault.
        var original = builder.Services.Single(static service => service.ServiceType == typeof(IInboxStore)).ImplementationFactory!;
        builder.Services.AddSingleton<IInboxStore>(provider =>
            new SqliteInboxStore(((SqliteInboxStore)original(provider)).Options with { BeforeCommit = beforeCommit }));

        var app = builder.Build();
        app.Use(next => context =>
        {
            arrived();
            return next(context);
        });
        app.MapWebhooks();
        return app;
    }

    private static async Task<Uri> WebhookAsync(WebApplication app)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(Limit, TimeProvider.System);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return new Uri(new Uri(Assert.Single(addresses)), "/webhook");
    }

    private static async Task<(int Status, string? RetryAfter)[]> SendTwinsAsync(Uri webhook, int count)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return await Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
        {
            using var request = SignedEvents.Request(webhook, "twin");
            using var answer = await http.SendAsync(request);
            return ((int)answer.StatusCode, answer.Headers.RetryAfter?.ToString());
        }));
    }

    private static string[] Effects(DataDirectory directory) => File.Exists(directory.Effects) ? ReadShared(directory.Effects) : [];

    private static string[] ReadShared(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
