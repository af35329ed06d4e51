using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Dispatch;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Inbox;
using WebhookReceiver.Senders;
using WebhookReceiver.Signatures;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Tests.Support;

/// <summary>
/// The real thing: Kestrel on a port of its own, the inbox in a directory of its own, the dispatcher and handlers that record. Only the clock
/// is the test's. Its tests run one after another.
/// </summary>
public class PipelineHost : IAsyncLifetime
{
    /// <summary>What the source "small" takes.</summary>
    public const int SmallBodyBytes = 64 * 1024;
    public const int RateLimit = 1;

    private const string DefaultSecret = "whsec_3vXk0pW8cJr5yQmZ1dB7sH2fN6tL9aGuE4iOxRqVbMY=";
    private const string OtherSecret = "whsec_Qm9sdC10d28tdGVuYW50LWItc2VjcmV0LTAwMDAwMDE=";
    private const string NewSecret = "whsec_Tmv3LXNlY3JldC1hZnRlci10aGUtcm90YXRpb24tMDE=";
    private const string OldSecret = "whsec_T2xkLXNlY3JldC1iZWZvcmUtdGhlLXJvdGF0aW9uLTI=";
    private const string GitHubSecret = "gh-9f2c7b51e0d84a63a1c7-hooks-5521";
    private const string StripeSecret = "whsec_kJ7tRz2mXq9LpW4vYb8NcD3sHf6gA1eU";
    private const string SlackSecret = "5d1f0b3c9a7e42868f6b1d2c3e4f5a6b";
    private const string PlainSecret = "plain-0c5e8f1a6b7d4392b8e0d1c2f3a45967";

    /// <summary>The topic of the source "topic" (Amazon SNS), whose key is fetched.</summary>
    internal const string TopicArn = "arn:aws:sns:us-west-2:123456789012:MyTopic";

    private const string PublicBaseUrl = "https://hooks.receiver.test";

    private const string UploadsRow = """
        {
          "id": "uploads", "name": "Uploads",
          "schemes": [{ "hash": "sha256", "content": "{body}", "signature": { "header": "X-Signature", "encoding": "hex" } }],
          "event": { "id": ["{form:id}"], "type": ["{form:type}"], "data": ["{form}"] },
          "bodies": ["multipart"],
          "evidence": { "confidence": "documentation", "sources": ["made for these tests"] }
        }
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("webhook-receiver-test-").FullName;
    private readonly MeterListener _meters = new();
    private WebApplication? _app;
    private long _mismatches, _parked, _olderSecrets;
    private int _port;
    private int _ids;

    /// <summary>When the old secret of the source "rotating" ends, and not before any other test has run.</summary>
    internal static readonly DateTimeOffset OldSecretEnd = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    internal FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 2, 1, 12, 0, 0, TimeSpan.Zero));

    /// <summary>What the sender of the source "topic" signs with, and the certificate that is fetched.</summary>
    internal static GeneratedKey TopicKey { get; } = NewTopicKey();

    /// <summary>Where the source "topic" has its key fetched.</summary>
    internal FakeKeyHost KeyHost { get; } = new() { Document = TopicKey.KeyDocument! };

    internal HandledEvents Handled { get; } = new();

    /// <summary>How many duplicates came with another body, as the metric says.</summary>
    internal long BodyMismatches => Volatile.Read(ref _mismatches);

    /// <summary>How many events no handler took, as the metric says.</summary>
    internal long Parked => Volatile.Read(ref _parked);

    /// <summary>How many deliveries came with an old secret, as the metric says.</summary>
    internal long OlderSecrets => Volatile.Read(ref _olderSecrets);

    internal IInboxReader Inbox => _app!.Services.GetRequiredService<IInboxStore>().Reader;

    /// <summary>How far the clock is from the times that a source's sender signs.</summary>
    internal TimeSpan? ClockSkewOf(string source) =>
        _app!.Services.GetRequiredService<SourceRegistry>().TryGet(source, out var found) ? found.Activity.Clock.Skew(Clock.GetUtcNow()) : null;

    internal Uri Url => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}/webhook"));

    /// <summary>The source "default" (Standard Webhooks).</summary>
    internal SourceSender Default => new("default", "standard-webhooks", DefaultSecret, Clock);

    /// <summary>Another source of the same sender with a secret of its own.</summary>
    internal SourceSender Other => new("other", "standard-webhooks", OtherSecret, Clock);

    /// <summary>A source in rotation, with the new secret and with the old one.</summary>
    internal SourceSender RotatingNew => new("rotating", "standard-webhooks", NewSecret, Clock);

    /// <inheritdoc cref="RotatingNew"/>
    internal SourceSender RotatingOld => new("rotating", "standard-webhooks", OldSecret, Clock);

    internal SourceSender GitHub => new("github", "github", GitHubSecret, Clock);

    internal SourceSender Stripe => new("stripe", "stripe", StripeSecret, Clock);

    internal SourceSender Slack => new("slack", "slack", SlackSecret, Clock);

    /// <summary>The plainest sender.</summary>
    internal SourceSender Plain => new("plain", "hmac-sha256", PlainSecret, Clock);

    /// <summary>The same with a small limit for bodies.</summary>
    internal SourceSender Small => new("small", "hmac-sha256", PlainSecret, Clock);

    /// <summary>The same with a limit of how much it may send.</summary>
    internal SourceSender Limited => new("limited", "hmac-sha256", PlainSecret, Clock);

    /// <summary>The same, taken from where the tests send from.</summary>
    internal SourceSender Near => new("near", "hmac-sha256", PlainSecret, Clock);

    /// <summary>The same, taken from elsewhere alone.</summary>
    internal SourceSender Far => new("far", "hmac-sha256", PlainSecret, Clock);

    /// <summary>A sender that signs the URL that it was given.</summary>
    internal SourceSender Addressed => AddressedAt(PublicBaseUrl);

    /// <summary>The same sender, had it been given another one.</summary>
    internal SourceSender AddressedAt(string baseUrl) => new("addressed", "square", PlainSecret, Clock, baseUrl + "/webhook/addressed");

    /// <summary>A sender of batches.</summary>
    internal SourceSender Batches => new("batches", "gocardless", PlainSecret, Clock);

    /// <summary>A sender of multipart forms.</summary>
    internal SourceSender Uploads => new("uploads", SenderFile.Parse(Encoding.UTF8.GetBytes(UploadsRow), "uploads.json"), PlainSecret, Clock);

    /// <summary>Where it listens.</summary>
    protected virtual string ListenUrl => "http://127.0.0.1:0";

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "uploads.json"), UploadsRow);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = _directory, EnvironmentName = Environments.Production });
        builder.Configuration.AddInMemoryCollection(Settings());
        builder.WebHost.UseKestrel().UseUrls(ListenUrl);
        builder.Services.AddRouting();
        builder.Services.AddLogging(static logging => logging.ClearProviders());
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddSingleton(new KeyFetcher(KeyHost, Clock, NullLogger<KeyFetcher>.Instance));
        AddHandlers(builder.Services.AddWebhookReceiver(builder.Configuration));

        // The clock stands still, and many tests share what may be refused at once.
        builder.Services.AddSingleton(provider => new RejectionThrottle(Clock, provider.GetRequiredService<IHostApplicationLifetime>(), burst: int.MaxValue));
        _app = builder.Build();
        _app.MapWebhooks();
        ListenToMismatches(_app.Services.GetRequiredService<IMeterFactory>());
        _app.Services.GetRequiredService<Dispatcher>().Completed += Handled.Completed;
        await _app.StartAsync();
        _port = new Uri(_app.Urls.Single()).Port;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _meters.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>An id that no other request of this host has.</summary>
    internal string NewId() => string.Create(CultureInfo.InvariantCulture, $"msg_{Interlocked.Increment(ref _ids)}");

    /// <summary>The base request of the list of attacks, valid and new.</summary>
    internal virtual WireRequest NewRequest() => Default.Sign(UserCreated, NewId());

    /// <summary>The body of the base request.</summary>
    internal const string UserCreated = """{"type":"user.created","timestamp":"2026-02-01T12:00:00Z","data":{"name":"Ada"}}""";

    internal async Task<WireConnection> ConnectAsync(IPAddress? from = null) => await WireConnection.OpenAsync(_port, from);

    /// <summary>Sends a request over a connection of its own.</summary>
    internal async Task<WireResponse> SendAsync(WireRequest request, IPAddress? from = null)
    {
        await using var connection = await ConnectAsync(from);
        return await connection.SendAsync(request);
    }

    /// <summary>How many events are on disk, over a connection that the product knows nothing of.</summary>
    internal async Task<long> CountStoredAsync()
    {
        await using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = Path.Combine(_directory, "inbox.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var count = connection.CreateCommand();
        count.CommandText = "SELECT COUNT(*) FROM event";
        return (long)(await count.ExecuteScalarAsync())!;
    }

    /// <summary>The newest event on disk.</summary>
    internal async Task<EventDetail> NewestAsync()
    {
        var row = Assert.Single(await Inbox.ListAsync(new EventFilter(null, null, null, 1, null), CancellationToken.None));
        return await FindAsync(row.Id);
    }

    internal async Task<EventDetail> FindAsync(string publicId)
    {
        Assert.True(PublicId.TryParse(publicId, out var seq, out var token), $"'{publicId}' is not an id.");
        var found = await Inbox.FindAsync(seq, token, CancellationToken.None);
        Assert.NotNull(found);
        return found;
    }

    /// <summary>Why a delivery was rejected, as an operator is told.</summary>
    internal RejectionReason ReasonOf(string deliveryId) => RejectionOf(deliveryId).Reason;

    /// <summary>The rejection as an operator is shown it.</summary>
    internal Rejection RejectionOf(string deliveryId) =>
        _app!.Services.GetRequiredService<RejectionJournal>().Newest(RejectionJournal.Capacity).Single(rejection => rejection.DeliveryId == deliveryId);

    /// <summary>The rejection as an operator is shown it, when what could be explained is explained.</summary>
    internal async Task<Rejection> ExplainedAsync(string deliveryId)
    {
        await _app!.Services.GetRequiredService<RejectionExplainer>().UntilIdleAsync();
        return RejectionOf(deliveryId);
    }

    private static GeneratedKey NewTopicKey()
    {
        Assert.True(SenderCatalog.TryGet("aws-sns", out var row));
        return SenderPlan.Compile(row).GenerateKey();
    }

    /// <summary>What it is configured with.</summary>
    protected virtual Dictionary<string, string?> Settings()
    {
        var settings = new Dictionary<string, string?>
        {
            ["WebhookReceiver:RequireHttps"] = "false",
            ["WebhookReceiver:PublicBaseUrl"] = PublicBaseUrl,
            ["WebhookReceiver:Inbox:ConnectionString"] = "Data Source=inbox.db",
            ["WebhookReceiver:Dispatch:DrainDelay"] = "00:00:00",
            ["WebhookReceiver:Dispatch:MaxConcurrency"] = "4",
            ["WebhookReceiver:Sources:topic:AllowKeyFetch"] = "true",
            ["WebhookReceiver:Sources:limited:RateLimit"] = RateLimit.ToString(CultureInfo.InvariantCulture),
            ["WebhookReceiver:Sources:near:AllowedAddresses:0"] = "127.0.0.0/8",
            ["WebhookReceiver:Sources:far:AllowedAddresses:0"] = "192.0.2.0/24",
            ["WebhookReceiver:Sources:far:AllowedAddresses:1"] = "2001:db8::7",
            ["WebhookReceiver:Sources:small:MaxBodyBytes"] = SmallBodyBytes.ToString(CultureInfo.InvariantCulture),
            ["WebhookReceiver:Sources:rotating:Secrets:1:Value"] = OldSecret,
            ["WebhookReceiver:Sources:rotating:Secrets:1:NotAfter"] = OldSecretEnd.ToString("O"),
        };
        (string Source, string Sender, string Secret)[] sources =
        [
            ("default", "standard-webhooks", DefaultSecret), ("other", "standard-webhooks", OtherSecret), ("rotating", "standard-webhooks", NewSecret),
            ("github", "github", GitHubSecret), ("stripe", "stripe", StripeSecret), ("slack", "slack", SlackSecret),
            ("topic", "aws-sns", TopicArn),
            ("plain", "hmac-sha256", PlainSecret), ("small", "hmac-sha256", PlainSecret),
            ("batches", "gocardless", PlainSecret), ("limited", "hmac-sha256", PlainSecret), ("near", "hmac-sha256", PlainSecret), ("far", "hmac-sha256", PlainSecret), ("addressed", "square", PlainSecret),
        ];
        settings["WebhookReceiver:Sources:uploads:SchemeFile"] = "uploads.json";
        settings["WebhookReceiver:Sources:uploads:Secrets:0"] = PlainSecret;
        foreach (var (source, sender, secret) in sources)
        {
            settings[$"WebhookReceiver:Sources:{source}:Sender"] = sender;
            settings[$"WebhookReceiver:Sources:{source}:Secrets:0"] = secret;
        }

        return settings;
    }

    private void AddHandlers(WebhookReceiverBuilder receiver) => receiver
        .AddHandler<ReadOnlyMemory<byte>>("user.created", Handled.RecordAsync)
        .AddHandler<ReadOnlyMemory<byte>>("issues.*", Handled.RecordAsync)
        .AddHandler<ReadOnlyMemory<byte>>("invoice.paid", Handled.RecordAsync)
        .AddHandler<ReadOnlyMemory<byte>>("payments.*", Handled.RecordAsync)
        .AddHandler<IFormCollection>("upload.done", Handled.RecordAsync)
        .AddHandler<IFormCollection>("/collect", Handled.RecordAsync)
        .AddHandler<Note>("note.written", Handled.RecordAsync)
        .AddHandler<Amount>("amount.set", Handled.RecordAsync);

    private void ListenToMismatches(IMeterFactory meters)
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            // Other hosts of this process have a meter of the same name.
            if (ReferenceEquals(instrument.Meter.Scope, meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((instrument, measurement, _, _) =>
        {
            switch (instrument.Name)
            {
                case "webhook.duplicate_body_mismatches":
                    Interlocked.Add(ref _mismatches, measurement);
                    break;
                case "webhook.parked":
                    Interlocked.Add(ref _parked, measurement);
                    break;
                case "webhook.older_secrets":
                    Interlocked.Add(ref _olderSecrets, measurement);
                    break;
            }
        });
        _meters.Start();
    }
}

/// <summary>Data with a text.</summary>
public sealed record Note(string Text);

/// <summary>Data with numbers.</summary>
public sealed record Amount(int? Whole = null, double? Real = null, decimal? Exact = null);
