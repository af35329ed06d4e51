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
    public async Task Run_AgainstThePublicListener_IsOne()
    {
        await using var host = new TestHost();

        Assert.Equal(1, await HealthCheckCommand.RunAsync([$"--WebhookReceiver:Management:Url={host.Public}"]));
    }
}
