using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using WebhookReceiver.Senders;
using WebhookReceiver.Sources;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Sources;

public sealed class WebhookConfigurationTests
{
    [Fact]
    public void Read_AllKeys_AreTakenOver()
    {
        var options = Read(new Dictionary<string, string?>
        {
            ["WebhookReceiver:Sources:crm:SchemeFile"] = "crm.json",
            ["WebhookReceiver:Sources:crm:Secrets:0"] = "new",
            ["WebhookReceiver:Sources:crm:Secrets:1:Value"] = "old",
            ["WebhookReceiver:Sources:crm:Secrets:1:NotAfter"] = "2026-12-01T00:00:00Z",
            ["WebhookReceiver:Sources:crm:HandshakeSecret"] = "verify",
            ["WebhookReceiver:Sources:crm:Tolerance"] = "00:02:00",
            ["WebhookReceiver:Sources:crm:MaxBodyBytes"] = "2048",
            ["WebhookReceiver:Sources:crm:SignatureHeader"] = "X-Sig",
            ["WebhookReceiver:Sources:crm:EventIdHeader"] = "X-Id",
            ["WebhookReceiver:Sources:crm:Duplicates"] = "body",
            ["WebhookReceiver:Inbox:ConnectionString"] = "Data Source=other.db",
            ["WebhookReceiver:Dispatch:MaxConcurrency"] = "7",
            ["WebhookReceiver:Dispatch:Attempts"] = "3",
            ["WebhookReceiver:Dispatch:HandlerTimeout"] = "00:01:00",
            ["WebhookReceiver:Dispatch:DrainDelay"] = "00:00:00",
            ["WebhookReceiver:RequireHttps"] = "false",
            ["WebhookReceiver:TrustedProxies:0"] = "10.0.0.0/8",
            ["WebhookReceiver:PublicBaseUrl"] = "https://hooks.example.com",
            ["WebhookReceiver:Management:Url"] = "http://127.0.0.1:9000",
            ["WebhookReceiver:Management:Token"] = new string('t', 32),
        });

        Assert.Empty(options.ReadProblems);
        var crm = options.Sources["crm"];
        Assert.Equal(("crm.json", "verify", TimeSpan.FromMinutes(2), 2048, "X-Sig", "X-Id", DuplicateRule.Body),
            (crm.SchemeFile, crm.HandshakeSecret, crm.Tolerance, crm.MaxBodyBytes, crm.SignatureHeader, crm.EventIdHeader, crm.Duplicates));
        Assert.Equal([("new", (DateTimeOffset?)null), ("old", new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero))],
            crm.Secrets.Select(secret => (secret.Value, secret.NotAfter)));
        Assert.Equal("Data Source=other.db", options.Inbox.ConnectionString);
        Assert.Equal((7, 3, TimeSpan.FromMinutes(1), TimeSpan.Zero),
            (options.Dispatch.MaxConcurrency, options.Dispatch.Attempts, options.Dispatch.HandlerTimeout, options.Dispatch.DrainDelay));
        Assert.False(options.RequireHttps);
        Assert.Equal(["10.0.0.0/8"], options.TrustedProxies);
        Assert.Equal(new Uri("https://hooks.example.com"), options.PublicBaseUrl);
        Assert.Equal(("http://127.0.0.1:9000", new string('t', 32)), (options.Management.Url, options.Management.Token));
    }

    [Theory]
    [InlineData("Dispatch:MaxConcurrency", "0")]
    [InlineData("Dispatch:MaxConcurrency", "1e3")]
    [InlineData("Dispatch:Attempts", "-1")]
    [InlineData("Dispatch:HandlerTimeout", "30")]
    [InlineData("Dispatch:HandlerTimeout", "-00:00:30")]
    [InlineData("Dispatch:DrainDelay", "00:01:00")]
    [InlineData("RequireHttps", "yes")]
    [InlineData("PublicBaseUrl", "hooks.example.com")]
    [InlineData("PublicBaseUrl", "ftp://hooks.example.com")]
    [InlineData("Sources:default:Tolerance", "02:00:00")]
    [InlineData("Sources:default:MaxBodyBytes", "10MB")]
    [InlineData("Sources:default:Duplicates", "1")]
    [InlineData("Sources:default:Secrets:0:NotAfter", "soon")]
    public void Read_ValueThatCannotBe_IsAProblemWithItsKeyAndEnvironmentSpelling(string key, string value)
    {
        var options = Read(new Dictionary<string, string?> { ["WebhookReceiver:" + key] = value });

        var problem = Assert.Single(options.ReadProblems);
        Assert.Equal("WebhookReceiver:" + key, problem.Key);
        Assert.Equal("WebhookReceiver__" + key.Replace(":", "__", StringComparison.Ordinal), problem.EnvironmentKey);
    }

    [Fact]
    public void Read_SeveralMistakes_AreAllReported()
    {
        var options = Read(new Dictionary<string, string?> { ["WebhookReceiver:RequireHttps"] = "x", ["WebhookReceiver:Dispatch:Attempts"] = "x", ["WebhookReceiver:PublicBaseUrl"] = "x" });

        Assert.Equal(3, options.ReadProblems.Count);
    }

    [Fact]
    public void Secrets_SetByTwoProviders_AreTakenWholeFromTheLast()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["WebhookReceiver:Sources:a:Secrets:0"] = "first",
                ["WebhookReceiver:Sources:a:Secrets:1"] = "revoked",
                ["WebhookReceiver:Sources:a:Sender"] = "github",
            })
            .AddInMemoryCollection(new Dictionary<string, string?> { ["WebhookReceiver:Sources:a:Secrets:0"] = "new" })
            .Build();

        var options = Read(configuration);

        Assert.Equal(["new"], options.Sources["a"].Secrets.Select(secret => secret.Value));
        Assert.Equal("github", options.Sources["a"].Sender);
    }

    [Fact]
    public void Secrets_WrittenAsOneText_IsAProblemThatDoesNotRepeatIt()
    {
        var options = Read(new Dictionary<string, string?> { ["WebhookReceiver:Sources:a:Secrets"] = "the-canary-secret" });

        Assert.DoesNotContain("the-canary-secret", Assert.Single(options.ReadProblems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_FromAMountedFile_LoseTheNewlineAtTheirEndAndNothingElse()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("WebhookReceiver__Sources__a__Secrets__0"), " secret \r\n\n");
        var options = Read(new ConfigurationBuilder().AddKeyPerFile(directory.Path).Build());

        Assert.Equal([" secret "], options.Sources["a"].Secrets.Select(secret => secret.Value));
    }

    [Fact]
    public void AddSource_OfASourceThatConfigurationHasToo_IsOverlaidByIt()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["WebhookReceiver:Sources:shop:Sender"] = "shopify",
            ["WebhookReceiver:Sources:shop:Secrets:0"] = "of-configuration",
        }).Build();
        var services = new ServiceCollection();
        services.AddWebhookReceiver(configuration)
            .AddSource("shop", source =>
            {
                source.Sender = "github";
                source.MaxBodyBytes = 2048;
                source.Secrets.Add(new WebhookSecretOptions { Value = "of-code" });
            })
            .AddSource("shop", source => source.MaxBodyBytes *= 2)
            .AddSource("other", source => source.Sender = "stripe");

        // What would check them needs a host.
        services.RemoveAll<IValidateOptions<WebhookReceiverOptions>>();
        using var provider = services.BuildServiceProvider();
        var sources = provider.GetRequiredService<IOptions<WebhookReceiverOptions>>().Value.Sources;

        Assert.Equal(("shopify", 4096), (sources["shop"].Sender, sources["shop"].MaxBodyBytes));
        Assert.Equal(["of-configuration"], sources["shop"].Secrets.Select(secret => secret.Value));
        Assert.Equal("stripe", sources["other"].Sender);
    }

    [Fact]
    public void TokenAndHandshakeSecret_FromAMountedFile_LoseTheNewlineAtTheirEndAndNothingElse()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("WebhookReceiver__Management__Token"), " token \r\n");
        File.WriteAllText(directory.File("WebhookReceiver__Sources__a__HandshakeSecret"), " verify \r\n\n");
        var options = Read(new ConfigurationBuilder().AddKeyPerFile(directory.Path).Build());

        Assert.Equal((" token ", " verify "), (options.Management.Token, options.Sources["a"].HandshakeSecret));
    }

    private static WebhookReceiverOptions Read(Dictionary<string, string?> settings) =>
        Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());

    private static WebhookReceiverOptions Read(IConfiguration configuration)
    {
        var options = new WebhookReceiverOptions();
        WebhookConfiguration.Read(configuration, options, []);
        return options;
    }
}
