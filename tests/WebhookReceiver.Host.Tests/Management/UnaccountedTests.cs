using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace WebhookReceiver.Host.Tests.Management;

/// <summary>Rows that somebody deletes with another program, as an operator sees it.</summary>
/// <remarks>Alone, since the metrics of a process are those of all hosts in it.</remarks>
[Collection(nameof(AloneInTheProcess))]
public sealed class UnaccountedTests : IDisposable
{
    private readonly TemporaryDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("work")]
    [InlineData("work", "event")]
    public async Task Delete_OpenWorkWhileTheHostRuns_IsUnaccountedInStatsAndMetricAndAfterARestart(params string[] tables)
    {
        await using (var host = Start())
        {
            using var parked = await SendParkedAsync(host, "e1");
            using var kept = await SendParkedAsync(host, "e2");

            DeleteFirstEventFrom(tables);

            await AssertUnaccountedAsync(host);
        }

        await using var restarted = Start();
        await AssertUnaccountedAsync(restarted);
    }

    [Fact]
    public async Task Delete_OpenWorkWhileTheHostIsStopped_IsUnaccountedInStatsAndMetric()
    {
        await using (var host = Start())
        {
            using var parked = await SendParkedAsync(host, "e1");
            using var kept = await SendParkedAsync(host, "e2");
        }

        DeleteFirstEventFrom("work");

        await using var restarted = Start();
        await AssertUnaccountedAsync(restarted);
    }

    private static Task<HttpResponseMessage> SendParkedAsync(TestHost host, string eventId) => TestHost.Client.SendAsync(
        TestDelivery.Create(host.Public + "/webhook", body: """{"event":"nobody.takes.it","data":{}}""", eventId: eventId), TestContext.Current.CancellationToken);

    /// <summary>Of two parked events one is gone, which neither shows as a success nor makes the host not ready.</summary>
    private static async Task AssertUnaccountedAsync(TestHost host)
    {
        using var response = await host.AskAsync("/api/v1/stats");
        var stats = JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal((1, 1, 0), (Number(stats, "unaccounted"), Number(stats.GetProperty("states"), "parked"), Number(stats.GetProperty("states"), "succeeded")));

        using var page = await host.AskAsync("/metrics");
        var metrics = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal("1", Regex.Match(metrics, @"(?m)^webhook_unaccounted\{[^}]*\} (\d+)").Groups[1].Value);
        Assert.Equal("1", Regex.Match(metrics, """(?m)^webhook_events\{[^}]*webhook_state="parked"[^}]*\} (\d+)""").Groups[1].Value);

        using var ready = await host.AskAsync("/readyz");
        Assert.Equal(System.Net.HttpStatusCode.OK, ready.StatusCode);

        static long Number(JsonElement element, string name) => element.GetProperty(name).GetInt64();
    }

    private TestHost Start() => new(settings: new()
    {
        ["WebhookReceiver:Sources:default:Secrets:0"] = TestDelivery.Secret,
        ["WebhookReceiver:Inbox:ConnectionString"] = $"Data Source={_data.FullName}/inbox.db",
    });

    private void DeleteFirstEventFrom(params string[] tables)
    {
        using var connection = new SqliteConnection($"Data Source={_data.FullName}/inbox.db;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = string.Concat(tables.Select(static table => $"DELETE FROM {table} WHERE seq = 1;"));
        Assert.Equal(tables.Length, command.ExecuteNonQuery());
    }
}
