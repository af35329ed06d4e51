using WebhookReceiver.Inbox;
using WebhookReceiver.PostgreSql.Tests.Support;
using WebhookReceiver.PostgreSql.Writing;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.PostgreSql.Tests.Writing;

public sealed class InboxWriterTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await database.EmptyAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Append_OneBadRowInABatch_DoesNotFailItsNeighbours()
    {
        var gate = new TaskCompletionSource();
        await using var store = await StoreUnderTest.OpenAsync(database.ConnectionString, beforeCommit: () => gate.Task);

        // The same handler twice breaks the key of the work.
        var bad = new InboxDelivery([TestEvents.New("bad")], [[store.First, store.First]], BornRunning: true);
        var good = Enumerable.Range(0, 20).Select(i => TestEvents.New($"good{i}")).ToArray();
        var appends = good.Select(stored => store.Store.AppendAsync(TestEvents.Delivery(stored, true, store.First)).AsTask()).ToList();
        appends.Insert(10, store.Store.AppendAsync(bad).AsTask());
        gate.SetResult();
        var statuses = await Task.WhenAll(appends);

        Assert.Equal(AppendStatus.Failed, statuses[10]);
        Assert.Equal(20, statuses.Count(static status => status == AppendStatus.Committed));
        Assert.Equal(20L, await database.ReadAsync("SELECT COUNT(*) FROM webhook_receiver.event WHERE event_id <> 'bad'"));
        Assert.Equal(20L, await database.ReadAsync("SELECT COUNT(*) FROM webhook_receiver.event"));
    }

    /// <summary>A batch that is taken for new and is not is made twice.</summary>
    [Fact]
    public async Task Append_KnownEventAmongMany_IsKnownAndTheOthersStoredAndTheNextBatchLookedAt()
    {
        var (gate, begun) = (new TaskCompletionSource(), 0);
        await using var store = await StoreUnderTest.OpenAsync(database.ConnectionString, beforeCommit: async () =>
        {
            Interlocked.Increment(ref begun);
            await Volatile.Read(ref gate).Task;
        });

        Assert.Equal(1, await TransactionsAsync("new", known: null));
        Assert.Equal(2, await TransactionsAsync("first", known: "new-3"));
        Assert.Equal(1, await TransactionsAsync("second", known: "new-4"));
        store.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, await TransactionsAsync("third", known: "new-5"));

        Assert.Equal(4L * 20 + 2 * 4, await database.ReadAsync("SELECT COUNT(*) FROM webhook_receiver.event"));
        Assert.Equal(4L * 20 + 2 * 4, await database.ReadAsync("SELECT COUNT(*) FROM webhook_receiver.work"));
        Assert.Equal(0, (await store.Store.Reader.CountAsync(TestContext.Current.CancellationToken)).Unaccounted);

        // Stores twenty events in one batch, and one that is known.
        async Task<int> TransactionsAsync(string name, string? known)
        {
            // Both connections are held, so that what comes meanwhile is one batch.
            var (held, before) = (new List<Task<AppendStatus>>(), Volatile.Read(ref begun));
            while (held.Count < InboxWriter.Lanes)
            {
                held.Add(AppendAsync(TestEvents.New($"{name}-held-{held.Count}")));
                await Until.TrueAsync("it is under way", () => Volatile.Read(ref begun) == before + held.Count);
            }

            var events = Enumerable.Range(0, 20).Select(i => TestEvents.New($"{name}-{i}")).ToList();
            var again = known is null ? null : TestEvents.New(known);
            var appends = events.Concat(again is null ? [] : [again]).Select(AppendAsync).ToList();
            Interlocked.Exchange(ref gate, new TaskCompletionSource()).SetResult();
            await Task.WhenAll(held);
            await Until.TrueAsync("the batch is under way", () => Volatile.Read(ref begun) > before + held.Count);
            Volatile.Read(ref gate).SetResult();

            Assert.All(await Task.WhenAll(appends), static status => Assert.Equal(AppendStatus.Committed, status));
            Assert.All(events, static stored => Assert.False(stored.IsDuplicate));
            Assert.True(again is null or { IsDuplicate: true, Seq: > 0 });
            Volatile.Write(ref gate, new TaskCompletionSource());
            return Volatile.Read(ref begun) - before - held.Count;
        }

        Task<AppendStatus> AppendAsync(InboxEvent stored) => store.Store.AppendAsync(TestEvents.Delivery(stored, true, store.First)).AsTask();
    }

    [Fact]
    public async Task Append_BehindATransactionThatIsHeldUp_IsStoredMeanwhile()
    {
        var (heldUp, begun) = (new TaskCompletionSource(), 0);
        await using var store = await StoreUnderTest.OpenAsync(database.ConnectionString, beforeCommit: () => Interlocked.Increment(ref begun) == 1 ? heldUp.Task : Task.CompletedTask);
        var first = store.Store.AppendAsync(TestEvents.Delivery(TestEvents.New("first"), true, store.First)).AsTask();
        await Until.TrueAsync("the first one is under way", () => Volatile.Read(ref begun) == 1);

        var next = store.Store.AppendAsync(TestEvents.Delivery(TestEvents.New("next"), true, store.First)).AsTask();
        var done = await Task.WhenAny(next, Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken));
        heldUp.SetResult();

        Assert.Same(next, done);
        Assert.Equal(AppendStatus.Committed, await next);
        Assert.Equal(AppendStatus.Committed, await first);
    }

    [Fact]
    public async Task Append_TooMuchWaiting_IsOverloadedAtOnce()
    {
        var gate = new TaskCompletionSource();
        await using var store = await StoreUnderTest.OpenAsync(database.ConnectionString, beforeCommit: () => gate.Task);
        var waiting = Enumerable.Range(0, InboxWriter.MaxWaiting)
            .Select(i => store.Store.AppendAsync(TestEvents.Delivery(TestEvents.New($"e{i}"), false, store.First)).AsTask()).ToArray();

        Assert.Equal(AppendStatus.Overloaded, await store.Store.AppendAsync(TestEvents.Delivery(TestEvents.New("late"), false, store.First)));

        gate.SetResult();
        Assert.All(await Task.WhenAll(waiting), static status => Assert.Equal(AppendStatus.Committed, status));
    }

    [Fact]
    public async Task Append_TwinsInOneBatch_ShareTheFirstOnesReceipt()
    {
        var gate = new TaskCompletionSource();
        await using var store = await StoreUnderTest.OpenAsync(database.ConnectionString, beforeCommit: () => gate.Task);
        var twins = new[] { TestEvents.New("e1"), TestEvents.New("e1"), TestEvents.New("e1", body: """{"other":1}""") };
        var appends = twins.Select(twin => store.Store.AppendAsync(TestEvents.Delivery(twin, true, store.First)).AsTask()).ToArray();
        gate.SetResult();
        await Task.WhenAll(appends);

        Assert.Single(twins.Select(static twin => twin.PublicId).Distinct());
        Assert.Equal(1, twins.Count(static twin => !twin.IsDuplicate));
        Assert.Equal(2, twins.Count(static twin => twin.IsDuplicate));
        Assert.Contains(twins, static twin => twin.IsBodyMismatch);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    public async Task Append_KnownEvent_IsKnownForItsWindowAndNotLonger(int milliseconds, bool isKnown)
    {
        await using var store = await StoreUnderTest.OpenAsync(database.ConnectionString);
        await store.AppendAsync("e1");

        var again = TestEvents.New("e1", receivedAt: TestEvents.Start + InboxEvent.DefaultDedupeWindow + TimeSpan.FromMilliseconds(milliseconds));
        Assert.Equal(AppendStatus.Committed, await store.Store.AppendAsync(TestEvents.Delivery(again, true, store.First)));

        Assert.Equal(isKnown, again.IsDuplicate);
        var twin = TestEvents.New("e1", receivedAt: again.ReceivedAt);
        await store.Store.AppendAsync(TestEvents.Delivery(twin, true, store.First));
        Assert.Equal((true, again.PublicId), (twin.IsDuplicate, twin.PublicId));
    }

    [Fact]
    public async Task Append_SynchronousCommitSwitchedOffForTheDatabase_IsFlushedAllTheSame()
    {
        await using var store = await StoreUnderTest.OpenAsync(database.ConnectionString);
        await database.ExecuteAsync("""
            CREATE TABLE IF NOT EXISTS public.seen(setting text); TRUNCATE public.seen;
            CREATE OR REPLACE FUNCTION public.see() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN INSERT INTO public.seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
            CREATE TRIGGER see AFTER INSERT ON webhook_receiver.event FOR EACH ROW EXECUTE FUNCTION public.see();
            """);
        await database.ExecuteAsync($"ALTER DATABASE {await database.ReadAsync("SELECT current_database()")} SET synchronous_commit = off");
        await using var later = await StoreUnderTest.OpenAsync(database.ConnectionString);

        await later.AppendAsync("e1");

        Assert.Equal("off", await database.ReadAsync("SHOW synchronous_commit"));
        Assert.Equal("on", await database.ReadAsync("SELECT setting FROM public.seen"));
        await database.ExecuteAsync($"ALTER DATABASE {await database.ReadAsync("SELECT current_database()")} RESET synchronous_commit");
    }

    [Fact]
    public async Task Append_BackendsTerminatedAgainAndAgain_LosesNothingAndHeals()
    {
        await using var store = await StoreUnderTest.OpenAsync(database.ConnectionString);
        using var stop = new CancellationTokenSource();
        var acknowledged = new System.Collections.Concurrent.ConcurrentBag<string>();
        var senders = Enumerable.Range(0, 16).Select(sender => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                // As a sender does: the same event again until it is taken.
                var id = $"{sender}-{i}";
                while (await store.Store.AppendAsync(TestEvents.Delivery(TestEvents.New(id), false, store.First)) != AppendStatus.Committed)
                {
                    await Task.Yield();
                }

                acknowledged.Add(id);
            }
        })).ToArray();
        for (var round = 1; round <= 15; round++)
        {
            var before = acknowledged.Count;
            await database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'WebhookReceiver'");
            await Until.TrueAsync("it heals", () => acknowledged.Count > before + 50);
        }

        await stop.CancelAsync();
        await Task.WhenAll(senders);

        Assert.Equal((long)acknowledged.Count, await database.ReadAsync("SELECT COUNT(*) FROM webhook_receiver.event"));
        Assert.Equal(0, (await store.Store.Reader.CountAsync(TestContext.Current.CancellationToken)).Unaccounted);
        Assert.False(store.Store.HasFailed);
    }

    [Fact]
    public async Task Complete_ErrorThatNoDatabaseTakes_IsRecordedReadably()
    {
        await using var store = await StoreUnderTest.OpenAsync(database.ConnectionString);
        var stored = await store.AppendAsync("e1");

        Assert.Equal(CompletionStatus.Recorded, await store.EndAsync(store.Claim(stored), AttemptOutcome.Permanent, "a\0b\ud800c"));

        Assert.Equal("a\uFFFDb\uFFFDc", Assert.Single(Assert.Single((await store.FindAsync(stored)).Work).Attempts).Error);
    }

    [Fact]
    public async Task Complete_OneClaimTwiceInABatch_CountsTheFirst()
    {
        var gate = Task.CompletedTask;
        await using var store = await StoreUnderTest.OpenAsync(database.ConnectionString, beforeCommit: () => gate);
        var stored = await store.AppendAsync("e1");
        var held = new TaskCompletionSource();
        gate = held.Task;
        var (first, second) = (store.EndAsync(store.Claim(stored)), store.EndAsync(store.Claim(stored)));
        held.SetResult();

        Assert.Equal([CompletionStatus.Recorded, CompletionStatus.Stale], (await Task.WhenAll(first, second)).Order());
    }
}
