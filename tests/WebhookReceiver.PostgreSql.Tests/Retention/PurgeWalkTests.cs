using Npgsql;
using WebhookReceiver.Inbox;
using WebhookReceiver.PostgreSql.Tests.Support;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.PostgreSql.Tests.Retention;

/// <summary>What the contract does not say of retention: several replicas, people who decide meanwhile, and ids.</summary>
public sealed class PurgeWalkTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly DateTimeOffset Later = TestEvents.Start.AddDays(1);

    public async ValueTask InitializeAsync() => await database.EmptyAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Purge_SomebodyIsDecidingAboutTheEvent_PassesItOverAndTakesItTheNextTime()
    {
        await using var store = await StoreUnderTest.OpenAsync(database.ConnectionString);
        var (decided, usual) = (await store.AppendAsync("e1"), await store.AppendAsync("e2"));
        await store.EndAsync(store.Claim(decided));
        await store.EndAsync(store.Claim(usual));
        await using (var person = new NpgsqlConnection(database.ConnectionString))
        {
            await person.OpenAsync(TestContext.Current.CancellationToken);
            await using var transaction = await person.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using var hold = new NpgsqlCommand("SELECT FROM webhook_receiver.event WHERE event_id = 'e1' FOR NO KEY UPDATE", person);
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

            Assert.Equal((1, 0), await WalkAsync(store));
        }

        Assert.Equal(BodyState.Stored, (await store.FindAsync(decided)).Event.CheckBody());
        Assert.Equal((1, 0), await WalkAsync(store));
        Assert.Equal(BodyState.Purged, (await store.FindAsync(decided)).Event.CheckBody());
    }

    [Fact]
    public async Task Purge_AnotherReplicaIsAtIt_WaitsForItsTurn()
    {
        await using var store = await StoreUnderTest.OpenAsync(database.ConnectionString);
        await store.EndAsync(store.Claim(await store.AppendAsync("e1")));
        await using (var other = new NpgsqlConnection(database.ConnectionString))
        {
            await other.OpenAsync(TestContext.Current.CancellationToken);
            await using var transaction = await other.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using var turn = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtext('webhook_receiver.purge'))", other);
            await turn.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

            Assert.Equal(new PurgeSlice(PurgeStatus.Busy), await store.Store.PurgeAsync(Limits));
        }

        Assert.Equal((1, 0), await WalkAsync(store));
    }

    [Fact]
    public async Task Purge_IdThatIsNotKnownAnyMore_IsForgottenAndNoOther()
    {
        await using var store = await StoreUnderTest.OpenAsync(database.ConnectionString);
        await store.AppendAsync("old");
        await store.AppendAsync("young");
        await database.ExecuteAsync($"UPDATE webhook_receiver.dedupe SET known_until = {TestEvents.Start.ToUnixTimeMilliseconds() - 1} WHERE event_id = 'old'");

        await WalkAsync(store);

        Assert.Equal("young", await database.ReadAsync("SELECT string_agg(event_id, ' ') FROM webhook_receiver.dedupe"));
    }

    private static RetentionLimits Limits => new(Later, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

    private static async Task<(int Bodies, int Events)> WalkAsync(StoreUnderTest store)
    {
        var (bodies, events) = (0, 0);
        while (true)
        {
            var slice = await store.Store.PurgeAsync(Limits);
            (bodies, events) = (bodies + slice.Bodies, events + slice.Events);
            if (slice.Status == PurgeStatus.Done)
            {
                return (bodies, events);
            }
        }
    }
}
