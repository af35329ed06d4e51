using System.Text.Json;
using WebhookReceiver.Senders;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Tests.Sources;

/// <summary>Whatever holds a secret can be written out as a text, by a log or a debugger's line, without showing it.</summary>
public sealed class SecretTextTests
{
    private const string Canary = "canary-secret-4e81f0c2a7b3d956";

    [Fact]
    [Trait("Attack", "A79")]
    public void Holders_OfASecret_DoNotShowItAsText()
    {
        Assert.True(SenderCatalog.TryGet("hmac-sha256", out var row));
        var plan = SenderPlan.Compile(row);
        Assert.True(plan.TryCreateKey(Canary, out var key, out _));
        var secret = new WebhookSecretOptions { Value = Canary };
        var options = new WebhookReceiverOptions { Management = { Token = Canary }, Inbox = { ConnectionString = $"Password={Canary}" } };
        var source = new WebhookSourceOptions { Sender = "hmac-sha256", HandshakeSecret = Canary, Secrets = { secret } };
        options.Sources["default"] = source;
        var generated = plan.GenerateKey();

        object[] holders =
        [
            options, options.Management, options.Inbox, source, source.Secrets, secret, key, new SourceSecret(key, null),
            new WebhookSource("default", plan, [new SourceSecret(key, null)], source, null), new GeneratedKey(Canary, generated.SigningKey, Canary), generated.SigningKey, plan,
        ];

        Assert.All(holders, static holder => Assert.DoesNotContain(Canary, holder.ToString(), StringComparison.Ordinal));
        Assert.All(holders, static holder => Assert.DoesNotContain(Canary, $"{holder}", StringComparison.Ordinal));
        Assert.DoesNotContain(generated.Secret, generated.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Attack", "A79")]
    public void CompiledSource_AsJson_HasNoSecretInIt()
    {
        // As a structured log would take it apart.
        Assert.True(SenderCatalog.TryGet("hmac-sha256", out var row));
        Assert.True(SenderPlan.Compile(row).TryCreateKey(Canary, out var key, out _));

        Assert.Equal("""{"Key":{},"NotBefore":null,"NotAfter":null,"Use":{"LastMatchedAt":null}}""", JsonSerializer.Serialize(new SourceSecret(key)));
    }
}
