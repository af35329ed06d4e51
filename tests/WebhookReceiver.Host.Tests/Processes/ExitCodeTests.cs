using System.Net;
using System.Net.Sockets;

namespace WebhookReceiver.Host.Tests.Processes;

public sealed class ExitCodeTests
{
    private const string StackLine = "   at ";

    [Fact]
    public async Task Start_WrongConfiguration_SaysEverythingAtOnceAndIs78()
    {
        await using var host = HostProcess.Start(new()
        {
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0;rubbish",
            ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true",
            ["Serilog__MinimumLevel"] = "Loud",
            ["WebhookReceiver__Demo"] = "perhaps",
            ["WebhookReceiver__SecretsDirectory"] = "none",
            ["WebhookReceiver__Sources__github__Sender"] = "githup",
        });

        Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
        foreach (var code in new[] { "WHR1001", "WHR1006", "WHR1021", "WHR1043", "WHR1044", "WHR1050", "WHR1051", "WHR1052", "WHR1053" })
        {
            Assert.Contains(code, host.Output, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(StackLine, host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_SettingsFileThatIsNoJson_NamesItAndIs78()
    {
        await using var host = HostProcess.Start(HostProcess.RightEnvironment, prepare: static directory => directory.Write("appsettings.json", "{ \"WebhookReceiver\": { "));

        Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
        Assert.Contains("appsettings.json", host.Output, StringComparison.Ordinal);
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
}
