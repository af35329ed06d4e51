using System.Diagnostics;
using System.Text.Json;

namespace WebhookReceiver.Host.Tests.Processes;

/// <summary>TLS without a proxy, as the host is started with it.</summary>
public sealed class ServerCertificateTests : IDisposable
{
    private const string Reloaded = "\"Name\":\"CertificateReloaded\"";
    private const string Password = CertificateFiles.Password;

    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

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
        await using var host = HostProcess.Start(environment, prepare: directory => Files(directory).WritePfx("first"));
        var started = JsonElement.Parse(await host.LineAsync("takes deliveries"));
        Uri[] urls = [new(started.GetProperty("Urls").GetString()!), new(started.GetProperty("ManagementUrl").GetString()!)];
        Assert.Equal(["CN=first", "CN=first"], await ServedAsync(urls));

        Files(host.Directory).WritePfx("second");

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
        }, prepare: directory => Files(directory).WriteAll());

        Assert.Equal("CN=written", await _authority.ServedAsync((await UrlsAsync(host))[0]));
        Assert.Equal(ExitCodes.Success, await host.TerminateAsync());
    }

    [Fact]
    public async Task Start_CertificateForOneNameBesideTheEndpointsOwn_IsServedInPlaceOfThat()
    {
        await using var host = HostProcess.Start(new(Environment())
        {
            ["Kestrel__Endpoints__B__Sni__localhost__Certificate__Path"] = "a.pem",
            ["Kestrel__Endpoints__B__Sni__localhost__Certificate__KeyPath"] = "a.key",
            ["Kestrel__Endpoints__B__Sni__*__Certificate__Path"] = "b.pem",
            ["Kestrel__Endpoints__B__Sni__*__Certificate__KeyPath"] = "b.key",
            ["Kestrel__Endpoints__B__Sni__*__Certificate__Password"] = Password,
        }, prepare: directory => Files(directory).WriteAll());

        Assert.Equal("CN=written", await _authority.ServedAsync((await UrlsAsync(host))[1]));
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
        await using var host = HostProcess.Start(new(Environment()) { ["OPENSSL_CONF"] = settings }, prepare: directory => Files(directory).WriteAll());
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
    [InlineData("Kestrel__Endpoints__B__Protocols", "Http1AndHttp2")]
    [InlineData("Kestrel__Endpoints__B__ClientCertificateMode", "RequireIt")]
    [InlineData("Kestrel__Endpoints__B__Sni__localhost__ClientCertificateMode", "RequireIt")]
    public async Task Start_WrongTls_IsSaidWithItsKeyAndIs78(string variable, string value, params string[] more)
    {
        var environment = new Dictionary<string, string>(Environment()) { [variable] = value };
        foreach (var setting in more)
        {
            environment[setting.Split('=')[0]] = setting.Split('=')[1];
        }

        await using var host = HostProcess.Start(environment, prepare: directory => Files(directory).WriteAll());

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

        await using var host = HostProcess.Start(environment, prepare: directory => Files(directory).WriteAll());

        Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
        Assert.Contains("WHR1054", host.Output, StringComparison.Ordinal);
    }

    private CertificateFiles Files(TemporaryDirectory directory) => new(_authority, directory);

    private static Dictionary<string, string> Environment()
    {
        var environment = new Dictionary<string, string>(HostProcess.RightEnvironment);
        foreach (var (key, value) in CertificateFiles.Settings())
        {
            environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        return environment;
    }

    private static async Task<Uri[]> UrlsAsync(HostProcess host) =>
        [.. JsonElement.Parse(await host.LineAsync("takes deliveries")).GetProperty("Urls").GetString()!.Split(' ').Select(static url => new Uri(url))];

    private async Task<string> MetricsAsync(Uri management)
    {
        using var metrics = new HttpRequestMessage(HttpMethod.Get, new Uri(management, "/metrics")) { Headers = { Authorization = new("Bearer", TestHost.Token) } };
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = _authority.ClientOptions });
        using var answer = await client.SendAsync(metrics, TestContext.Current.CancellationToken);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private async Task<string[]> ServedAsync(Uri[] urls) => await Task.WhenAll(urls.Select(_authority.ServedAsync));
}
