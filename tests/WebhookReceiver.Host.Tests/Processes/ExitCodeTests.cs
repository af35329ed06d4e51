using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Host.Tests.Processes;

public sealed partial class ExitCodeTests
{
    private const string StackLine = "   at ";

    [Fact]
    public async Task Start_EverySettingWrong_SaysAllAtOnceWithKeyVariableAndFixAndIs78()
    {
        await using var host = HostProcess.Start(new()
        {
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0;rubbish",
            ["ASPNETCORE_HTTP_PORTS"] = "many",
            ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true",
            ["Logging__LogLevel__Default"] = "Quiet",
            ["Serilog__MinimumLevel__Override__Microsoft"] = "Loud",
            ["WebhookReceiver__Demo"] = "perhaps",
            ["WebhookReceiver__SecretsDirectory"] = "none",
            ["WebhookReceiver__Sources__github__Sender"] = "githup",
            ["WebhookReceiver__Sources__shop__Sender"] = "square",
            ["WebhookReceiver__Sources__shop__Secrets__0"] = TestDelivery.Secret,
            ["WebhookReceiver__Sources__crm__SchemeFile"] = "none.json",
            ["WebhookReceiver__Sources__crm__Secrets__0"] = TestDelivery.Secret,
            ["WebhookReceiver__Sources__page__Sender"] = "facebook",
            ["WebhookReceiver__Sources__page__Secrets__0"] = TestDelivery.Secret,
            ["WebhookReceiver__Sources__page__HandshakeSecret"] = "",
            ["WebhookReceiver__Sources__values__Sender"] = "hmac-sha256",
            ["WebhookReceiver__Sources__values__AllowUnverifiedSender"] = "perhaps",
            ["WebhookReceiver__Sources__values__AllowKeyFetch"] = "perhaps",
            ["WebhookReceiver__Sources__values__Secrets__0__Value"] = "short",
            ["WebhookReceiver__Sources__values__Secrets__0__NotBefore"] = "soon",
            ["WebhookReceiver__Sources__values__Secrets__0__NotAfter"] = "later",
            ["WebhookReceiver__Sources__values__Tolerance"] = "5m",
            ["WebhookReceiver__Sources__values__MaxBodyBytes"] = "0",
            ["WebhookReceiver__Sources__values__SignatureHeader"] = "no header",
            ["WebhookReceiver__Sources__values__EventIdHeader"] = "no header",
            ["WebhookReceiver__Sources__values__Duplicates"] = "Both",
            ["WebhookReceiver__Sources__values__AllowedAddresses__0"] = "everywhere",
            ["WebhookReceiver__Sources__values__RateLimit"] = "0",
            ["WebhookReceiver__Sources__values__SilenceAfter"] = "00:00:01",
            ["WebhookReceiver__Sources__values__CaptureRejections"] = "perhaps",
            ["WebhookReceiver__Inbox__Provider"] = "MySql",
            ["WebhookReceiver__Inbox__BodyRetention"] = "00:00:01",
            ["WebhookReceiver__Inbox__EventRetention"] = "00:00:01",
            ["WebhookReceiver__Inbox__AuditRetention"] = "00:00:01",
            ["WebhookReceiver__Dispatch__MaxConcurrency"] = "0",
            ["WebhookReceiver__Dispatch__Attempts"] = "many",
            ["WebhookReceiver__Dispatch__HandlerTimeout"] = "30 s",
            ["WebhookReceiver__Dispatch__DrainDelay"] = "00:01:00",
            ["WebhookReceiver__RequireHttps"] = "perhaps",
            ["WebhookReceiver__TrustedProxies__0"] = "0.0.0.0/0",
            ["WebhookReceiver__PublicBaseUrl"] = "/hooks",
            ["WebhookReceiver__Management__Url"] = "nowhere",
            ["WebhookReceiver__Management__Token"] = "short",
        });

        Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
        Assert.DoesNotContain(StackLine, host.Output, StringComparison.Ordinal);
        var problems = ProblemsOf(host.Output);
        Assert.Contains($"cannot start: {problems.Length} configuration problems", host.Output, StringComparison.Ordinal);
        Assert.Equal(
            [
                "WHR1001 WebhookReceiver__Sources__github__Secrets__0",
                "WHR1002 WebhookReceiver__Sources__values__Secrets__0",
                "WHR1006 WebhookReceiver__Sources__github__Sender",
                "WHR1020 WebhookReceiver__Dispatch__Attempts",
                "WHR1020 WebhookReceiver__Dispatch__MaxConcurrency",
                "WHR1020 WebhookReceiver__Sources__values__MaxBodyBytes",
                "WHR1020 WebhookReceiver__Sources__values__RateLimit",
                "WHR1021 WebhookReceiver__Demo",
                "WHR1021 WebhookReceiver__RequireHttps",
                "WHR1021 WebhookReceiver__Sources__values__AllowKeyFetch",
                "WHR1021 WebhookReceiver__Sources__values__AllowUnverifiedSender",
                "WHR1021 WebhookReceiver__Sources__values__CaptureRejections",
                "WHR1022 WebhookReceiver__Dispatch__DrainDelay",
                "WHR1022 WebhookReceiver__Dispatch__HandlerTimeout",
                "WHR1022 WebhookReceiver__Inbox__AuditRetention",
                "WHR1022 WebhookReceiver__Inbox__BodyRetention",
                "WHR1022 WebhookReceiver__Inbox__EventRetention",
                "WHR1022 WebhookReceiver__Sources__values__SilenceAfter",
                "WHR1022 WebhookReceiver__Sources__values__Tolerance",
                "WHR1023 WebhookReceiver__Sources__values__Secrets__0__NotAfter",
                "WHR1023 WebhookReceiver__Sources__values__Secrets__0__NotBefore",
                "WHR1024 WebhookReceiver__Sources__values__Duplicates",
                "WHR1025 WebhookReceiver__PublicBaseUrl",
                "WHR1027 WebhookReceiver__PublicBaseUrl",
                "WHR1028 WebhookReceiver__Sources__page__HandshakeSecret",
                "WHR1030 WebhookReceiver__Sources__values__EventIdHeader",
                "WHR1030 WebhookReceiver__Sources__values__SignatureHeader",
                "WHR1031 WebhookReceiver__Sources__crm__SchemeFile",
                "WHR1033 WebhookReceiver__Inbox__Provider",
                "WHR1036 WebhookReceiver__TrustedProxies__0",
                "WHR1040 WebhookReceiver__Management__Url",
                "WHR1041 WebhookReceiver__Management__Token",
                "WHR1045 WebhookReceiver__Sources__values__AllowedAddresses__0",
                "WHR1050 ASPNETCORE_FORWARDEDHEADERS_ENABLED",
                "WHR1051 ASPNETCORE_HTTP_PORTS",
                "WHR1051 ASPNETCORE_URLS",
                "WHR1052 WebhookReceiver__SecretsDirectory",
                "WHR1053 Logging__LogLevel__Default",
                "WHR1053 Serilog__MinimumLevel__Override__Microsoft",
            ],
            problems.Select(static problem => $"{problem.Code} {problem.Variable}").Order(StringComparer.Ordinal));
        Assert.Contains("Did you mean 'github'?", problems.Single(static problem => problem.Code == "WHR1006").Text, StringComparison.Ordinal);
        Assert.All(problems, static problem =>
        {
            // A sentence with what is wrong and one with what to do about it.
            Assert.Matches("^.+[.?] [A-Z].+[.?]$", problem.Text);
            Assert.True(problem.Variable == problem.Key.Replace(":", "__", StringComparison.Ordinal) || problem.Variable.StartsWith("ASPNETCORE_", StringComparison.Ordinal), problem.Variable);
        });
    }

    [Theory]
    [InlineData("ASPNETCORE_URLS", "https://127.0.0.1:0", "WHR1054")]
    [InlineData("WebhookReceiver__Management__Url", "https://127.0.0.1:0", "WHR1054")]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:0/base", "WHR1051")]
    [InlineData("ASPNETCORE_URLS", "http://localhost:0", "WHR1051")]
    [InlineData("Kestrel__Endpoints__A__Url", "nonsense", "WHR1051")]
    [InlineData("Kestrel__Endpoints__A__Protocols", "Http1", "WHR1051")]
    [InlineData("WebhookReceiver__Management__Url", "http://127.0.0.1:18097/base", "WHR1040")]
    [InlineData("WebhookReceiver__Management__Url", "ftp://127.0.0.1", "WHR1040")]
    [InlineData("Serilog__Using__0", "NoSuchAssembly", "WHR1053")]
    [InlineData("WebhookReceiver__Inbox__ConnectionString", "Data Source=:memory:", "WHR1034")]
    public async Task Start_SettingOfTheServerOrTheLogThatCannotBe_IsSaidAndIs78(string variable, string value, string code)
    {
        await using var host = HostProcess.Start(new(HostProcess.RightEnvironment) { [variable] = value });

        Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
        Assert.DoesNotContain(StackLine, host.Output, StringComparison.Ordinal);
        Assert.Equal(code, Assert.Single(ProblemsOf(host.Output)).Code);
    }

    [Theory]
    [Trait("Attack", "A81")]
    [InlineData(null, "WHR1043")]
    [InlineData("", "WHR1043")]
    [InlineData("12345678", "WHR1041")]
    [InlineData("0123456789abcdef0123456789abcde", "WHR1041")]
    [InlineData("                                ", "WHR1041")]
    [InlineData("0123456789abcdef 0123456789abcdef", "WHR1041")]
    [InlineData("0123456789abcdef0123456789abcdef ", "WHR1041")]
    [InlineData("0123456789abcdef0123456789abcd\u00e9f", "WHR1041")]
    public async Task Start_ManagementTokenThatIsNone_IsSaidAndIs78(string? token, string code)
    {
        var environment = new Dictionary<string, string>(HostProcess.RightEnvironment);
        environment.Remove("WebhookReceiver__Management__Token");
        if (token is not null)
        {
            environment["WebhookReceiver__Management__Token"] = token;
        }

        await using var host = HostProcess.Start(environment);

        Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
        Assert.Equal((code, "WebhookReceiver__Management__Token"), Assert.Single(ProblemsOf(host.Output)) is var problem ? (problem.Code, problem.Variable) : default);
        Assert.True(string.IsNullOrWhiteSpace(token) || !host.Output.Contains(token, StringComparison.Ordinal));
    }

    [Theory]
    [Trait("Attack", "A48")]
    [InlineData("ASPNETCORE_FORWARDEDHEADERS_ENABLED")]
    [InlineData("DOTNET_FORWARDEDHEADERS_ENABLED")]
    [InlineData("FORWARDEDHEADERS_ENABLED")]
    public async Task Start_SwitchThatBelievesEverybodysHeaders_IsRefused(string variable)
    {
        await using var host = HostProcess.Start(new(HostProcess.RightEnvironment) { [variable] = "True", ["WebhookReceiver__TrustedProxies__0"] = "127.0.0.1" });

        Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
        Assert.Equal("WHR1050", Assert.Single(ProblemsOf(host.Output)).Code);
    }

    [Theory]
    [InlineData("none.pfx")]
    [InlineData("certificate.pfx")]
    public async Task Start_CertificateThatIsNone_IsSaidAndIs78(string path)
    {
        await using var host = HostProcess.Start(
            new(HostProcess.RightEnvironment) { ["ASPNETCORE_URLS"] = "https://127.0.0.1:0", ["Kestrel__Certificates__Default__Path"] = path },
            prepare: static directory => directory.Write("certificate.pfx", "no certificate"));

        Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
        Assert.DoesNotContain(StackLine, host.Output, StringComparison.Ordinal);
        Assert.Equal(("WHR1054", "Kestrel__Certificates__Default__Path"), Assert.Single(ProblemsOf(host.Output)) is var problem ? (problem.Code, problem.Variable) : default);
    }

    [Fact]
    public async Task Start_SecretFileThatMayNotBeRead_NamesItAndIs78()
    {
        using var secrets = new TemporaryDirectory();
        secrets.WriteUnreadable("WebhookReceiver__Sources__default__Secrets__0");
        var environment = new Dictionary<string, string>(HostProcess.RightEnvironment) { ["WebhookReceiver__SecretsDirectory"] = secrets.FullName };
        environment.Remove("WebhookReceiver__Sources__default__Secrets__0");

        await using var host = HostProcess.Start(environment);

        Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
        Assert.DoesNotContain(StackLine, host.Output, StringComparison.Ordinal);
        var problems = ProblemsOf(host.Output);
        Assert.Equal(["WHR1001", "WHR1052"], problems.Select(static problem => problem.Code).Order(StringComparer.Ordinal));
        Assert.Contains(secrets.FullName + "/WebhookReceiver__Sources__default__Secrets__0", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_SettingsFileThatMayNotBeRead_NamesItAndIs78()
    {
        await using var host = HostProcess.Start(HostProcess.RightEnvironment, prepare: static directory => directory.WriteUnreadable("appsettings.json"));

        Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
        Assert.Contains("appsettings.json", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(StackLine, host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_DemoWhoseSecretCannotBeKept_SaysWhereAndIs78()
    {
        var environment = new Dictionary<string, string>(HostProcess.RightEnvironment)
        {
            ["WebhookReceiver__Demo"] = "true",
            ["WebhookReceiver__Inbox__ConnectionString"] = "Data Source=/proc/none/inbox.db",
        };
        environment.Remove("WebhookReceiver__Sources__default__Sender");
        environment.Remove("WebhookReceiver__Sources__default__Secrets__0");

        await using var host = HostProcess.Start(environment);

        Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
        Assert.DoesNotContain(StackLine, host.Output, StringComparison.Ordinal);
        Assert.Contains(ProblemsOf(host.Output), static problem => problem is { Code: "WHR1055", Variable: "WebhookReceiver__Inbox__ConnectionString" });
    }

    [Theory]
    [InlineData("/proc/none/inbox.db")]
    [InlineData("/dev/null")]
    public async Task Start_InboxThatCannotBeOpened_SaysWhereAndIs70(string path)
    {
        await using var host = HostProcess.Start(new(HostProcess.RightEnvironment) { ["WebhookReceiver__Inbox__ConnectionString"] = $"Data Source={path}" });

        Assert.Equal(ExitCodes.StorageFailed, await host.ExitCodeAsync());
        Assert.Contains(path, host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(StackLine, host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ManagementUrlIsEmpty_IsThatOfTheDefault()
    {
        // Taken, so that the address shows: the program must not go on without its second listener.
        using var taken = new TcpListener(IPAddress.Loopback, 8081);
        try
        {
            taken.Start();
        }
        catch (SocketException)
        {
            // Somebody else's is as good.
        }

        await using var host = HostProcess.Start(new(HostProcess.RightEnvironment) { ["WebhookReceiver__Management__Url"] = "" });

        Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
        Assert.Contains("http://127.0.0.1:8081", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_SettingsFileThatIsNoJson_NamesItAndIs78()
    {
        await using var host = HostProcess.Start(HostProcess.RightEnvironment, prepare: static directory => directory.Write("appsettings.json", "{ \"WebhookReceiver\": { "));

        Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
        Assert.Contains("appsettings.json", host.Output, StringComparison.Ordinal);
        Assert.Contains("WHR1056", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(StackLine, host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_PortInUse_SaysWhichAndIs78()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";

        await using var host = HostProcess.Start(new(HostProcess.RightEnvironment) { ["ASPNETCORE_URLS"] = url });

        Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
        Assert.Contains(url, host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(StackLine, host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_AddressOfAnotherMachine_SaysWhichAndIs78()
    {
        await using var host = HostProcess.Start(new(HostProcess.RightEnvironment) { ["ASPNETCORE_URLS"] = "http://192.0.2.1:18199" });

        Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
        Assert.Contains("http://192.0.2.1:18199", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(StackLine, host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_InboxOfAnotherProcess_SaysSoAndIs70()
    {
        using var data = new TemporaryDirectory();
        var environment = new Dictionary<string, string>(HostProcess.RightEnvironment) { ["WebhookReceiver__Inbox__ConnectionString"] = $"Data Source={data.FullName}/inbox.db" };
        await using var first = HostProcess.Start(environment);
        await first.LineAsync("takes deliveries");

        await using var second = HostProcess.Start(environment);

        Assert.Equal(ExitCodes.StorageFailed, await second.ExitCodeAsync());
        Assert.Contains("in use by another process", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(StackLine, second.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Success, await first.TerminateAsync());
    }

    [Fact]
    public async Task HealthCheck_AsAProcess_IsOneWhereNobodyListens()
    {
        await using var host = HostProcess.Start(new() { ["WebhookReceiver__Management__Url"] = "http://127.0.0.1:9" }, ["healthcheck"]);

        Assert.Equal(1, await host.ExitCodeAsync());
        Assert.Contains("Not ready", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(StackLine, host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_OfTheDocs_AreAllTriedWithAWrongValue()
    {
        var tried = File.ReadAllText(Repository.File("tests/WebhookReceiver.Host.Tests/Processes/ExitCodeTests.cs"));
        var settings = DocumentedKey().Matches(File.ReadAllText(Repository.File("docs/configuration.md"))).SelectMany(static row => Key().Matches(row.Value)).Select(static key => key.Groups[1].Value).ToArray();

        Assert.InRange(settings.Length, 30, 100);
        Assert.All(settings, key =>
        {
            var variable = key.Replace("{n}", "0", StringComparison.Ordinal).Replace(":", "__", StringComparison.Ordinal);
            Assert.Matches($@"__{variable}(__0|__Value)?""", tried);
        });
    }

    [GeneratedRegex(@"^\| `[^|]*` \|", RegexOptions.Multiline)]
    private static partial Regex DocumentedKey();

    [GeneratedRegex("`([A-Za-z:{}]+)`")]
    private static partial Regex Key();

    /// <summary>The problems as they are printed: code, sentences, key, environment variable.</summary>
    private static (string Code, string Text, string Key, string Variable)[] ProblemsOf(string output) =>
    [
        .. Problem().Matches(output).Select(static match => (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value, match.Groups[4].Value)),
    ];

    [GeneratedRegex(@"^  (WHR\d{4})  (.+)\n +key  (\S+)\n +env  (\w+)$", RegexOptions.Multiline)]
    private static partial Regex Problem();
}
