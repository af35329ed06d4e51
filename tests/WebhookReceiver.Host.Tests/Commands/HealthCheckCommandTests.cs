using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using WebhookReceiver.Host.Commands;

namespace WebhookReceiver.Host.Tests.Commands;

public sealed class HealthCheckCommandTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("+")]
    [InlineData("*")]
    [InlineData("0.0.0.0")]
    public async Task Run_AgainstAReadyProgram_IsZero(string address)
    {
        await using var host = new TestHost();

        Assert.Equal(0, await HealthCheckCommand.RunAsync([$"--WebhookReceiver:Management:Url=http://{address}:{new Uri(host.Management).Port}"]));
    }

    [Theory]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://127.0.0.1:9")]
    [InlineData("nonsense")]
    public async Task Run_WhereNobodyAnswers_IsOne(string url) =>
        Assert.Equal(1, await HealthCheckCommand.RunAsync([$"--WebhookReceiver:Management:Url={url}"]));

    [Fact]
    public async Task Run_ManagementOverHttps_IsZeroWhateverNameTheCertificateIsFor()
    {
        using var directory = new TemporaryDirectory();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=hooks.example.com", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var path = Path.Combine(directory.FullName, "certificate.pfx");
        await File.WriteAllBytesAsync(path, certificate.Export(X509ContentType.Pkcs12), TestContext.Current.CancellationToken);
        await using var host = new TestHost(settings: new()
        {
            ["WebhookReceiver:Sources:default:Secrets:0"] = TestDelivery.Secret,
            ["WebhookReceiver:Management:Url"] = "https://127.0.0.1:0",
            ["Kestrel:Certificates:Default:Path"] = path,
        });
        Assert.StartsWith("https://", host.Management, StringComparison.Ordinal);

        Assert.Equal(0, await HealthCheckCommand.RunAsync([$"--WebhookReceiver:Management:Url=https://+:{new Uri(host.Management).Port}"]));
        Assert.Equal(1, await HealthCheckCommand.RunAsync([$"--WebhookReceiver:Management:Url=http://+:{new Uri(host.Management).Port}"]));
    }

    [Fact]
    public async Task Run_AgainstThePublicListener_IsOne()
    {
        await using var host = new TestHost();

        Assert.Equal(1, await HealthCheckCommand.RunAsync([$"--WebhookReceiver:Management:Url={host.Public}"]));
    }
}
