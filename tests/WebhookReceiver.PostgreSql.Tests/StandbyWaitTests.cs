using Npgsql;
using WebhookReceiver.Inbox;
using WebhookReceiver.PostgreSql.Tests.Support;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.PostgreSql.Tests;

/// <summary>A server that is to wait for a synchronous standby, and gives up waiting.</summary>
public sealed class StandbyWaitTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    /// <summary>As a role may be set that is not to see warnings.</summary>
    private const string WarningsHidden = "-c client_min_messages=error";

    private int _sent;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Append_WaitForTheStandbyIsEnded_IsNotAcknowledgedUntilItIsSentAgainAndConfirmed(bool byAPerson)
    {
        database.Need();
        await using var server = await OwnServer.StartAsync();
        await using var store = await OpenAsync(server);
        var unconfirmed = await LoseStandbyAsync(server, store, byAPerson);

        // It is there, and known: that is not confirmed either.
        Assert.Equal(1L, await server.ReadAsync($"SELECT COUNT(*) FROM webhook_receiver.event WHERE event_id = '{unconfirmed}'"));
        Assert.Equal(AppendStatus.Failed, await AnswerAsync(server, AppendAsync(store, TestEvents.New(unconfirmed)), byAPerson));

        await server.DoWithoutStandbyAsync();
        var again = TestEvents.New(unconfirmed);
        await Until.TrueAsync("it is confirmed", async () => await AppendAsync(store, again) == AppendStatus.Committed);
        Assert.True(again.IsDuplicate);
    }

    [Fact]
    public async Task Claim_WaitForTheStandbyIsEnded_GivesNothingToRunUntilItDoes()
    {
        database.Need();
        await using var server = await OwnServer.StartAsync();
        await using var store = await OpenAsync(server);
        var stored = await store.AppendAsync("waiting", bornRunning: false);
        await LoseStandbyAsync(server, store, byAPerson: true);

        await Assert.ThrowsAsync<NpgsqlException>(() => AnswerAsync(server, store.ClaimAsync(), byAPerson: true));

        await server.DoWithoutStandbyAsync();
        WorkItem? claimed = null;
        await store.TurnUntilAsync("it is claimed again", async () => (claimed = (await store.ClaimAsync()).FirstOrDefault(item => item.Event.Seq == stored.Seq)) is not null);

        // The claim that nobody heard of had the first.
        Assert.True(claimed!.Epoch > 1);
    }

    [Fact]
    public async Task Replay_WaitForTheStandbyIsEnded_IsNotSaidToBeDone()
    {
        database.Need();
        await using var server = await OwnServer.StartAsync();
        await using var store = await OpenAsync(server);
        var stored = await store.AppendAsync("handled");
        await store.EndAsync(store.Claim(stored));
        await LoseStandbyAsync(server, store, byAPerson: true);

        await Assert.ThrowsAsync<NpgsqlException>(
            () => AnswerAsync(server, store.Store.ReplayAsync(stored.Seq, [store.First], "again", TestEvents.Start).AsTask(), byAPerson: true));

        await server.DoWithoutStandbyAsync();
    }

    private static Task<StoreUnderTest> OpenAsync(OwnServer server) =>
        StoreUnderTest.OpenAsync(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Options = WarningsHidden }.ConnectionString);

    private static async Task<AppendStatus> AppendAsync(StoreUnderTest store, InboxEvent sent) =>
        await store.Store.AppendAsync(TestEvents.Delivery(sent, bornRunning: true, store.First));

    /// <summary>Waits for an answer, until our own limit ends the wait for the standby, or a person does.</summary>
    private static async Task<T> AnswerAsync<T>(OwnServer server, Task<T> answer, bool byAPerson)
    {
        await Until.TrueAsync("there is an answer", async () =>
        {
            if (byAPerson)
            {
                await server.ReadAsync("SELECT COUNT(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
            }

            return answer.IsCompleted;
        });
        return await answer;
    }

    /// <summary>Takes the standby away, and sends until one is not acknowledged: the server does not heed its settings at once.</summary>
    /// <returns>The id of that one.</returns>
    private async Task<string> LoseStandbyAsync(OwnServer server, StoreUnderTest store, bool byAPerson)
    {
        await server.LoseStandbyAsync();
        var id = "";
        await Until.TrueAsync(
            "an event is not acknowledged",
            async () => await AnswerAsync(server, AppendAsync(store, TestEvents.New(id = $"sent{++_sent}")), byAPerson) == AppendStatus.Failed);
        return id;
    }
}
