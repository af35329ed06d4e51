using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Sources;

/// <summary>One setting that cannot be, in an application with both listeners, is one problem with its key, its variable and a way out.</summary>
public sealed class WebhookReceiverOptionsValidatorTests : IDisposable
{
    private const string Secret = "a secret of the tests, long enough";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public void Options_RightSettings_HaveNoProblem(string environment) => Assert.Empty(ProblemsOf(environment));

    [Theory]
    [InlineData("WHR1001", "Sources:default:Secrets:0", "Sources:default:Secrets:0", null)]
    [InlineData("WHR1001", "Sources:default:Secrets", "Sources:default:Secrets", "canary")]
    [InlineData("WHR1002", "Sources:default:Secrets:0", "Sources:default:Secrets:0", "canary")]
    [InlineData("WHR1002", "Sources:default:Secrets:1", "Sources:default:Secrets:1", "changeme")]
    [InlineData("WHR1006", "Sources:default:Sender", "Sources:default:Sender", "hmac-sha257")]
    [InlineData("WHR1020", "Sources:default:MaxBodyBytes", "Sources:default:MaxBodyBytes", "268435457")]
    [InlineData("WHR1020", "Dispatch:MaxConcurrency", "Dispatch:MaxConcurrency", "1025")]
    [InlineData("WHR1020", "Dispatch:Attempts", "Dispatch:Attempts", "101")]
    [InlineData("WHR1021", "RequireHttps", "RequireHttps", "0")]
    [InlineData("WHR1022", "Sources:default:Tolerance", "Sources:default:Tolerance", "5m")]
    [InlineData("WHR1022", "Dispatch:HandlerTimeout", "Dispatch:HandlerTimeout", "00:00:00")]
    [InlineData("WHR1022", "Dispatch:DrainDelay", "Dispatch:DrainDelay", "00:00:21")]
    [InlineData("WHR1022", "Inbox:BodyRetention", "Inbox:BodyRetention", "00:59:59")]
    [InlineData("WHR1022", "Inbox:EventRetention", "Inbox:EventRetention", "29.23:59:59")]
    [InlineData("WHR1022", "Inbox:AuditRetention", "Inbox:AuditRetention", "3651.00:00:00")]
    [InlineData("WHR1022", "Inbox:BodyRetention", "Inbox:EventRetention", "31.00:00:00")]
    [InlineData("WHR1023", "Sources:default:Secrets:0:NotAfter", "Sources:default:Secrets:0:NotAfter", "next year")]
    [InlineData("WHR1021", "Sources:default:AllowUnverifiedSender", "Sources:default:AllowUnverifiedSender", "perhaps")]
    [InlineData("WHR1021", "Sources:default:AllowKeyFetch", "Sources:default:AllowKeyFetch", "perhaps")]
    [InlineData("WHR1021", "Sources:default:CaptureRejections", "Sources:default:CaptureRejections", "perhaps")]
    [InlineData("WHR1020", "Sources:default:RateLimit", "Sources:default:RateLimit", "100001")]
    [InlineData("WHR1022", "Sources:default:SilenceAfter", "Sources:default:SilenceAfter", "00:00:59")]
    [InlineData("WHR1023", "Sources:default:Secrets:0:NotBefore", "Sources:default:Secrets:0:NotBefore", "soon")]
    [InlineData("WHR1045", "Sources:default:AllowedAddresses:0", "Sources:default:AllowedAddresses:0", "everywhere")]
    [InlineData("WHR1045", "Sources:default:AllowedAddresses", "Sources:default:AllowedAddresses", "192.0.2.0/24")]
    [InlineData("WHR1024", "Sources:default:Duplicates", "Sources:default:Duplicates", "Both")]
    [InlineData("WHR1025", "PublicBaseUrl", "PublicBaseUrl", "https://hooks.example.com?a=1")]
    [InlineData("WHR1025", "PublicBaseUrl", "PublicBaseUrl", "/hooks")]
    [InlineData("WHR1026", "Sources:Upper:Sender", "Sources:Upper", "github")]
    [InlineData("WHR1027", "Sources:default:Sender", "PublicBaseUrl", "square")]
    [InlineData("WHR1028", "Sources:default:Sender", "Sources:default:HandshakeSecret", "facebook")]
    [InlineData("WHR1029", "Sources:default:SchemeFile", "Sources:default:Sender", "row.json")]
    [InlineData("WHR1029", "Sources:default:Sender", "Sources:default:Sender", null)]
    [InlineData("WHR1030", "Sources:default:Tolerance", "Sources:default:Tolerance", "00:10:00")]
    [InlineData("WHR1030", "Sources:default:SignatureHeader", "Sources:default:SignatureHeader", "not a header")]
    [InlineData("WHR1030", "Sources:default:EventIdHeader", "Sources:default:EventIdHeader", "not a header")]
    [InlineData("WHR1033", "Inbox:Provider", "Inbox:Provider", "MySql")]
    [InlineData("WHR1034", "Inbox:ConnectionString", "Inbox:ConnectionString", "inbox.db")]
    [InlineData("WHR1034", "Inbox:ConnectionString", "Inbox:ConnectionString", "Data Source=:memory:")]
    [InlineData("WHR1034", "Inbox:ConnectionString", "Inbox:ConnectionString", "Data Source=file::memory:")]
    [InlineData("WHR1034", "Inbox:ConnectionString", "Inbox:ConnectionString", "Data Source=inbox.db;Mode=Memory")]
    [InlineData("WHR1034", "Inbox:ConnectionString", "Inbox:ConnectionString", "Host=db;Password=canary")]
    [InlineData("WHR1035", "TrustedProxies:0", "TrustedProxies:0", "proxy.internal")]
    [InlineData("WHR1035", "TrustedProxies:1", "TrustedProxies:1", "10.0.0.0/33")]
    [InlineData("WHR1035", "TrustedProxies", "TrustedProxies", "10.0.0.0/8")]
    [InlineData("WHR1036", "TrustedProxies:0", "TrustedProxies:0", "0.0.0.0/0")]
    [InlineData("WHR1036", "TrustedProxies:0", "TrustedProxies:0", "::/0")]
    [InlineData("WHR1036", "TrustedProxies:0", "TrustedProxies:0", "::ffff:0:0/96")]
    [InlineData("WHR1038", "Sources:default:Sender", "Sources:default:AllowUnverifiedSender", "braze")]
    [InlineData("WHR1039", "Sources:default:Sender", "Sources:default:AllowKeyFetch", "paypal")]
    [InlineData("WHR1040", "Management:Url", "Management:Url", "127.0.0.1:8081")]
    [InlineData("WHR1040", "Management:Url", "Management:Url", "http://127.0.0.1:99999")]
    [InlineData("WHR1041", "Management:Token", "Management:Token", "31-characters-are-not-enough-xx")]
    [InlineData("WHR1042", "Management:Url", "Management:Url", "http://127.0.0.1:8080")]
    [InlineData("WHR1043", "Management:Token", "Management:Token", null)]
    [InlineData("WHR1044", "TrustedProxies:0", "TrustedProxies:0", null)]
    public void Options_OneSettingThatCannotBe_IsOneProblemWithItsKeyVariableAndFix(string code, string key, string named, string? value)
    {
        var problem = Assert.Single(ProblemsOf("Production", ("WebhookReceiver:" + key, value)));

        var lines = problem.ReplaceLineEndings("\n").Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.StartsWith(code + "  ", lines[0], StringComparison.Ordinal);
        Assert.Matches("[.?] [A-Z].+[.?]$", lines[0]);
        Assert.Equal($"key  WebhookReceiver:{named}", lines[1].Trim());
        Assert.Equal($"env  WebhookReceiver__{named.Replace(":", "__", StringComparison.Ordinal)}", lines[2].Trim());
        Assert.Equal($"docs docs/errors.md#{code.ToLowerInvariant()}", lines[3].Trim());
        Assert.DoesNotContain("canary", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_ManyMistakesInOneSource_AreAllSaid() => Assert.Equal(
        ["WHR1002", "WHR1002", "WHR1020", "WHR1030", "WHR1030", "WHR1030"],
        ProblemsOf(
            "Production", ("WebhookReceiver:Sources:default:SignatureHeader", "no header"), ("WebhookReceiver:Sources:default:EventIdHeader", "no header"),
            ("WebhookReceiver:Sources:default:Tolerance", "00:10:00"), ("WebhookReceiver:Sources:default:MaxBodyBytes", "0"),
            ("WebhookReceiver:Sources:default:Secrets:0", "short"), ("WebhookReceiver:Sources:default:Secrets:1", "short, too")).Select(static problem => problem[..7]).Order(StringComparer.Ordinal));

    [Fact]
    public void Options_SchemeFileThatBreaksARule_NamesTheFileAndThePlace()
    {
        File.WriteAllText(_directory.File("row.json"), """{"id":"crm"}""");

        var problem = Assert.Single(ProblemsOf("Production", ("WebhookReceiver:Sources:default:Sender", null), ("WebhookReceiver:Sources:default:SchemeFile", "row.json")));

        Assert.StartsWith("WHR1030  row.json: ", problem, StringComparison.Ordinal);
        Assert.Contains("key  WebhookReceiver:Sources:default:SchemeFile", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_NoSource_IsOneProblem() => Assert.StartsWith(
        "WHR1032", Assert.Single(ProblemsOf("Production", ("WebhookReceiver:Sources:default:Sender", null), ("WebhookReceiver:Sources:default:Secrets:0", null), ("WebhookReceiver:Sources:default:Secrets:1", null))), StringComparison.Ordinal);

    [Theory]
    [InlineData("urls", "http://*:80;http://127.0.0.1:8081")]
    [InlineData("http_ports", "80;8081")]
    [InlineData("https_ports", "8081")]
    [InlineData("Kestrel:Endpoints:A:Url", "https://*:8081")]
    public void Options_PublicListenerOnTheManagementPort_IsAProblemHoweverItIsSet(string key, string value) =>
        Assert.StartsWith("WHR1042", Assert.Single(ProblemsOf("Production", (key, value))), StringComparison.Ordinal);

    [Theory]
    [InlineData("WebhookReceiver:RequireHttps", "false")]
    [InlineData("urls", "https://*:8443")]
    [InlineData("https_ports", "8443")]
    [InlineData("Kestrel:Endpoints:A:Url", "https://*:8443")]
    public void Options_NoTrustedProxyWhereHttpsIsHadOtherwiseOrNotRequired_AreRight(string key, string value) =>
        Assert.Empty(ProblemsOf("Production", ("WebhookReceiver:TrustedProxies:0", null), (key, value)));

    [Theory]
    [InlineData("WebhookReceiver:Management:Token")]
    [InlineData("WebhookReceiver:TrustedProxies:0")]
    public void Options_InDevelopment_AreRightWithout(string key) => Assert.Empty(ProblemsOf("Development", (key, null)));

    private string[] ProblemsOf(string environment, params (string Key, string? Value)[] changes)
    {
        var settings = new Dictionary<string, string?>
        {
            ["WebhookReceiver:Sources:default:Sender"] = "hmac-sha256",
            ["WebhookReceiver:Sources:default:Secrets:0"] = Secret,
            ["WebhookReceiver:TrustedProxies:0"] = "10.0.0.0/8",
            ["WebhookReceiver:Management:Token"] = new string('t', 32),
        };
        foreach (var (key, value) in changes)
        {
            if (value is null)
            {
                settings.Remove(key);
            }
            else
            {
                settings[key] = value;
            }
        }

        // Nothing of the machine that the tests run on.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = _directory.Path, EnvironmentName = environment });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.WebHost.UseKestrel();
        builder.Logging.ClearProviders();
        builder.Services.AddWebhookReceiver(builder.Configuration);
        builder.AddWebhookManagement();
        using var app = (IDisposable)builder.Build();
        try
        {
            _ = ((WebApplication)app).Services.GetRequiredService<IOptions<WebhookReceiverOptions>>().Value;
            return [];
        }
        catch (OptionsValidationException error)
        {
            return [.. error.Failures];
        }
    }
}
