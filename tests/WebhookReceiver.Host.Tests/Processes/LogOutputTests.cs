using System.Net;
using System.Text;
using System.Text.Json;

namespace WebhookReceiver.Host.Tests.Processes;

public sealed class LogOutputTests
{
    private const string SecretCanary = "canary-secret-7f3a9c51e2d84b60";
    private const string BodyCanary = "canary-body-19c4e7";

    [Fact]
    public async Task Production_DeliveriesOfAllKinds_LeaveJsonLinesAndNoSecretOrPayloadAnywhere()
    {
        var seen = new StringBuilder();
        await using var host = HostProcess.Start(new(HostProcess.RightEnvironment) { ["WebhookReceiver__Sources__default__Secrets__0"] = SecretCanary });
        var started = JsonElement.Parse(await host.LineAsync("takes deliveries"));
        var (url, management) = (started.GetProperty("Urls").GetString()!, started.GetProperty("ManagementUrl").GetString()!);
        var body = TestDelivery.NewOrder.Replace("Ada Lovelace", BodyCanary, StringComparison.Ordinal);

        // Accepted; refused by the validator in the handler's place (dead); refused at the envelope; not verified.
        await SendAsync(HttpStatusCode.OK, TestDelivery.Create(url + "/webhook", SecretCanary, body));
        await SendAsync(HttpStatusCode.OK, TestDelivery.Create(url + "/webhook", SecretCanary, body.Replace("129.90", $"\"{BodyCanary}\"", StringComparison.Ordinal)));
        await SendAsync(HttpStatusCode.BadRequest, TestDelivery.Create(url + "/webhook", SecretCanary, $$"""{"data":"{{BodyCanary}}"}"""));
        await SendAsync(HttpStatusCode.BadRequest, TestDelivery.Create(url + "/webhook", SecretCanary, BodyCanary));
        await SendAsync(HttpStatusCode.Unauthorized, TestDelivery.Create(url + "/webhook", "another-" + SecretCanary, body));
        await SendAsync(HttpStatusCode.NotFound, TestDelivery.Create(url + "/webhook/other", SecretCanary, body));
        await host.LineAsync("is a dead letter");
        foreach (var path in new[] { "/readyz", "/metrics", "/openapi/v1.json", "/api/v1/sources", "/api/v1/stats", "/api/v1/rejections", "/api/v1/events" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, management + path);
            request.Headers.Authorization = new("Bearer", TestHost.Token);
            await SendAsync(HttpStatusCode.OK, request);
        }

        Assert.Equal(ExitCodes.Success, await host.TerminateAsync());
        Assert.All(host.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), static line => JsonElement.Parse(line).GetProperty("@m"));
        Assert.Contains("\"SignatureMismatch\"", host.Output, StringComparison.Ordinal);
        var everything = host.Output + seen;
        Assert.DoesNotContain(SecretCanary, everything, StringComparison.Ordinal);
        Assert.DoesNotContain(BodyCanary, everything, StringComparison.Ordinal);
        Assert.DoesNotContain(TestHost.Token, everything, StringComparison.Ordinal);

        async Task SendAsync(HttpStatusCode expected, HttpRequestMessage request)
        {
            using var response = await TestHost.Client.SendAsync(request, TestContext.Current.CancellationToken);
            seen.Append(response).Append(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.Equal(expected, response.StatusCode);
        }
    }

    [Fact]
    public async Task Development_HostileTextInIdAndType_StaysOnItsLine()
    {
        await using var host = HostProcess.Start(new(HostProcess.RightEnvironment) { ["ASPNETCORE_ENVIRONMENT"] = "Development" });
        var line = await host.LineAsync("deliveries ");
        var url = line.Trim().Split(' ')[^1];
        using var response = await TestHost.Client.SendAsync(
            TestDelivery.Create(url, body: """{"event":"a\u2028b\u202ec","data":{}}""", eventId: "x-1"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        var accepted = await host.LineAsync("] Accepted ");

        Assert.Contains("a\\u2028b\\u202ec x-1, accepted", accepted, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Success, await host.TerminateAsync());
    }
}
