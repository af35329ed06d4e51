using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Management;

namespace WebhookReceiver.Host.Tests.Management;

/// <summary>Whoever tries tokens is told to wait, and who has the right one is let in all the while.</summary>
public sealed class ManagementThrottleTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly TestHost _host;

    public ManagementThrottleTests() => _host = new TestHost(configure: services => services.AddSingleton(new TokenThrottle(_clock)));

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    [Trait("Attack", "A82")]
    public async Task WrongTokens_Hundreds_AreThrottledAndTheRightOneIsAnswered()
    {
        for (var i = 0; i < 300; i++)
        {
            using var refused = await _host.AskAsync(i % 2 == 0 ? "/api/v1/stats" : "/metrics", i % 3 == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"wrong-management-token-{i:000000000000}"));
            Assert.Equal((i, i < 10 ? HttpStatusCode.Unauthorized : HttpStatusCode.TooManyRequests), (i, refused.StatusCode));
            if (i % 50 == 0)
            {
                using var answered = await _host.AskAsync("/api/v1/stats");
                Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
            }
        }

        using var last = await _host.AskAsync("/api/v1/events", token: null);
        Assert.Equal("6", Assert.Single(last.Headers.GetValues("Retry-After")));
        Assert.Equal("application/problem+json", last.Content.Headers.ContentType?.MediaType);
        var problem = JsonElement.Parse(await last.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(("urn:webhook-receiver:WHR5006", 429, "WHR5006"), (problem.GetProperty("type").GetString(), problem.GetProperty("status").GetInt32(), problem.GetProperty("code").GetString()));

        // Six seconds later one more is told that it is wrong.
        _clock.Advance(TokenThrottle.Interval);
        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests], [await StatusAsync(), await StatusAsync()]);

        using var scrape = await _host.AskAsync("/metrics");
        var metrics = await scrape.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal((4, 7, 292), (Count(metrics, "missing"), Count(metrics, "wrong"), Count(metrics, "throttled")));

        // The probes and the documents ask for no token.
        using var probe = await _host.AskAsync("/readyz", token: null);
        Assert.Equal(HttpStatusCode.OK, probe.StatusCode);

        async Task<HttpStatusCode> StatusAsync()
        {
            using var response = await _host.AskAsync("/api/v1/stats", "another-wrong-management-token-0123456789");
            return response.StatusCode;
        }
    }

    private static int Count(string metrics, string reason) => int.Parse(
        Assert.Single(metrics.Split('\n'), line => line.StartsWith("webhook_management_refused_total{", StringComparison.Ordinal) && line.Contains($"webhook_reason=\"{reason}\"", StringComparison.Ordinal)).Split(' ')[1],
        CultureInfo.InvariantCulture);
}
