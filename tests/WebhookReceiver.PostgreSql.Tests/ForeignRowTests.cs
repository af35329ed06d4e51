using WebhookReceiver.Inbox;
using WebhookReceiver.PostgreSql.Tests.Support;

namespace WebhookReceiver.PostgreSql.Tests;

/// <summary>Rows that somebody else has written: they stop nothing, and hide neither the others nor themselves.</summary>
public sealed class ForeignRowTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await database.EmptyAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Claim_RowWithTimesThatAreNone_IsClaimedWithTheOthers()
    {
        await using var store = await StoreUnderTest.OpenAsync(database.ConnectionString);
        await store.AppendAsync("before", bornRunning: false);
        var foreign = await store.AppendAsync("foreign", bornRunning: false);
        await store.AppendAsync("after", bornRunning: false);
        await ChangeAsync("event SET received_at = 9223372036854775807, happened_at = -9223372036854775808", foreign);

        var claimed = await store.ClaimAsync();

        Assert.Equal(["before", "foreign", "after"], claimed.Select(static item => item.Event.EventId));
        Assert.Equal(["after", "foreign", "before"], (await ListAsync(store)).Select(static row => row.EventId));
        Assert.Equal(DateTimeOffset.MaxValue.ToUnixTimeMilliseconds(), (await store.FindAsync(foreign)).Event.ReceivedAt.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task Read_RowInAStateThatIsNone_IsShownAsDead()
    {
        await using var store = await StoreUnderTest.OpenAsync(database.ConnectionString);
        var foreign = await store.AppendAsync("foreign", bornRunning: false);
        await store.AppendAsync("beside", bornRunning: false);
        await ChangeAsync("work SET state = 99", foreign);

        Assert.Equal([WorkState.Pending, WorkState.Dead], (await ListAsync(store)).Select(static row => row.State));
        Assert.Equal(WorkState.Dead, (await store.FindAsync(foreign)).State);
        var counts = await store.Store.Reader.CountAsync(TestContext.Current.CancellationToken);
        Assert.Equal((1, 1, 0), (counts.ByState[WorkState.Dead], counts.ByState[WorkState.Pending], counts.Unaccounted));
    }

    private Task ChangeAsync(string change, InboxEvent of) => database.ExecuteAsync($"UPDATE webhook_receiver.{change} WHERE seq = {of.Seq}");

    private static Task<IReadOnlyList<EventRow>> ListAsync(StoreUnderTest store) =>
        store.Store.Reader.ListAsync(new EventFilter(null, null, null, 10, null), TestContext.Current.CancellationToken);
}
