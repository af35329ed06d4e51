using Npgsql;
using WebhookReceiver.Inbox;
using WebhookReceiver.PostgreSql.Nodes;
using WebhookReceiver.PostgreSql.Tests.Support;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.PostgreSql.Tests.Nodes;

/// <summary>Two processes on one database, and what becomes of the work of one that is gone or held up.</summary>
public sealed class NodeTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await database.EmptyAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Expired_WorkThatRan_IsTakenOverAndTheOldOwnerChangesNothing()
    {
        await using var gone = await OpenAsync();
        await using var other = await OpenAsync();
        var (called, waiting) = (await gone.AppendAsync("called"), await gone.AppendAsync("waiting"));
        Assert.True(await gone.Store.StartAsync(gone.Claim(called), 0, TestEvents.Start));

        await ExpireAsync();
        await other.TurnUntilAsync("the work is taken over", () => Task.FromResult(!other.TakenOver.IsEmpty));

        Assert.True(other.TakenOver.TryDequeue(out var recovered));
        Assert.Equal((2, 1, called.PublicId, AttemptOutcome.Crashed), (recovered.Count, recovered.Unstarted, Assert.Single(recovered.Crashed).PublicId, recovered.Crashed[0].Outcome));
        var again = (await other.ClaimAsync()).ToDictionary(static item => item.Event.EventId);
        Assert.Equal((2, 1, 1, 0), (again["called"].Attempt, again["called"].Crashes, again["waiting"].Attempt, again["waiting"].Crashes));
        Assert.Equal(CompletionStatus.Stale, await gone.EndAsync(gone.Claim(called)));
        Assert.False(await gone.Store.StartAsync(gone.Claim(waiting), 1, TestEvents.Start));
        Assert.Equal(WorkState.Running, (await other.FindAsync(called)).State);
        Assert.Equal(CompletionStatus.Recorded, await other.EndAsync(again["called"]));
        Assert.Equal(0, (await other.Store.Reader.CountAsync(TestContext.Current.CancellationToken)).Unaccounted);
    }

    [Fact]
    public async Task Expired_WorkStoredAsCalledAtOnce_IsASuspectUnlessItHasEnded()
    {
        await using var gone = await OpenAsync();
        await using var other = await OpenAsync();
        var (called, ended) = (await gone.AppendAsync("called", startsAtOnce: true), await gone.AppendAsync("ended", startsAtOnce: true));
        Assert.Equal(CompletionStatus.Recorded, await gone.EndAsync(gone.Claim(ended)));

        await ExpireAsync();
        await other.TurnUntilAsync("the work is taken over", () => Task.FromResult(!other.TakenOver.IsEmpty));

        Assert.True(other.TakenOver.TryDequeue(out var recovered));
        Assert.Equal((1, called.PublicId, 1), (recovered.Count, Assert.Single(recovered.Crashed).PublicId, recovered.Crashed[0].Crashes));
        var again = Assert.Single(await other.ClaimAsync());
        Assert.Equal(("called", 2, true), (again.Event.EventId, again.Attempt, again.IsSuspect));
        Assert.Equal(called.ReceivedAt, Assert.Single(Assert.Single((await other.FindAsync(called)).Work).Attempts).StartedAt);

        // Claimed and not called, it is blamed no further.
        await database.ExecuteAsync("UPDATE webhook_receiver.work SET owner = 4711");
        await gone.TurnUntilAsync("the orphan is taken over", () => Task.FromResult(gone.TakenOver.Any(static taken => taken.Count == 1)));
        await Until.TrueAsync("it owns what it claims", () => gone.Store.IsOwner);
        var third = Assert.Single(await gone.ClaimAsync());
        Assert.Equal((2, 1), (third.Attempt, third.Crashes));
    }

    [Fact]
    public async Task Stop_WorkStoredAsCalledAtOnce_IsASuspectIfItWasCalled()
    {
        await using var other = await OpenAsync();
        await using (var stopped = await OpenAsync())
        {
            var (called, _) = (await stopped.AppendAsync("called", startsAtOnce: true), await stopped.AppendAsync("waiting", startsAtOnce: true));
            Assert.True(await stopped.Store.StartAsync(stopped.Claim(called) with { StartsAtOnce = true }, 0, TestEvents.Start));
        }

        var again = (await other.ClaimAsync()).ToDictionary(static item => item.Event.EventId);
        Assert.Equal((2, true, 1, false), (again["called"].Attempt, again["called"].IsSuspect, again["waiting"].Attempt, again["waiting"].IsSuspect));
    }

    [Fact]
    public async Task Start_StoredAsCalledAtOnce_IsRecordedOnceMoreIfItHasWaitedAndNotAllowedWithoutALease()
    {
        await using var store = await OpenAsync();
        var item = store.Claim(await store.AppendAsync("e1", startsAtOnce: true)) with { StartsAtOnce = true };

        Assert.True(await store.Store.StartAsync(item, 0, TestEvents.Start + NodeLease.Safe - TimeSpan.FromMilliseconds(1)));
        Assert.Equal(0L, await database.ReadAsync("SELECT COUNT(*) FROM webhook_receiver.called"));

        Assert.True(await store.Store.StartAsync(item, 0, TestEvents.Start + NodeLease.Safe));
        Assert.Equal(1L, await database.ReadAsync("SELECT COUNT(*) FROM webhook_receiver.called"));

        store.Clock.Advance(NodeLease.Safe);
        Assert.False(await store.Store.StartAsync(item, 1, TestEvents.Start));
    }

    [Fact]
    public async Task Expired_OwnerThatComesBack_HearsOfItAndHasANewNumber()
    {
        await using var back = await OpenAsync();
        await using var other = await OpenAsync();
        var stored = await back.AppendAsync("e1");
        await ExpireAsync();
        await other.TurnUntilAsync("the work is taken over", () => Task.FromResult(!other.TakenOver.IsEmpty));

        await back.TurnUntilAsync("the loss is noticed", () => Task.FromResult(back.Losses > 0));

        await Until.TrueAsync("it owns what it claims from now on", () => back.Store.IsOwner);
        Assert.False(await back.Store.StartAsync(back.Claim(stored), 0, TestEvents.Start));
        Assert.Equal("e1", Assert.Single(await back.ClaimAsync()).Event.EventId);
        Assert.Equal(CompletionStatus.Stale, await back.EndAsync(back.Claim(stored)));
    }

    [Fact]
    public async Task Expired_NobodyTookOver_IsRenewedWithAllItHas()
    {
        await using var alone = await OpenAsync();
        var stored = await alone.AppendAsync("e1");
        var node = await NodeAsync();

        await ExpireAsync();
        Assert.Empty(await alone.ClaimAsync());
        await alone.TurnUntilAsync("the lease is renewed", async () => await database.ReadAsync("SELECT COUNT(*) FROM webhook_receiver.node WHERE expires_at > clock_timestamp()") is 1L);

        Assert.Equal(node, await NodeAsync());
        Assert.Equal(CompletionStatus.Recorded, await alone.EndAsync(alone.Claim(stored)));
    }

    [Fact]
    public async Task Unreachable_ForTwentySeconds_OwnsNothingUntilItIsBack()
    {
        await using var proxy = new TestProxy(database.ConnectionString);
        await using var store = await OpenAsync(proxy.ConnectionString);
        proxy.HoldAnswers();
        Assert.True(store.Store.IsOwner);

        store.Clock.Advance(NodeLease.Safe - TimeSpan.FromMilliseconds(1));
        Assert.True(store.Store.IsOwner);
        store.Clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.False(store.Store.IsOwner);
        Assert.Equal(1, store.Losses);
        Assert.Empty(await store.ClaimAsync());
        Assert.False(await store.Store.StartAsync(store.Claim(TestEvents.New("e1")), 0, TestEvents.Start));
        proxy.Cut();
        await store.TurnUntilAsync("it is back", () => Task.FromResult(store.Store.IsOwner));
        Assert.Equal(1, store.Losses);
    }

    [Fact]
    public async Task Unheard_WhenItHasGivenUp_DoesNotKeepItsLeaseAlive()
    {
        await using var proxy = new TestProxy(database.ConnectionString);
        await using var store = await OpenAsync(proxy.ConnectionString);
        var expiry = await ExpiryAsync();
        proxy.HoldAnswers();

        store.Clock.Advance(NodeLease.Safe);
        await proxy.AnswerHeld;

        Assert.Equal(expiry, await ExpiryAsync());
        proxy.Cut();
        await store.TurnUntilAsync("it is back", () => Task.FromResult(store.Store.IsOwner));
        Assert.NotEqual(expiry, await ExpiryAsync());
    }

    [Fact]
    public async Task Append_AnswerLostAfterTheCommit_IsNotAcknowledgedThenKnownAndRunsAgain()
    {
        await using var proxy = new TestProxy(database.ConnectionString);
        await using var store = await OpenAsync(proxy.ConnectionString);
        await store.AppendAsync("before");
        proxy.HoldAnswers();
        var lost = store.Store.AppendAsync(TestEvents.Delivery(TestEvents.New("lost"), true, store.First)).AsTask();
        await proxy.AnswerHeld;
        await Until.TrueAsync("the server has committed", async () => await database.ReadAsync("SELECT COUNT(*) FROM webhook_receiver.event") is 2L);
        proxy.Cut();

        Assert.Equal(AppendStatus.Failed, await lost);
        var again = TestEvents.New("lost");
        Assert.Equal(AppendStatus.Committed, await store.Store.AppendAsync(TestEvents.Delivery(again, true, store.First)));

        Assert.True(again.IsDuplicate);
        IReadOnlyList<WorkItem> claimed = [];
        await store.TurnUntilAsync("what was forgotten is pending", async () => (claimed = await store.ClaimAsync()).Count > 0);
        Assert.Equal(("lost", 1), (Assert.Single(claimed).Event.EventId, claimed[0].Attempt));
        Assert.False(store.Store.HasFailed);
    }

    [Fact]
    public async Task Claim_AnswerLostAfterTheCommit_IsPendingAgain()
    {
        await using var proxy = new TestProxy(database.ConnectionString);
        await using var store = await OpenAsync(proxy.ConnectionString);
        await store.AppendAsync("e1", bornRunning: false);
        proxy.HoldAnswers();
        var lost = store.ClaimAsync();
        await Until.TrueAsync("the server has committed", async () => await database.ReadAsync("SELECT COUNT(*) FROM webhook_receiver.work WHERE state = 0") is 1L);
        proxy.Cut();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => lost);

        IReadOnlyList<WorkItem> claimed = [];
        await store.TurnUntilAsync("what was forgotten is pending", async () => (claimed = await store.ClaimAsync()).Count > 0);

        Assert.Equal(("e1", 1, 3), (Assert.Single(claimed).Event.EventId, claimed[0].Attempt, claimed[0].Epoch));
    }

    [Fact]
    public async Task Turn_WorkThatATransactionUnderWayMayHaveBrought_IsLeftAloneUntilThatEnds()
    {
        using var mayCommit = new SemaphoreSlim(1);
        await using var store = await OpenAsync(beforeCommit: () => mayCommit.WaitAsync());
        await store.AppendAsync("e1", bornRunning: false);
        var underWay = store.Store.AppendAsync(TestEvents.Delivery(TestEvents.New("under way"), true, store.First)).AsTask();
        await database.ExecuteAsync("UPDATE webhook_receiver.work SET state = 0, epoch = 2, attempt = 1, owner = (SELECT MAX(id) FROM webhook_receiver.node)");
        var renewed = await LeaseAsync();
        for (var turn = 0; turn < 4; turn++)
        {
            store.Store.LookSoon();
            await store.TurnUntilAsync("the next turn", async () => await LeaseAsync() > renewed);
            renewed = await LeaseAsync();
        }

        var meanwhile = await store.ClaimAsync();
        mayCommit.Release();
        Assert.Equal(AppendStatus.Committed, await underWay);
        Assert.Empty(meanwhile);

        IReadOnlyList<WorkItem> claimed = [];
        await store.TurnUntilAsync("what was forgotten is pending", async () => (claimed = await store.ClaimAsync()).Count > 0);
        Assert.Equal("e1", Assert.Single(claimed).Event.EventId);

        async Task<DateTime> LeaseAsync() => (DateTime)await database.ReadAsync("SELECT MAX(expires_at) FROM webhook_receiver.node");
    }

    [Fact]
    public async Task Turn_WorkOfANodeThatIsNotThere_IsTakenOver()
    {
        await using var store = await OpenAsync();
        await store.AppendAsync("e1");
        await database.ExecuteAsync("UPDATE webhook_receiver.work SET owner = 4711");

        await store.TurnUntilAsync("the orphan is taken over", () => Task.FromResult(!store.TakenOver.IsEmpty));

        Assert.Equal("e1", Assert.Single(await store.ClaimAsync()).Event.EventId);
    }

    [Fact]
    public async Task Turn_LongHandler_IsLeftAlone()
    {
        await using var store = await OpenAsync();
        var stored = await store.AppendAsync("e1");
        var renewed = await LeaseAsync();

        // Several looks, and more than the time after which what nobody knows of is forgotten.
        for (var turn = 0; turn < 8; turn++)
        {
            await store.TurnUntilAsync("the next turn", async () => await LeaseAsync() > renewed);
            renewed = await LeaseAsync();
            store.Store.LookSoon();
        }

        Assert.Empty(await store.ClaimAsync());
        Assert.Equal(CompletionStatus.Recorded, await store.EndAsync(store.Claim(stored)));

        async Task<DateTime> LeaseAsync() => (DateTime)await database.ReadAsync("SELECT MAX(expires_at) FROM webhook_receiver.node");
    }

    [Fact]
    public async Task Stop_RunningWork_IsPendingAtOnceAndTheNodeGone()
    {
        await using var other = await OpenAsync();
        await using (var stopped = await OpenAsync())
        {
            await stopped.AppendAsync("e1");
        }

        Assert.Equal("e1", Assert.Single(await other.ClaimAsync()).Event.EventId);
        Assert.Equal(1L, await database.ReadAsync("SELECT COUNT(*) FROM webhook_receiver.node"));
        Assert.Equal(0L, await database.ReadAsync("SELECT COUNT(*) FROM webhook_receiver.ledger WHERE node NOT IN (SELECT id FROM webhook_receiver.node UNION SELECT 0)"));
    }

    [Fact]
    public async Task Twins_OverTwoProcesses_AreStoredOnce()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        StoreUnderTest[] stores = [first, second];
        for (var round = 0; round < 10; round++)
        {
            var twins = Enumerable.Range(0, 64).Select(_ => TestEvents.New($"twin-{round}")).ToArray();

            var statuses = await Task.WhenAll(twins.Select((twin, i) => Task.Run(async () => await stores[i % 2].Store.AppendAsync(TestEvents.Delivery(twin, true, first.First)))));

            Assert.All(statuses, static status => Assert.Equal(AppendStatus.Committed, status));
            Assert.Single(twins, static twin => !twin.IsDuplicate);
            Assert.Single(twins.Select(static twin => twin.PublicId).Distinct());
        }

        Assert.Equal(10L, await database.ReadAsync("SELECT COUNT(*) FROM webhook_receiver.event"));
    }

    [Fact]
    public async Task Append_SameEventsInAnyOrderOverTwoProcesses_NeverDeadlocks()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        StoreUnderTest[] stores = [first, second];

        var statuses = await Task.WhenAll(Enumerable.Range(0, 2).SelectMany(store => Enumerable.Range(0, 400).Select(i => Task.Run(async () =>
            await stores[store].Store.AppendAsync(TestEvents.Delivery(TestEvents.New($"e{(store == 0 ? i : 399 - i)}"), false, first.First))))));

        Assert.All(statuses, static status => Assert.Equal(AppendStatus.Committed, status));
        Assert.Equal(400L, await database.ReadAsync("SELECT COUNT(*) FROM webhook_receiver.event"));
    }

    [Fact]
    public async Task Claim_ByTwoProcesses_GivesEachItemToOne()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        foreach (var i in Enumerable.Range(0, 300))
        {
            await first.AppendAsync($"e{i}", bornRunning: false);
        }

        var claimed = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(async () => await (i % 2 == 0 ? first : second).Store.ClaimAsync(25, TestEvents.Start))));

        var ids = claimed.SelectMany(static items => items).Select(static item => item.Event.EventId).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Equal((long)ids.Count, await database.ReadAsync("SELECT COUNT(*) FROM webhook_receiver.work WHERE state = 0"));
    }

    [Fact]
    public async Task Claim_HandlerThatThisProcessDoesNotHave_IsLeftToOthersForAWhile()
    {
        HandlerIdentity newer = new("", "new_order", "Newer");
        await using var newProgram = await OpenAsync(handlers: [newer]);
        await using var oldProgram = await OpenAsync();
        await newProgram.AppendAsync("e1", bornRunning: false);

        Assert.Empty(await oldProgram.ClaimAsync());

        await database.ExecuteAsync("UPDATE webhook_receiver.handler SET seen_at = clock_timestamp() - interval '16 minutes' WHERE name = 'Newer'");
        IReadOnlyList<WorkItem> claimed = [];
        await oldProgram.TurnUntilAsync("nobody's work is claimed", async () => (claimed = await oldProgram.ClaimAsync()).Count > 0);
        Assert.Equal(newProgram.First, Assert.Single(claimed).Handler);
    }

    private Task<StoreUnderTest> OpenAsync(string? connectionString = null, IReadOnlyList<HandlerIdentity>? handlers = null, Func<Task>? beforeCommit = null) =>
        StoreUnderTest.OpenAsync(connectionString ?? database.ConnectionString, handlers, beforeCommit);

    /// <summary>As if the first node had been silent for longer than its lease.</summary>
    private Task ExpireAsync() =>
        database.ExecuteAsync("UPDATE webhook_receiver.node SET expires_at = clock_timestamp() - interval '1 second' WHERE id = (SELECT MIN(id) FROM webhook_receiver.node)");

    private Task<object> ExpiryAsync() => database.ReadAsync("SELECT expires_at FROM webhook_receiver.node");

    private async Task<int> NodeAsync() => (int)await database.ReadAsync("SELECT MAX(id) FROM webhook_receiver.node");
}
