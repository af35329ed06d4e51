using Microsoft.Extensions.Configuration;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Tests.Sources;

/// <summary>A key that is no setting is said with the nearest one that is, and its value never.</summary>
public sealed class UnknownSettingTests
{
    [Theory]
    [InlineData("WebhookReceiver:RequireHttp", "Did you mean 'RequireHttps'?")]
    [InlineData("WebhookReceiver:Source:default:Sender", "Did you mean 'Sources'?")]
    [InlineData("WebhookReceiver:Sources:default:Secert:0", "Did you mean 'Secrets'?")]
    [InlineData("WebhookReceiver:Sources:default:Secrets:0:NotAftr", "Did you mean 'NotAfter'?")]
    [InlineData("WebhookReceiver:Sources:default:AllowAddresses:0", "Did you mean 'AllowedAddresses'?")]
    [InlineData("WebhookReceiver:Sources:default:RateLimit:PerSecond", "Remove it, or look it up in docs/configuration.md.")]
    [InlineData("WebhookReceiver:Inbox:ConectionString", "Did you mean 'ConnectionString'?")]
    [InlineData("WebhookReceiver:Dispatch:MaxConcurency", "Did you mean 'MaxConcurrency'?")]
    [InlineData("WebhookReceiver:Management:Tokn", "Did you mean 'Token'?")]
    [InlineData("WebhookReciever:Management:Token", "Did you mean 'WebhookReceiver'?")]
    [InlineData("WebhookReceiver:Colour", "Remove it, or look it up in docs/configuration.md.")]
    public void Read_KeyThatIsNoSetting_NamesItAndTheNearest(string key, string fix)
    {
        var warning = Assert.Single(Read((key, "canary")).ReadWarnings);

        Assert.Equal(("WHR1007", fix), (warning.Code, warning.Fix));
        Assert.StartsWith(warning.Key, key, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", warning.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EverySettingInAnyCase_IsKnown() => Assert.Empty(Read(
        ("webhookreceiver:sources:default:sender", "github"), ("WebhookReceiver:Sources:default:secrets:0:VALUE", "a"), ("WebhookReceiver:Sources:default:Secrets:0:NotBefore", "2026-01-01"),
        ("WebhookReceiver:Sources:default:AllowedAddresses:0", "192.0.2.7"), ("WebhookReceiver:TrustedProxies:0", "192.0.2.7"), ("WebhookReceiver:INBOX:Provider", "Sqlite"),
        ("WebhookReceiver:Mine", "is the application's")).ReadWarnings);

    [Fact]
    public void Read_SourceOfAnyName_IsNoSlip() => Assert.Empty(Read(("WebhookReceiver:Sources:secert:Sender", "github")).ReadWarnings);

    private static WebhookReceiverOptions Read(params (string Key, string Value)[] settings)
    {
        var options = new WebhookReceiverOptions();
        WebhookConfiguration.Read(
            new ConfigurationBuilder().AddInMemoryCollection(settings.Select(static setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build(), options, ["Mine"]);
        return options;
    }
}
