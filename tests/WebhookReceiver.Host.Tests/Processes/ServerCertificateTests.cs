using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Host.Tests.Processes;

/// <summary>TLS without a proxy: three endpoints, whose certificates are renewed in the three ways in which files are replaced.</summary>
public sealed class ServerCertificateTests : IDisposable
{
    private const string Reloaded = "\"Name\":\"CertificateReloaded\"";
    private const string NotReloaded = "\"Name\":\"CertificateNotReloaded\"";
    private const string Password = "canary-password-5d0b77";

    private static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);

    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Renewal_WrittenInPlaceRenamedOrLinked_IsServedToNewConnectionsAndOpenOnesStay()
    {
        await using var host = HostProcess.Start(Environment(), prepare: directory =>
        {
            WriteInPlace(directory, "written-1");
            Rename(directory, "renamed-1");
            Link(directory, "linked-1");
        });
        var urls = await UrlsAsync(host);
        Assert.Equal(["CN=written-1", "CN=renamed-1", "CN=linked-1"], await ServedAsync(urls));
        using var open = new OpenConnection(_authority);
        await open.DeliverAsync(urls[0]);

        WriteInPlace(host.Directory, "written-2");
        Rename(host.Directory, "renamed-2");
        Link(host.Directory, "linked-2");

        await host.LineAsync(Reloaded, "CN=written-2", "\"Endpoint\":\"Default\"");
        await host.LineAsync(Reloaded, "CN=renamed-2", "\"Endpoint\":\"B\"");
        await host.LineAsync(Reloaded, "CN=linked-2", "\"Endpoint\":\"C\"");
        Assert.Equal(["CN=written-2", "CN=renamed-2", "CN=linked-2"], await ServedAsync(urls));
        await open.DeliverAsync(urls[0]);
        Assert.Equal(1, open.Count);

        // Each endpoint keeps what it has when what comes is half written, has another key, or is not there.
        host.Directory.Write("a.pem", "-----BEGIN CERTIFICATE-----\nMIIB");
        using (var other = _authority.Issue("renamed-3"))
        {
            host.Directory.Write("b.pem", _authority.FullChain(other));
        }

        Directory.Delete(Path.Combine(host.Directory.FullName, "tls"), recursive: true);
        await host.LineAsync(NotReloaded, "\"@l\":\"Error\"", "\"Endpoint\":\"Default\"");
        await host.LineAsync(NotReloaded, "\"@l\":\"Error\"", "\"Endpoint\":\"B\"");
        await host.LineAsync(NotReloaded, "\"@l\":\"Error\"", "\"Endpoint\":\"C\"");
        Assert.Equal(["CN=written-2", "CN=renamed-2", "CN=linked-2"], await ServedAsync(urls));

        // And takes what is right again, however late; that one of them has ended and one will soon is only said.
        WriteInPlace(host.Directory, "written-4");
        Rename(host.Directory, "renamed-4", end: TestAuthority.Now.AddDays(-1));
        Link(host.Directory, "linked-4", end: TestAuthority.Now.AddDays(6));
        await host.LineAsync(Reloaded, "CN=written-4");
        await host.LineAsync(Reloaded, "CN=renamed-4");
        await host.LineAsync(Reloaded, "CN=linked-4");
        await host.LineAsync(NotReloaded, "\"@l\":\"Warning\"", "\"Endpoint\":\"B\"");
        await host.LineAsync(NotReloaded, "\"@l\":\"Warning\"", "\"Endpoint\":\"C\"");
        Assert.Equal(["CN=written-4", "CN=linked-4"], await ServedAsync([urls[0], urls[2]]));

        await open.DeliverAsync(urls[0]);
        Assert.Equal(1, open.Count);
        Assert.Equal(ExitCodes.Success, await host.TerminateAsync());
        Assert.DoesNotContain("PRIVATE KEY", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Renewal_OfAnAddressThatIsNoEndpointAndOfManagement_IsServed()
    {
        var environment = new Dictionary<string, string>(HostProcess.RightEnvironment)
        {
            ["ASPNETCORE_URLS"] = "https://127.0.0.1:0",
            ["WebhookReceiver__RequireHttps"] = "true",
            ["WebhookReceiver__Management__Url"] = "https://127.0.0.1:0",
            ["Kestrel__Certificates__Default__Path"] = "default.pfx",
            ["Kestrel__Certificates__Default__Password"] = Password,
        };
        await using var host = HostProcess.Start(environment, prepare: directory => WritePfx(directory, "first"));
        var started = JsonElement.Parse(await host.LineAsync("takes deliveries"));
        Uri[] urls = [new(started.GetProperty("Urls").GetString()!), new(started.GetProperty("ManagementUrl").GetString()!)];
        Assert.Equal(["CN=first", "CN=first"], await ServedAsync(urls));

        WritePfx(host.Directory, "second");

        await host.LineAsync(Reloaded, "CN=second");
        Assert.Equal(["CN=second", "CN=second"], await ServedAsync(urls));
        Assert.Matches("\nwebhook_certificate_expiry_seconds\\{[^}]*webhook_certificate=\"Default\"[^}]*\\} 77[0-9]{5}", await MetricsAsync(urls[1]));
        Assert.Equal(ExitCodes.Success, await host.TerminateAsync());
        Assert.DoesNotContain(Password, host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_CertificateForOneName_IsServedInPlaceOfTheDefaultOne()
    {
        await using var host = HostProcess.Start(new(Environment())
        {
            ["Kestrel__Certificates__Default__Path"] = "b.pem",
            ["Kestrel__Certificates__Default__KeyPath"] = "b.key",
            ["Kestrel__Certificates__Default__Password"] = Password,
            ["Kestrel__Endpoints__A__Sni__localhost__Certificate__Path"] = "a.pem",
            ["Kestrel__Endpoints__A__Sni__localhost__Certificate__KeyPath"] = "a.key",
        }, prepare: WriteAll);

        Assert.Equal("CN=written", await _authority.ServedAsync((await UrlsAsync(host))[0]));
        Assert.Equal(ExitCodes.Success, await host.TerminateAsync());
    }

    [Fact]
    public async Task Start_WhereTheSystemAllowsOldVersionsOfTls_SpeaksTheNewOnesAlone()
    {
        using var system = new TemporaryDirectory();
        var settings = system.Write("openssl.cnf", """
            openssl_conf = all
            [all]
            ssl_conf = modules
            [modules]
            system_default = old
            [old]
            MinProtocol = TLSv1
            CipherString = DEFAULT@SECLEVEL=0
            """);
        await using var host = HostProcess.Start(new(Environment()) { ["OPENSSL_CONF"] = settings }, prepare: WriteAll);
        var url = (await UrlsAsync(host))[0];

        Assert.Equal(
            [("-tls1", false), ("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)],
            new[] { "-tls1", "-tls1_1", "-tls1_2", "-tls1_3" }.Select(version => (version, CanConnect(version))));
        Assert.Equal(ExitCodes.Success, await host.TerminateAsync());

        bool CanConnect(string version)
        {
            var start = new ProcessStartInfo("openssl", ["s_client", version, "-cipher", "DEFAULT@SECLEVEL=0", "-connect", url.Authority])
            {
                Environment = { ["OPENSSL_CONF"] = settings },
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var client = Process.Start(start)!;
            client.StandardInput.Close();
            client.OutputDataReceived += static (_, _) => { };
            client.BeginOutputReadLine();
            client.StandardError.ReadToEnd();
            client.WaitForExit();
            return client.ExitCode == 0;
        }
    }

    [Theory]
    [InlineData("Kestrel__Certificates__Default__Path", "a.pem", "Kestrel__Certificates__Default__KeyPath=other.key")]
    [InlineData("Kestrel__Certificates__Default__Path", "a.pem", "Kestrel__Certificates__Default__KeyPath=encrypted.key", "Kestrel__Certificates__Default__Password=wrong-" + Password)]
    [InlineData("Kestrel__Certificates__Default__Path", "a.pem", "Kestrel__Certificates__Default__KeyPath=none.key")]
    [InlineData("Kestrel__Certificates__Default__Path", "default.pfx", "Kestrel__Certificates__Default__Password=wrong-" + Password)]
    [InlineData("Kestrel__Endpoints__B__Certificate__Path", "a.pem", "Kestrel__Endpoints__B__Certificate__KeyPath=other.key")]
    [InlineData("Kestrel__Endpoints__B__SslProtocols__0", "Tls11")]
    [InlineData("Kestrel__EndpointDefaults__SslProtocols__0", "Tls")]
    [InlineData("Kestrel__Endpoints__B__Protocols", "Http9")]
    [InlineData("Kestrel__Endpoints__B__ClientCertificateMode", "RequireIt")]
    [InlineData("Kestrel__Endpoints__B__Sni__localhost__ClientCertificateMode", "RequireIt")]
    public async Task Start_WrongTls_IsSaidWithItsKeyAndIs78(string variable, string value, params string[] more)
    {
        var environment = new Dictionary<string, string>(Environment()) { [variable] = value };
        foreach (var setting in more)
        {
            environment[setting.Split('=')[0]] = setting.Split('=')[1];
        }

        await using var host = HostProcess.Start(environment, prepare: WriteAll);

        Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
        Assert.Contains("1 configuration problem\n", host.Output, StringComparison.Ordinal);
        Assert.Contains("WHR1054", host.Output, StringComparison.Ordinal);
        Assert.Contains("env  " + variable, host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, host.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Kestrel__Endpoints__B__Certificate__Subject=nobody", "Kestrel__Endpoints__B__Certificate__Path=")]
    [InlineData("Kestrel__Endpoints__B__Certificate__Subject=nobody", "Kestrel__Endpoints__B__Certificate__Path=", "Kestrel__Endpoints__B__Certificate__Location=moon")]
    [InlineData("Kestrel__Endpoints__B__Url=http://127.0.0.1:0")]
    [InlineData("Kestrel__Endpoints__B__Sni__localhost__Certificate__Path=none.pem", "Kestrel__Endpoints__B__Sni__localhost__Certificate__KeyPath=none.key")]
    public async Task Start_TlsThatTheServerRefuses_IsSaidAndIs78(params string[] settings)
    {
        var environment = Environment();
        foreach (var setting in settings)
        {
            environment[setting.Split('=')[0]] = setting.Split('=')[1];
        }

        await using var host = HostProcess.Start(environment, prepare: WriteAll);

        Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
        Assert.Contains("WHR1054", host.Output, StringComparison.Ordinal);
    }

    /// <summary>The endpoint A has the default certificate, B and C have their own.</summary>
    private static Dictionary<string, string> Environment() => new(HostProcess.RightEnvironment)
    {
        ["WebhookReceiver__RequireHttps"] = "true",
        ["WebhookReceiver__Management__Url"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{LoopbackPorts.Next()}"),
        ["Kestrel__Endpoints__A__Url"] = "https://127.0.0.1:0",
        ["Kestrel__Endpoints__B__Url"] = "https://127.0.0.1:0",
        ["Kestrel__Endpoints__C__Url"] = "https://127.0.0.1:0",
        ["Kestrel__Certificates__Default__Path"] = "a.pem",
        ["Kestrel__Certificates__Default__KeyPath"] = "a.key",
        ["Kestrel__Endpoints__B__Certificate__Path"] = "b.pem",
        ["Kestrel__Endpoints__B__Certificate__KeyPath"] = "b.key",
        ["Kestrel__Endpoints__B__Certificate__Password"] = Password,
        ["Kestrel__Endpoints__C__Certificate__Path"] = "tls/tls.crt",
        ["Kestrel__Endpoints__C__Certificate__KeyPath"] = "tls/tls.key",
    };

    private static async Task<Uri[]> UrlsAsync(HostProcess host) =>
        [.. JsonElement.Parse(await host.LineAsync("takes deliveries")).GetProperty("Urls").GetString()!.Split(' ').Select(static url => new Uri(url))];

    private async Task<string> MetricsAsync(Uri management)
    {
        using var metrics = new HttpRequestMessage(HttpMethod.Get, new Uri(management, "/metrics")) { Headers = { Authorization = new("Bearer", TestHost.Token) } };
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = _authority.ClientOptions });
        using var answer = await client.SendAsync(metrics, TestContext.Current.CancellationToken);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private static string KeyOf(X509Certificate2 certificate, string? password = null)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return password is null ? key.ExportPkcs8PrivateKeyPem() : key.ExportEncryptedPkcs8PrivateKeyPem(password, Encryption);
    }

    private async Task<string[]> ServedAsync(Uri[] urls) => await Task.WhenAll(urls.Select(_authority.ServedAsync));

    /// <summary>As a script does that copies over what is there.</summary>
    private void WriteInPlace(TemporaryDirectory directory, string name)
    {
        using var certificate = _authority.Issue(name);
        directory.Write("a.pem", _authority.FullChain(certificate));
        directory.Write("a.key", KeyOf(certificate));
    }

    /// <summary>As certbot does: new files under new names, which then take the place of the old ones.</summary>
    private void Rename(TemporaryDirectory directory, string name, DateTimeOffset? end = null)
    {
        using var certificate = _authority.Issue(name, end);
        File.Move(directory.Write("b.pem.new", _authority.FullChain(certificate)), Path.Combine(directory.FullName, "b.pem"), overwrite: true);
        File.Move(directory.Write("b.key.new", KeyOf(certificate, Password)), Path.Combine(directory.FullName, "b.key"), overwrite: true);
    }

    /// <summary>As Kubernetes does: the files are links into a link to a directory, and that link is replaced.</summary>
    private void Link(TemporaryDirectory directory, string name, DateTimeOffset? end = null)
    {
        using var certificate = _authority.Issue(name, end);
        directory.Write($"tls/..{name}/tls.crt", _authority.FullChain(certificate));
        directory.Write($"tls/..{name}/tls.key", KeyOf(certificate));
        var mount = Path.Combine(directory.FullName, "tls");
        File.CreateSymbolicLink(Path.Combine(mount, "..new"), $"..{name}");

        // The framework moves no link to a directory over another.
        using (var move = Process.Start("mv", ["-T", Path.Combine(mount, "..new"), Path.Combine(mount, "..data")]))
        {
            move.WaitForExit();
            Assert.Equal(0, move.ExitCode);
        }

        foreach (var file in new[] { "tls.crt", "tls.key" }.Select(file => Path.Combine(mount, file)).Where(static file => new FileInfo(file).LinkTarget is null))
        {
            File.CreateSymbolicLink(file, "..data/" + Path.GetFileName(file));
        }
    }

    private void WritePfx(TemporaryDirectory directory, string name)
    {
        using var certificate = _authority.Issue(name);
        File.WriteAllBytes(Path.Combine(directory.FullName, "default.pfx"), _authority.Pfx(certificate, Password));
    }

    private void WriteAll(TemporaryDirectory directory)
    {
        WriteInPlace(directory, "written");
        Rename(directory, "renamed");
        Link(directory, "linked");
        WritePfx(directory, "packed");
        using var other = _authority.Issue("other");
        directory.Write("other.key", KeyOf(other));
        directory.Write("encrypted.key", KeyOf(other, Password));
    }

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
