using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Host.Startup;
using WebhookReceiver.PostgreSql.Tests.Support;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Host.Tests.Startup;

/// <summary>Certificates that are renewed while the host serves them.</summary>
public sealed class ServerCertificatesTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _clock = new(TestAuthority.Now);
    private readonly RecordedLog<ServerCertificates> _log = new();
    private readonly CertificateFiles _files;

    public ServerCertificatesTests() => _files = new CertificateFiles(_authority, _directory);

    public void Dispose()
    {
        _directory.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task Renewal_WrittenInPlaceRenamedOrLinked_IsServedToNewConnectionsAndOpenOnesStay()
    {
        _files.WriteInPlace("written-1");
        _files.Rename("renamed-1");
        _files.Link("linked-1");
        await using var host = Start();
        Uri[] urls = [.. host.PublicAddresses.Select(static url => new Uri(url))];
        Assert.Equal(["CN=written-1", "CN=renamed-1", "CN=linked-1"], await ServedAsync(urls));
        using var open = new OpenConnection(_authority);
        await open.DeliverAsync(urls[0]);

        _log.Clear();
        _files.WriteInPlace("written-2");
        _files.Rename("renamed-2");
        _files.Link("linked-2");
        await UntilLoggedAsync(EventIds.CertificateReloaded, "Default", "B", "C");
        Assert.Equal(["CN=written-2", "CN=renamed-2", "CN=linked-2"], await ServedAsync(urls));
        await open.DeliverAsync(urls[0]);

        _log.Clear();

        // Each endpoint keeps what it has when what comes is half written, has another key, or is not there.
        _directory.Write("a.pem", "-----BEGIN CERTIFICATE-----\nMIIB");
        using (var other = _authority.Issue("renamed-3"))
        {
            _directory.Write("b.pem", _authority.FullChain(other));
        }

        Directory.Delete(Path.Combine(_directory.FullName, "tls"), recursive: true);
        await UntilLoggedAsync(EventIds.CertificateNotReloaded, "Default", "B", "C");
        Assert.Equal(["CN=written-2", "CN=renamed-2", "CN=linked-2"], await ServedAsync(urls));

        _log.Clear();

        // And takes what is right again, however late; that one of them has ended and one will soon is only said.
        _files.WriteInPlace("written-4");
        _files.Rename("renamed-4", end: TestAuthority.Now.AddDays(-1));
        _files.Link("linked-4", end: TestAuthority.Now.AddDays(6));
        await UntilLoggedAsync(EventIds.CertificateReloaded, "Default", "B", "C");
        await UntilLoggedAsync(EventIds.CertificateEnding, "B", "C");
        Assert.Equal(["CN=written-4", "CN=linked-4"], await ServedAsync([urls[0], urls[2]]));

        await open.DeliverAsync(urls[0]);
        Assert.Equal(1, open.Count);
    }

    private TestHost Start()
    {
        var settings = CertificateFiles.Settings(_directory.FullName).ToDictionary(static setting => setting.Key, static setting => (string?)setting.Value);
        settings["WebhookReceiver:Sources:default:Secrets:0"] = TestDelivery.Secret;
        return new TestHost(settings: settings, configure: services =>
        {
            services.AddSingleton<TimeProvider>(_clock);
            services.AddSingleton<ILogger<ServerCertificates>>(_log);
        });
    }

    /// <summary>Has the files looked at until that is said of each endpoint, and of each once.</summary>
    private async Task UntilLoggedAsync(int id, params string[] endpoints)
    {
        await Until.TrueAsync($"the event {id} for {string.Join(", ", endpoints)}", () =>
        {
            _clock.Advance(ServerCertificates.PollInterval);
            return !endpoints.Except(Said()).Any();
        });
        Assert.Equal(endpoints.Order(StringComparer.Ordinal), Said().Order(StringComparer.Ordinal));

        IEnumerable<string?> Said() => _log.Lines.Where(line => line.Id == id).Select(static line => (string?)line.Values["Endpoint"]);
    }

    private async Task<string[]> ServedAsync(Uri[] urls) => await Task.WhenAll(urls.Select(_authority.ServedAsync));

    /// <summary>A client that keeps its connection, and counts how many it needed.</summary>
    private sealed class OpenConnection : IDisposable
    {
        private readonly HttpClient _client;
        private int _count;

        public OpenConnection(TestAuthority authority) => _client = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = authority.ClientOptions,
            ConnectCallback = async (context, cancellationToken) =>
            {
                Interlocked.Increment(ref _count);
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });

        public int Count => Volatile.Read(ref _count);

        public async Task DeliverAsync(Uri url)
        {
            using var answer = await _client.SendAsync(TestDelivery.Create(new Uri(url, "/webhook").ToString()), TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
        }

        public void Dispose() => _client.Dispose();
    }
}
