using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Host.Tests.Startup;

/// <summary>What strangers can do to the server of the host, over sockets and on both listeners.</summary>
public sealed class ServerAttacks : IAsyncDisposable
{
    private readonly TestHost _host = new();
    private int _deliveries;

    private int PublicPort => new Uri(_host.Public).Port;

    private int ManagementPort => new Uri(_host.Management).Port;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    [Trait("Attack", "A42")]
    public async Task LineFeed_Alone_EndsNoLineOnEitherListener()
    {
        var text = Encoding.ASCII.GetString(NewDelivery().Add("X-Note", "one").ToBytes());
        string[] attacks =
        [
            text.Replace("HTTP/1.1\r\n", "HTTP/1.1\n", StringComparison.Ordinal),
            text.Replace("one\r\n", "one\n", StringComparison.Ordinal),
            text.Replace("\r\n\r\n", "\r\n\n", StringComparison.Ordinal),
            text.Replace("\r", "", StringComparison.Ordinal),
        ];

        foreach (var port in (int[])[PublicPort, ManagementPort])
        {
            foreach (var attack in attacks)
            {
                await using var connection = await WireConnection.OpenAsync(port);
                await connection.TryWriteAsync(Encoding.ASCII.GetBytes(attack));
                Assert.Equal(400, (await connection.ReadAsync()).Status);
                Assert.True(await connection.IsClosedAsync());
            }
        }

        await AssertNothingHappenedAsync();
    }

    [Fact]
    [Trait("Attack", "A39")]
    public async Task Framing_ThatIsAmbiguous_IsRefusedOnEitherListener()
    {
        var chunks = (NewDelivery() with { IsChunked = true }).Add("Content-Length", "5").Add("Transfer-Encoding", "chunked");

        foreach (var (port, request) in ((int, WireRequest)[])[(PublicPort, chunks), (PublicPort, chunks with { Target = "/" }), (ManagementPort, chunks with { Target = "/livez", Method = "GET" })])
        {
            await using var connection = await WireConnection.OpenAsync(port);
            var response = await connection.SendAsync(request);
            Assert.Equal((400, "WHR2019"), (response.Status, response.Json.GetProperty("code").GetString()));
            Assert.True(await connection.IsClosedAsync());
        }

        using var answer = await _host.AskAsync("/api/v1/rejections");
        var rejections = JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal(3, rejections.Length);
        Assert.All(rejections, static rejection => Assert.Equal(
            ("FramingAmbiguous", "unknown", "127.0.0.1"),
            (rejection.GetProperty("reason").GetString(), rejection.GetProperty("source").GetString(), rejection.GetProperty("remoteAddress").GetString())));
        await AssertNothingHappenedAsync();
    }

    [Fact]
    [Trait("Attack", "A53")]
    public async Task Http2_InClear_IsNotSpoken()
    {
        foreach (var port in (int[])[PublicPort, ManagementPort])
        {
            await using var connection = await WireConnection.OpenAsync(port);
            await connection.TryWriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"u8.ToArray());

            // At most a frame that says so, GOAWAY with HTTP_1_1_REQUIRED; then nothing.
            Assert.DoesNotContain("HTTP/1.1 2", Encoding.ASCII.GetString(await connection.ReadToEndAsync()), StringComparison.Ordinal);
        }

        await using var other = await WireConnection.OpenAsync(PublicPort);
        var upgrade = NewDelivery().Without("X-Signature-256").Add("Connection", "Upgrade, HTTP2-Settings").Add("Upgrade", "h2c").Add("HTTP2-Settings", "AAMAAABkAAQAAP__");
        Assert.Equal(401, (await other.SendAsync(upgrade)).Status);
        await AssertNothingHappenedAsync();
    }

    [Fact]
    [Trait("Attack", "A53")]
    public async Task Http2_OverTls_IsNotNegotiated()
    {
        using var directory = new TemporaryDirectory();
        using var certificate = NewCertificate();
        var file = Path.Combine(directory.FullName, "server.pfx");
        await File.WriteAllBytesAsync(file, certificate.Export(X509ContentType.Pkcs12), TestContext.Current.CancellationToken);
        await using var host = new TestHost(settings: new()
        {
            ["urls"] = "https://127.0.0.1:0",
            ["Kestrel:Certificates:Default:Path"] = file,
            ["WebhookReceiver:Sources:default:Secrets:0"] = TestDelivery.Secret,
        });

        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(host.Public).Port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "receiver.test",
                ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
                RemoteCertificateValidationCallback = (_, presented, _, _) => certificate.Equals(presented),
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(SslApplicationProtocol.Http11, tls.NegotiatedApplicationProtocol);
    }

    [Fact]
    public async Task Headers_BeyondTheirLimits_AreRefusedAndUpToThemTaken()
    {
        // A delivery has five headers: Host, Content-Length, its type, its signature and its id.
        await AssertStatusAsync(431, Enumerable.Range(0, 60).Aggregate(NewDelivery(), static (request, number) => request.Add("X-Note-" + number.ToString(CultureInfo.InvariantCulture), "x")));
        await AssertStatusAsync(431, NewDelivery().Add("X-Note", new string('x', 16 * 1024)));
        await AssertStatusAsync(414, NewDelivery() with { Target = "/webhook?x=" + new string('x', 4 * 1024) });
        await AssertNothingHappenedAsync();

        await AssertStatusAsync(200, Enumerable.Range(0, 59).Aggregate(NewDelivery(), static (request, number) => request.Add("X-Note-" + number.ToString(CultureInfo.InvariantCulture), "x")));
        await AssertStatusAsync(200, NewDelivery().Add("X-Note", new string('x', 15 * 1024)));
        await AssertStatusAsync(200, NewDelivery() with { Target = "/webhook?x=" + new string('x', 4000) });
    }

    [Fact]
    public void Server_KeepsConnectionsLongerThanProxiesDoAndHasLeastRates()
    {
        var server = _host.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value;

        Assert.InRange(server.Limits.KeepAliveTimeout, TimeSpan.FromSeconds(121), TimeSpan.FromSeconds(130));
        Assert.Equal(240, server.Limits.MinRequestBodyDataRate?.BytesPerSecond);
        Assert.Equal(240, server.Limits.MinResponseDataRate?.BytesPerSecond);
        Assert.False(server.AllowSynchronousIO);
        Assert.False(server.AddServerHeader);
    }

    private WireRequest NewDelivery()
    {
        var body = Encoding.UTF8.GetBytes(TestDelivery.NewOrder);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(TestDelivery.Secret), body));
        return new WireRequest("/webhook", body)
        {
            Headers = [new("Content-Type", "application/json"), new("X-Signature-256", "sha256=" + signature), new("X-Event-Id", string.Create(CultureInfo.InvariantCulture, $"evt-{++_deliveries}"))],
        };
    }

    private static X509Certificate2 NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=receiver.test", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
    }

    private async Task AssertStatusAsync(int status, WireRequest request)
    {
        await using var connection = await WireConnection.OpenAsync(PublicPort);
        Assert.Equal(status, (await connection.SendAsync(request)).Status);
    }

    /// <summary>Nothing is stored, and the next valid delivery is accepted.</summary>
    private async Task AssertNothingHappenedAsync()
    {
        using var answer = await _host.AskAsync("/api/v1/events");
        Assert.Empty(JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("items").EnumerateArray());
        using var accepted = await _host.SendAsync();
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
    }
}
