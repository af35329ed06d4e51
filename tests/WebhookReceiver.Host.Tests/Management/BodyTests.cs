using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using WebhookReceiver.Dispatch;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.Host.Tests.Management;

/// <summary>Bodies that are not there any more, and bodies that are not what arrived, as an operator sees them.</summary>
public sealed class BodyTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _data = new();
    private readonly TestHost _host;
    private readonly SemaphoreSlim _completed = new(0);

    public BodyTests()
    {
        _host = new TestHost(settings: new()
        {
            ["WebhookReceiver:Sources:default:Secrets:0"] = TestDelivery.Secret,
            ["WebhookReceiver:Inbox:ConnectionString"] = $"Data Source={_data.FullName}/inbox.db",
        });
        _host.Services.GetRequiredService<Dispatcher>().Completed += _ => _completed.Release();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _completed.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task Purged_Body_IsSaidEverywhereAndNothingRunsWithoutIt()
    {
        var id = await SendHandledAsync("e1");
        await PurgeAsync();

        var (status, found) = await AskAsync(HttpMethod.Get, $"/api/v1/events/{id}");
        Assert.Equal((HttpStatusCode.OK, "purged", 0, "succeeded"), (status, Text(found, "body"), found.GetProperty("bodyBytes").GetInt32(), Text(found, "state")));
        Assert.Equal(64, Text(found.GetProperty("verification"), "bodySha256").Length);
        await AssertProblemAsync(HttpMethod.Get, $"/api/v1/events/{id}/body", HttpStatusCode.Gone, "WHR5004");
        await AssertProblemAsync(HttpMethod.Post, $"/api/v1/events/{id}/replay", HttpStatusCode.Conflict, "WHR5004");
        var (_, page) = await AskAsync(HttpMethod.Get, "/api/v1/events");
        Assert.Equal((id, "succeeded"), (Text(page.GetProperty("items")[0], "id"), Text(page.GetProperty("items")[0], "state")));
    }

    [Fact]
    public async Task Corrupt_Body_IsNeitherShownNorHandled()
    {
        var id = await SendHandledAsync("e1");
        Execute("UPDATE event SET body = CAST('{\"event\":\"new_order\",\"data\":{\"order_id\":\"other\"}}' AS BLOB) WHERE seq = 1");

        var (status, found) = await AskAsync(HttpMethod.Get, $"/api/v1/events/{id}");
        Assert.Equal((HttpStatusCode.OK, "corrupt"), (status, Text(found, "body")));
        await AssertProblemAsync(HttpMethod.Get, $"/api/v1/events/{id}/body", HttpStatusCode.InternalServerError, "WHR5005");
        await AssertProblemAsync(HttpMethod.Post, $"/api/v1/events/{id}/replay", HttpStatusCode.Conflict, "WHR5005");
        Assert.Equal("succeeded", Text((await AskAsync(HttpMethod.Get, $"/api/v1/events/{id}")).Answer, "state"));
    }

    [Fact]
    public async Task Corrupt_RowsAmongOthers_HideNeitherTheListNorEachOther()
    {
        var ids = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            ids.Add(await SendHandledAsync($"e{i}"));
        }

        Execute("""
            UPDATE event SET received_at = 9223372036854775807, happened_at = -9223372036854775808, headers = char(0), body_sha256 = x'' WHERE seq = 1;
            UPDATE work SET state = 99, started_at = -9223372036854775808 WHERE seq = 2;
            UPDATE event SET source = CAST(x'fffe' AS TEXT), type = '', data_start = -7, data_length = -7, secret = -1 WHERE seq = 3;
            DELETE FROM work WHERE seq = 4;
            INSERT INTO attempt VALUES (5, 1, 9, 9, 9, 9223372036854775807, 0, 77, NULL);
            """);

        var (status, page) = await AskAsync(HttpMethod.Get, "/api/v1/events");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(ids.AsEnumerable().Reverse(), page.GetProperty("items").EnumerateArray().Select(static item => Text(item, "id")));
        foreach (var id in ids)
        {
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(HttpMethod.Get, $"/api/v1/events/{id}")).Status);
        }

        Assert.Equal(HttpStatusCode.OK, (await AskAsync(HttpMethod.Get, "/api/v1/stats")).Status);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(HttpMethod.Get, "/readyz")).Status);
        Assert.NotEmpty(await SendHandledAsync("after"));
    }

    private async Task<string> SendHandledAsync(string eventId)
    {
        using var response = await _host.SendAsync(eventId: eventId);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(await _completed.WaitAsync(HostProcess.Patience, TestContext.Current.CancellationToken));
        return Text(JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)), "id");
    }

    private async Task PurgeAsync()
    {
        var tomorrow = TimeProvider.System.GetUtcNow().AddDays(1);
        var store = _host.Services.GetRequiredService<IInboxStore>();
        while ((await store.PurgeAsync(new RetentionLimits(tomorrow, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch))).Status != PurgeStatus.Done)
        {
        }
    }

    private async Task<(HttpStatusCode Status, JsonElement Answer)> AskAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, _host.Management + path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", TestHost.Token) } };
        request.Content = method == HttpMethod.Post ? new StringContent("""{"reason":"a test"}""", Encoding.UTF8, "application/json") : null;
        using var response = await TestHost.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    private async Task AssertProblemAsync(HttpMethod method, string path, HttpStatusCode status, string code)
    {
        var (found, problem) = await AskAsync(method, path);
        Assert.Equal((status, code), (found, Text(problem, "code")));
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_data.FullName}/inbox.db;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
