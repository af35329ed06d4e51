using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Dispatch;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Inbox;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.Senders;
using WebhookReceiver.Sources;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Dispatch;

/// <summary>The whole receiver without a socket: sends signed deliveries and waits for the dispatcher's own signal.</summary>
internal sealed class ReceiverUnderTest : IAsyncDisposable
{
    public const string Secret = "a secret of the tests, long enough";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TemporaryDirectory? _ownDirectory;
    private readonly ConcurrentQueue<WorkCompletion> _completions = new();
    private readonly SemaphoreSlim _completed = new(0);
    private readonly SenderPlan _plan;
    private readonly SenderKey _key;
    private int _sent;

    private ReceiverUnderTest(WebApplication app, FakeTimeProvider clock, TemporaryDirectory? ownDirectory)
    {
        App = app;
        Clock = clock;
        _ownDirectory = ownDirectory;
        SenderCatalog.TryGet("hmac-sha256", out var row);
        _plan = SenderPlan.Compile(row!);
        Assert.True(_plan.TryCreateKey(Secret, out var key, out _));
        _key = key;
        Dispatcher.Completed += completion =>
        {
            _completions.Enqueue(completion);
            _completed.Release();
        };
    }

    public WebApplication App { get; }

    public FakeTimeProvider Clock { get; }

    public Dispatcher Dispatcher => App.Services.GetRequiredService<Dispatcher>();

    public IInboxStore Store => App.Services.GetRequiredService<IInboxStore>();

    public static async Task<ReceiverUnderTest> StartAsync(
        Action<WebhookReceiverBuilder> configure, TemporaryDirectory? directory = null, Action<IServiceCollection>? services = null,
        Action? beforeCommit = null, params (string Key, string Value)[] settings)
    {
        var own = directory is null ? new TemporaryDirectory() : null;
        var clock = new FakeTimeProvider(TestEvents.Start);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["WebhookReceiver:Sources:default:Sender"] = "hmac-sha256",
            ["WebhookReceiver:Sources:default:Secrets:0"] = Secret,
            ["WebhookReceiver:Inbox:ConnectionString"] = "Data Source=" + (directory ?? own)!.File("inbox.db"),
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.Services.AddSingleton<TimeProvider>(clock);
        services?.Invoke(builder.Services);
        configure(builder.Services.AddWebhookReceiver(builder.Configuration));
        if (beforeCommit is not null)
        {
            builder.Services.AddSingleton<IInboxStore>(provider => new SqliteInboxStore(new SqliteInboxOptions
            {
                Path = (directory ?? own)!.File("inbox.db"),
                Handlers = provider.GetRequiredService<HandlerRegistry>().Identities,
                Clock = clock,
                BeforeCommit = beforeCommit,
            }));
        }

        var app = builder.Build();
        app.MapWebhooks();

        // Work that an earlier run left can end before the start returns: who waits for it must listen already.
        var receiver = new ReceiverUnderTest(app, clock, own);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    /// <summary>Sends an event with an id of its own.</summary>
    /// <returns>Our id.</returns>
    public async Task<string> SendAsync(string type = "new_order", string data = """{"order_id":"A-1","customer_name":"Ada","total_amount":1.5}""", string? eventId = null)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"event":"{{type}}","data":{{data}}}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhook") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        foreach (var (name, value) in _plan.Sign(new SigningInput(body, eventId ?? $"e{++_sent}", Clock.GetUtcNow()), _key).Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var client = App.GetTestClient();
        var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<Receipt>(TestContext.Current.CancellationToken))!.Id;
    }

    /// <summary>A signed delivery as the endpoint makes it, which has not been sent.</summary>
    public Delivery NewDelivery(string eventId, byte[] body)
    {
        Assert.True(App.Services.GetRequiredService<SourceRegistry>().TryGet(WebhookReceiverOptions.DefaultSourceName, out var source));
        var headers = new HeaderDictionary();
        foreach (var (name, value) in _plan.Sign(new SigningInput(body, eventId, Clock.GetUtcNow()), _key).Headers)
        {
            headers[name] = value;
        }

        return new Delivery
        {
            Source = source!,
            Method = "POST",
            Body = body,
            Format = BodyFormat.Json,
            ContentType = "application/json",
            Headers = headers,
            Query = "",
            ArrivedAt = Clock.GetUtcNow(),
            ReceivedAt = Clock.GetUtcNow(),
        };
    }

    /// <summary>The end of the next attempt, in the order in which they were committed.</summary>
    public async Task<WorkCompletion> NextAsync()
    {
        Assert.True(await _completed.WaitAsync(Patience, TestContext.Current.CancellationToken), "No attempt ended.");
        Assert.True(_completions.TryDequeue(out var completion));
        return completion;
    }

    public async Task<EventDetail> FindAsync(string id)
    {
        Assert.True(PublicId.TryParse(id, out var seq, out var token));
        return (await Store.Reader.FindAsync(seq, token, TestContext.Current.CancellationToken))!;
    }

    public Task StopAsync() => App.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        _completed.Dispose();
        _ownDirectory?.Dispose();
    }

    private sealed record Receipt(string Id, string Status);
}
