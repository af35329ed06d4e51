using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Npgsql;
using WebhookReceiver.PostgreSql.Tests.Support;

namespace WebhookReceiver.Host.Tests.Processes;

/// <summary>The host on a real PostgreSQL, chosen by two keys.</summary>
public sealed class PostgreSqlTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Start_OnPostgreSql_HandlesAnEventAndKnowsItAfterARestart()
    {
        database.Need();
        var ids = new List<string>();
        foreach (var expected in new[] { "accepted", "duplicate" })
        {
            await using var host = HostProcess.Start(Environment(database.ConnectionString));
            var started = JsonElement.Parse(await host.LineAsync("takes deliveries"));
            using var answer = await TestHost.Client.SendAsync(
                TestDelivery.Create(started.GetProperty("Urls").GetString() + "/webhook", eventId: "postgres-1"), TestContext.Current.CancellationToken);
            var receipt = JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.Equal((HttpStatusCode.OK, expected), (answer.StatusCode, receipt.GetProperty("status").GetString()));
            ids.Add(receipt.GetProperty("id").GetString()!);
            await UntilSucceededAsync(started.GetProperty("ManagementUrl").GetString()!, ids[0]);

            Assert.Equal(ExitCodes.Success, await host.TerminateAsync());
            Assert.DoesNotContain(new NpgsqlConnectionStringBuilder(database.ConnectionString).Password!, host.Output, StringComparison.Ordinal);
        }

        Assert.Single(ids.Distinct());
    }

    [Fact]
    [Trait("Attack", "A77")]
    public async Task Start_WrongPassword_SaysWhereAndNotTheSecretAndIs70()
    {
        database.Need();
        const string Canary = "canary-password-81c2f6";
        var wrong = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Password = Canary };

        await using var host = HostProcess.Start(Environment(wrong.ConnectionString));

        Assert.Equal(ExitCodes.StorageFailed, await host.ExitCodeAsync());
        Assert.Contains(wrong.Database!, host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Attack", "A77")]
    public async Task Start_ServerIsAway_SaysWhereAndIs70()
    {
        await using var host = HostProcess.Start(Environment("Host=127.0.0.1;Port=9;Database=hooks;Username=receiver;Password=canary-password-81c2f6"));

        Assert.Equal(ExitCodes.StorageFailed, await host.ExitCodeAsync());
        Assert.Contains("hooks on 127.0.0.1", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("canary-password", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Attack", "A77")]
    [InlineData("Data Source=data/inbox.db")]
    [InlineData("Host=db")]
    [InlineData("Database=hooks")]
    [InlineData("Host=db;Database=hooks;Canary=canary-password-81c2f6")]
    public async Task Start_ConnectionStringThatNamesNoDatabase_IsSaidAndIs78(string connectionString)
    {
        await using var host = HostProcess.Start(Environment(connectionString));

        Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
        Assert.Contains("WHR1037", host.Output, StringComparison.Ordinal);
        Assert.Contains("WebhookReceiver__Inbox__ConnectionString", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("canary-password", host.Output, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Environment(string connectionString) => new(HostProcess.RightEnvironment)
    {
        ["WebhookReceiver__Inbox__Provider"] = "PostgreSql",
        ["WebhookReceiver__Inbox__ConnectionString"] = connectionString,
    };

    private static async Task UntilSucceededAsync(string management, string id)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(HostProcess.Patience);
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{management}/api/v1/events/{id}") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", TestHost.Token) } };
            using var answer = await TestHost.Client.SendAsync(request, patience.Token);
            if (JsonElement.Parse(await answer.Content.ReadAsStringAsync(patience.Token)).GetProperty("state").GetString() == "succeeded")
            {
                return;
            }
        }
    }
}
