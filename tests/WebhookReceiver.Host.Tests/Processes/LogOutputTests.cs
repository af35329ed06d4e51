using System.Net;
using System.Text;
using System.Text.Json;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Host.Tests.Processes;

public sealed class LogOutputTests
{
    private const string SecretCanary = "canary-secret-7f3a9c51e2d84b60";
    private const string BodyCanary = "canary-body-19c4e7";

    [Fact]
    [Trait("Attack", "A77")]
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
        Assert.Single(host.Output.Split('\n'), static line => line.Contains("\"Name\":\"HttpsNotRequired\"", StringComparison.Ordinal) && line.Contains("\"@l\":\"Warning\"", StringComparison.Ordinal));
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
    [Trait("Attack", "A75")]
    public async Task Production_BodyThatNobodyReadsAndThatEndsMalformed_LeavesNoError()
    {
        await using var host = HostProcess.Start(HostProcess.RightEnvironment);
        var url = new Uri(JsonElement.Parse(await host.LineAsync("takes deliveries")).GetProperty("Urls").GetString()!);
        await using (var connection = await WireConnection.OpenAsync(url.Port))
        {
            var response = await connection.SendAsync(new WireRequest("/webhook/none", [1]) { IsChunked = true, Trailers = [new("X-Nul", "\0")] });
            Assert.Equal(404, response.Status);
            Assert.True(await connection.IsClosedAsync());
        }

        Assert.Equal(ExitCodes.Success, await host.TerminateAsync());
        Assert.Contains("\"UnknownSource\"", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\"@l\":\"Error\"", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Attack", "A76")]
    public async Task Development_HostileTextInPathTypeAndHeader_EndsNoLineAndColoursNone()
    {
        await using var host = HostProcess.Start(new(HostProcess.RightEnvironment) { ["ASPNETCORE_ENVIRONMENT"] = "Development" });
        var line = await host.LineAsync("  deliveries  ");
        var url = line.Trim().Split(' ')[^1];
        await SendAsync(HttpStatusCode.NotFound, TestDelivery.Create(url + "/%0A%1B%5B31m%E2%80%A8forged"));
        await SendAsync(HttpStatusCode.BadRequest, TestDelivery.Create(url, body: """{"event":"a\u2028b\u001b[31m","data":{}}"""));
        await SendAsync(HttpStatusCode.OK, TestDelivery.Create(url, eventId: "\"}{\"@l\":\"x"));
        await host.LineAsync("] Handled ");

        Assert.Equal(ExitCodes.Success, await host.TerminateAsync());
        var lines = host.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, static line => Assert.DoesNotContain(line, static c => char.IsControl(c) || c is '\u2028' or '\u2029'));
        Assert.All(lines.SkipWhile(static line => !line.Contains("Rejected", StringComparison.Ordinal)), static line => Assert.StartsWith("[", line, StringComparison.Ordinal));

        static async Task SendAsync(HttpStatusCode expected, HttpRequestMessage request)
        {
            using var response = await TestHost.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(expected, response.StatusCode);
        }
    }
}
