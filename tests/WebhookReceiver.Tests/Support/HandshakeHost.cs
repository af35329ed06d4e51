using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Inbox;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Tests.Support;

/// <summary>Kestrel on a port of its own, with a source for every sender that has a handshake, and a store that counts.</summary>
public sealed class HandshakeHost : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 2, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeInboxStore _store = new();
    private readonly Dictionary<string, (SenderPlan Plan, string Secret, Func<SigningInput, SignedRequest> Sign)> _senders = new(StringComparer.Ordinal);
    private WebApplication? _app;
    private HttpClient? _client;

    /// <summary>The second secret of the source of Zoom, in a rotation.</summary>
    private const string OldSecret = "the secret before the rotation";

    /// <summary>How many deliveries reached the store.</summary>
    internal int Stored => _store.Appends;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = _directory.Path, EnvironmentName = Environments.Production });
        builder.Configuration.AddInMemoryCollection(Settings());
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        builder.Services.AddLogging(static logging => logging.ClearProviders());
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.AddWebhookReceiver(builder.Configuration);
        builder.Services.Replace(ServiceDescriptor.Singleton<IInboxStore>(_store));
        _app = builder.Build();
        _app.MapWebhooks();
        await _app.StartAsync();
        _client = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        await _store.DisposeAsync();
        _directory.Dispose();
    }

    internal SenderDefinition RowOf(string sender) => _senders[sender].Plan.Definition;

    /// <summary>The request of a handshake, signed if its row wants that.</summary>
    internal HttpRequestMessage Request(HandshakeCase handshake) =>
        HandshakeCases.EmptyBatches.Contains(handshake) || handshake.DefinitionIn(RowOf(handshake.Sender)).Verified ? Signed(handshake, _senders[handshake.Sender].Sign) : Unsigned(handshake);

    /// <summary>The same, signed with the secret that is about to go.</summary>
    internal HttpRequestMessage SignedWithOldSecret(HandshakeCase handshake) => Signed(handshake, With(_senders[handshake.Sender].Plan, OldSecret));

    /// <summary>The same, signed with a key that is not the source's.</summary>
    internal HttpRequestMessage Forged(HandshakeCase handshake)
    {
        var plan = _senders[handshake.Sender].Plan;
        var key = plan.GenerateKey().SigningKey;
        return Signed(handshake, input => plan.Sign(input, key));
    }

    /// <summary>The same without any signature.</summary>
    internal static HttpRequestMessage Unsigned(HandshakeCase handshake) => Request(handshake, Encoding.UTF8.GetBytes(handshake.Body), handshake.Query, []);

    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _client!.SendAsync(request, TestContext.Current.CancellationToken);

    private HttpRequestMessage Signed(HandshakeCase handshake, Func<SigningInput, SignedRequest> sign)
    {
        var url = $"{HandshakeCases.BaseUrl}/webhook/{handshake.Sender}";
        var signed = sign(new SigningInput(
            Encoding.UTF8.GetBytes(handshake.Body), "msg_1", _clock.GetUtcNow(), url, handshake.Method, handshake.Query, handshake.ContentType));
        return Request(handshake, signed.Body.ToArray(), signed.Query, signed.Headers);
    }

    private static HttpRequestMessage Request(HandshakeCase handshake, byte[] body, string query, IEnumerable<KeyValuePair<string, string>> signature)
    {
        var request = new HttpRequestMessage(new HttpMethod(handshake.Method), $"/webhook/{handshake.Sender}{(query.Length > 0 ? "?" : "")}{query}");
        if (handshake.Method == "POST")
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = handshake.ContentType is { } type ? MediaTypeHeaderValue.Parse(type) : null;
        }

        foreach (var (name, value) in handshake.Headers.Select(static header => KeyValuePair.Create(header.Name, header.Value)).Concat(signature))
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private Dictionary<string, string?> Settings()
    {
        var settings = new Dictionary<string, string?>
        {
            ["WebhookReceiver:RequireHttps"] = "false",
            ["WebhookReceiver:PublicBaseUrl"] = HandshakeCases.BaseUrl,
            ["WebhookReceiver:Dispatch:DrainDelay"] = "00:00:00",
            ["WebhookReceiver:Sources:zoom:Secrets:1"] = OldSecret,
        };
        foreach (var sender in HandshakeCases.All.Concat(HandshakeCases.EmptyBatches).Select(static handshake => handshake.Sender).Distinct())
        {
            var source = $"WebhookReceiver:Sources:{sender}";
            if (HandshakeCases.Files.TryGetValue(sender, out var file))
            {
                File.WriteAllText(_directory.File(sender + ".json"), file);
                settings[$"{source}:SchemeFile"] = sender + ".json";
                _senders[sender] = NewSender(SenderFile.Parse(Encoding.UTF8.GetBytes(file), sender));
            }
            else
            {
                Assert.True(SenderCatalog.TryGet(sender, out var row), $"There is no row '{sender}'.");
                settings[$"{source}:Sender"] = sender;
                _senders[sender] = NewSender(row);
            }

            var (plan, secret, _) = _senders[sender];
            settings[$"{source}:Secrets:0"] = secret;
            settings[$"{source}:HandshakeSecret"] = plan.NeedsHandshakeSecret ? HandshakeCases.HandshakeSecret : null;
            settings[$"{source}:AllowUnverifiedSender"] = (plan.Definition.Evidence.Confidence == Confidence.Recalled).ToString(CultureInfo.InvariantCulture);
        }

        return settings;
    }

    private static (SenderPlan Plan, string Secret, Func<SigningInput, SignedRequest> Sign) NewSender(SenderDefinition row)
    {
        var plan = SenderPlan.Compile(row);
        if (row.Id is "x" or "zoom")
        {
            return (plan, HandshakeCases.KnownSecret, With(plan, HandshakeCases.KnownSecret));
        }

        var generated = plan.GenerateKey();
        return (plan, generated.Secret, input => plan.Sign(input, generated.SigningKey));
    }

    private static Func<SigningInput, SignedRequest> With(SenderPlan plan, string secret)
    {
        Assert.True(plan.TryCreateKey(secret, out var key, out var problem), problem);
        return input => plan.Sign(input, key);
    }
}
