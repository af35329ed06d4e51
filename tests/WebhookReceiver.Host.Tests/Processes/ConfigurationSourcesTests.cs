namespace WebhookReceiver.Host.Tests.Processes;

public sealed class ConfigurationSourcesTests
{
    private const string UserSecrets = """{"WebhookReceiver:Sources:default:Secrets:0":"SECRET"}""";

    [Fact]
    public async Task Start_SecretInUserSecrets_IsReadInDevelopmentAndNowhereElse()
    {
        using var home = new TemporaryDirectory();
        home.Write(".microsoft/usersecrets/webhook-receiver-host/secrets.json", UserSecrets.Replace("SECRET", TestDelivery.Secret, StringComparison.Ordinal));
        var environment = new Dictionary<string, string>(HostProcess.RightEnvironment) { ["HOME"] = home.FullName, ["ASPNETCORE_ENVIRONMENT"] = "Development" };
        environment.Remove("WebhookReceiver__Sources__default__Secrets__0");

        await using (var host = HostProcess.Start(environment))
        {
            await host.LineAsync("source      default (");
            Assert.Equal(ExitCodes.Success, await host.TerminateAsync());
        }

        environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        await using (var host = HostProcess.Start(environment))
        {
            Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
            Assert.Contains("WHR1001", host.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Serilog__MinimumLevel", "Debug", true)]
    [InlineData("Serilog__MinimumLevel__Default", "debug", true)]
    [InlineData("Serilog__MinimumLevel__Override__WebhookReceiver", "Debug", true)]
    [InlineData("Serilog__MinimumLevel__Override__WebhookReceiver.Endpoints", "Debug", true)]
    [InlineData("Logging__LogLevel__Default", "Debug", true)]
    [InlineData("Logging__LogLevel__WebhookReceiver", "Debug", true)]
    [InlineData("Serilog__MinimumLevel", "Information", false)]
    [InlineData("Serilog__MinimumLevel__Override__Microsoft", "Warning", false)]
    public async Task Start_LevelOfTheLog_IsThatOfTheSetting(string variable, string level, bool isAcceptedLogged)
    {
        await using var host = HostProcess.Start(new(HostProcess.RightEnvironment) { [variable] = level });
        var started = System.Text.Json.JsonElement.Parse(await host.LineAsync("takes deliveries"));

        using var response = await TestHost.Client.SendAsync(TestDelivery.Create(started.GetProperty("Urls").GetString() + "/webhook"), TestContext.Current.CancellationToken);

        response.EnsureSuccessStatusCode();
        Assert.Equal(ExitCodes.Success, await host.TerminateAsync());
        Assert.Equal(isAcceptedLogged, host.Output.Contains("\"Name\":\"DeliveryAccepted\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_LevelOfTheLogInDevelopment_CanBeRaised()
    {
        await using var host = HostProcess.Start(new(HostProcess.RightEnvironment)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Serilog__MinimumLevel__Override__WebhookReceiver"] = "Warning",
        });
        var url = (await host.LineAsync("  deliveries  ")).Trim().Split(' ')[^1];

        using var response = await TestHost.Client.SendAsync(TestDelivery.Create(url), TestContext.Current.CancellationToken);

        response.EnsureSuccessStatusCode();
        Assert.Equal(ExitCodes.Success, await host.TerminateAsync());
        Assert.DoesNotContain(" DBG] ", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(" INF] ", host.Output, StringComparison.Ordinal);
    }
}
