using System.Net;
using System.Text.RegularExpressions;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Host.Tests.Processes;

public sealed partial class ConnectionLimitTests
{
    private const int Limit = 2000;

    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(20);

    [Fact]
    [Trait("Attack", "A74")]
    public async Task Connections_AllOfThePublicListenerTakenAndIdle_LeaveManagementAnswering()
    {
        await using var host = HostProcess.Start(HostProcess.RightEnvironment);
        var started = Started().Match(await host.LineAsync("takes deliveries at"));
        var (webhook, management) = (new Uri(started.Groups["public"].Value), new Uri(started.Groups["management"].Value));
        var connections = new List<WireConnection>();
        try
        {
            for (var number = 0; number < Limit; number++)
            {
                connections.Add(await WireConnection.OpenAsync(webhook.Port));
                Assert.Equal(404, (await connections[^1].SendAsync(new WireRequest("/", []))).Status);
            }

            for (var more = 0; more < 10; more++)
            {
                await using var refused = await WireConnection.OpenAsync(webhook.Port);
                Assert.True(await refused.IsClosedAsync());
            }

            foreach (var probe in (string[])["/livez", "/readyz"])
            {
                using var answer = await TestHost.Client.GetAsync(new Uri(management, probe), TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }

            // The idle ones are still served, and one that goes makes room for another.
            Assert.Equal(404, (await connections[0].SendAsync(new WireRequest("/", []))).Status);
            await connections[0].DisposeAsync();
            await UntilAcceptedAsync(new Uri(webhook, "/webhook"));
        }
        finally
        {
            foreach (var connection in connections)
            {
                await connection.DisposeAsync();
            }
        }
    }

    private static async Task UntilAcceptedAsync(Uri webhook)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                using var client = new HttpClient();
                using var accepted = await client.SendAsync(TestDelivery.Create(webhook.ToString()), TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
                return;
            }
            catch (HttpRequestException) when (TimeProvider.System.GetElapsedTime(started) < HostProcess.Patience)
            {
                await Task.Delay(Turn, TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }
    }

    [GeneratedRegex("takes deliveries at \\W*(?<public>http://[0-9.:]+).*management at \\W*(?<management>http://[0-9.:]+)")]
    private static partial Regex Started();
}
