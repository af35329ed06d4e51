using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using WebhookReceiver.Host.Startup;

namespace WebhookReceiver.Host.Tests;

/// <summary>The host in this process, listening on two ports that the system chose, with an inbox of its own.</summary>
internal sealed class TestHost : WebApplicationFactory<Program>
{
    public const string Token = "management-token-of-the-tests-0123456789";

    private readonly TemporaryDirectory _data = new();
    private readonly string _environment;
    private readonly Dictionary<string, string?> _settings;
    private readonly Action<IServiceCollection> _configure;

    public TestHost(string environment = "Production", Dictionary<string, string?>? settings = null, Action<IServiceCollection>? configure = null)
    {
        _environment = environment;
        _configure = configure ?? (static _ => { });
        _settings = new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["WebhookReceiver:RequireHttps"] = "false",
            ["WebhookReceiver:Inbox:ConnectionString"] = $"Data Source={_data.FullName}/inbox.db",
            ["WebhookReceiver:Dispatch:DrainDelay"] = "00:00:00",
            ["WebhookReceiver:Management:Url"] = "http://127.0.0.1:0",
            ["WebhookReceiver:Sources:default:Sender"] = "hmac-sha256",
        };
        if (environment != "Development")
        {
            _settings["WebhookReceiver:Management:Token"] = Token;
        }

        foreach (var (key, value) in settings ?? new() { ["WebhookReceiver:Sources:default:Secrets:0"] = TestDelivery.Secret })
        {
            _settings[key] = value;
        }

        UseKestrel();
        StartServer();
        var addresses = Services.GetRequiredService<ListenAddresses>();
        (PublicAddresses, Management) = (addresses.Public, addresses.Management!);
    }

    public IReadOnlyList<string> PublicAddresses { get; }

    public string Public => PublicAddresses.Single();

    public string Management { get; }

    public static HttpClient Client { get; } = new();

    public Task<HttpResponseMessage> SendAsync(string secret = TestDelivery.Secret, string? eventId = null) =>
        Client.SendAsync(TestDelivery.Create(Public + "/webhook", secret, eventId: eventId), TestContext.Current.CancellationToken);

    public Task<HttpResponseMessage> AskAsync(string path, string? token = Token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Management + path);
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        return Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment(_environment);
        foreach (var (key, value) in _settings)
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureServices(_configure);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _data.Dispose();
    }
}
