using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using SQLitePCL;
using WebhookReceiver.Inbox;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox.Dedupe;

/// <summary>Known events on SQLite, with runs so small that a test goes through all of their life.</summary>
public sealed class KnownEventsTests : IDisposable
{
    private const int IdsPerRun = 100;

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _clock = new(TestEvents.Start);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Append_EventsInMemoryAndInRuns_AreAllKnown()
    {
        await using var store = await OpenAsync("inbox.db");
        var events = await AppendAsync(store, 0, 5 * IdsPerRun);

        await AssertKnownAsync(store, events);
        Assert.True(Count("inbox.db", "dedupe_run") >= 3);
    }

    [Fact]
    public async Task Append_AfterReopening_KnowsTheEventsOfRunsAndThoseAboveThem()
    {
        InboxEvent[] events;
        await using (var store = await OpenAsync("inbox.db"))
        {
            events = await AppendAsync(store, 0, 5 * IdsPerRun);
        }

        await using var reopened = await OpenAsync("inbox.db");

        await AssertKnownAsync(reopened, events);
        Assert.All(await AppendAsync(reopened, events.Length, IdsPerRun), stored => Assert.False(stored.IsDuplicate));
    }

    [Fact]
    public async Task Append_CrashAfterAnyCommit_KnowsEveryEventThatWasCommitted()
    {
        // What lies on disk when the next transaction is about to commit is what a crash would leave: a copy of it is opened as if it had.
        var copies = new List<(string Name, int Committed)>();
        var committed = 0;
        var events = Enumerable.Range(0, (5 * IdsPerRun) / 2).Select(i => TestEvents.New($"e{i}")).ToArray();
        await using (var store = await OpenAsync("inbox.db", beforeCommit: () => copies.Add((Copy("inbox.db", $"copy{copies.Count}.db"), committed))))
        {
            foreach (var stored in events)
            {
                Assert.Equal(AppendStatus.Committed, await store.AppendAsync(TestEvents.Delivery(stored, true, 1)));
                committed++;
            }
        }

        Assert.True(copies.Count >= events.Length);
        var cutOff = copies.Where(copy => Count(copy.Name, "dedupe") % IdsPerRun != 0).ToHashSet();
        Assert.NotEmpty(cutOff); // copies that were made while a run was half written
        foreach (var (name, count) in copies.Where((copy, i) => i % 10 == 0 || copy.Committed > events.Length - 3 || cutOff.Contains(copy)))
        {
            await using var store = await OpenAsync(name);
            var before = (await store.Reader.CountAsync(TestContext.Current.CancellationToken)).ByState.Values.Sum();
            Assert.InRange(before, count, count + 1);
            await AssertKnownAsync(store, events[..count]);
            Assert.Equal(before, (await store.Reader.CountAsync(TestContext.Current.CancellationToken)).ByState.Values.Sum());
        }
    }

    [Fact]
    public async Task Append_TransactionIsRolledBack_ForgetsItsEventsAndKeepsTheOthers()
    {
        var fails = false;
        await using var store = await OpenAsync("inbox.db", beforeCommit: () =>
        {
            if (fails)
            {
                throw new SqliteException("There is no room.", raw.SQLITE_FULL);
            }
        });
        var events = await AppendAsync(store, 0, 2 * IdsPerRun);
        fails = true;
        Assert.Equal(AppendStatus.Failed, await store.AppendAsync(TestEvents.Delivery(TestEvents.New("late"), true, 1)));
        fails = false;

        var again = TestEvents.New("late");
        await store.AppendAsync(TestEvents.Delivery(again, true, 1));

        Assert.False(again.IsDuplicate);
        await AssertKnownAsync(store, events);
    }

    [Fact]
    public async Task Append_TransactionsAreRolledBackWhileARunIsWritten_WritesAllOfTheRun()
    {
        var commits = 0;
        InboxEvent[] events;
        await using (var store = await OpenAsync("inbox.db", beforeCommit: () =>
        {
            if (++commits > IdsPerRun && commits % 2 == 0)
            {
                throw new SqliteException("There is no room.", raw.SQLITE_FULL);
            }
        }))
        {
            events = [.. Enumerable.Range(0, 4 * IdsPerRun).Select(i => TestEvents.New($"e{i}"))];
            var acknowledged = new List<InboxEvent>();
            foreach (var stored in events)
            {
                if (await store.AppendAsync(TestEvents.Delivery(stored, true, 1)) == AppendStatus.Committed)
                {
                    acknowledged.Add(stored);
                }
            }

            events = [.. acknowledged];
        }

        Assert.InRange(events.Length, 2 * IdsPerRun, 3 * IdsPerRun);
        await using var reopened = await OpenAsync("inbox.db");
        Assert.True(Count("inbox.db", "dedupe_run") >= 1);
        await AssertKnownAsync(reopened, events);
    }

    [Fact]
    public async Task Append_AnotherBodyForAnIdInARun_IsNoticed()
    {
        await using var store = await OpenAsync("inbox.db");
        await AppendAsync(store, 0, 4 * IdsPerRun);

        var again = TestEvents.New("e1", body: """{"other":1}""");
        await store.AppendAsync(TestEvents.Delivery(again, true, 1));

        Assert.True(again.IsDuplicate);
        Assert.True(again.IsBodyMismatch);
    }

    [Fact]
    public async Task Append_EventOlderThanItsWindow_IsANewOne()
    {
        await using var store = await OpenAsync("inbox.db");
        await AppendAsync(store, 0, 1);

        var within = At(TestEvents.Start + TimeSpan.FromDays(29));
        await store.AppendAsync(TestEvents.Delivery(within, true, 1));
        var after = At(TestEvents.Start + TimeSpan.FromDays(30));
        await store.AppendAsync(TestEvents.Delivery(after, true, 1));
        var again = At(TestEvents.Start + TimeSpan.FromDays(31));
        await store.AppendAsync(TestEvents.Delivery(again, true, 1));

        Assert.Equal((true, false, true), (within.IsDuplicate, after.IsDuplicate, again.IsDuplicate));
        Assert.Equal(after.PublicId, again.PublicId);

        static InboxEvent At(DateTimeOffset receivedAt) => TestEvents.New("e0", receivedAt: receivedAt);
    }

    [Fact]
    public async Task Append_RunsOlderThanTheWindow_AreRemovedAsAWhole()
    {
        await using var store = await OpenAsync("inbox.db");
        await AppendAsync(store, 0, 4 * IdsPerRun);
        var runs = Count("inbox.db", "dedupe_run");
        Assert.True(runs >= 2);

        _clock.Advance(InboxEvent.DefaultDedupeWindow + TimeSpan.FromDays(1));
        var later = await AppendAsync(store, 10_000, 4 * IdsPerRun);

        Assert.Equal(0, Count("inbox.db", $"dedupe WHERE received_at <= {TestEvents.Start.ToUnixTimeMilliseconds()}"));
        await AssertKnownAsync(store, later);
    }

    [Fact]
    public async Task Open_AllRunsWereForgotten_DoesNotReadTheirEventsAgain()
    {
        await using (var store = await OpenAsync("inbox.db"))
        {
            await AppendAsync(store, 0, 8 * IdsPerRun);
            _clock.Advance(InboxEvent.DefaultDedupeWindow + TimeSpan.FromDays(1));
            await AppendAsync(store, 10_000, IdsPerRun / 2);
        }

        Assert.Equal(0, Count("inbox.db", "dedupe_run"));
        await using var reopened = await OpenAsync("inbox.db");
        var later = await AppendAsync(reopened, 20_000, 2 * IdsPerRun);

        Assert.InRange(Count("inbox.db", "dedupe"), IdsPerRun, 4 * IdsPerRun); // what no run had held, and what came then
        await AssertKnownAsync(reopened, later);
    }

    private async Task<SqliteInboxStore> OpenAsync(string name, Action? beforeCommit = null)
    {
        var store = new SqliteInboxStore(new SqliteInboxOptions
        {
            Path = _directory.File(name),
            Handlers = [new("", "new_order", "First")],
            Clock = _clock,
            BeforeCommit = beforeCommit,
            IdsPerRun = IdsPerRun,
        });
        await store.OpenAsync(TestContext.Current.CancellationToken);
        return store;
    }

    /// <summary>Each in a transaction of its own, so that runs are written beside them.</summary>
    private async Task<InboxEvent[]> AppendAsync(SqliteInboxStore store, int from, int count)
    {
        var events = Enumerable.Range(from, count).Select(i => TestEvents.New($"e{i}", receivedAt: _clock.GetUtcNow())).ToArray();
        foreach (var stored in events)
        {
            Assert.Equal(AppendStatus.Committed, await store.AppendAsync(TestEvents.Delivery(stored, true, 1)));
        }

        return events;
    }

    /// <summary>Sends all again, as one delivery.</summary>
    private static async Task AssertKnownAsync(SqliteInboxStore store, InboxEvent[] events)
    {
        var again = events.Select(stored => TestEvents.New(stored.EventId, receivedAt: stored.ReceivedAt)).ToArray();
        Assert.Equal(AppendStatus.Committed, await store.AppendAsync(new InboxDelivery(again, [.. again.Select(_ => new[] { 1 })], BornRunning: true)));
        Assert.All(again, stored => Assert.True(stored.IsDuplicate, $"{stored.EventId} is not known."));
        Assert.Equal(events.Select(stored => stored.PublicId), again.Select(stored => stored.PublicId));
    }

    private string Copy(string name, string copy)
    {
        foreach (var suffix in new[] { "", "-wal" })
        {
            File.Copy(_directory.File(name + suffix), _directory.File(copy + suffix));
        }

        return copy;
    }

    private long Count(string name, string table) => (long)DatabaseFile.Read(_directory.File(name), $"SELECT COUNT(*) FROM {table}");
}
