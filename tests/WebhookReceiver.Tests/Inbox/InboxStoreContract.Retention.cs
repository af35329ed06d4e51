using WebhookReceiver.Inbox;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox;

/// <summary>What is past its time goes, and nothing else: what every store promises.</summary>
public abstract partial class InboxStoreContract
{
    private static readonly DateTimeOffset Later = Now.AddSeconds(1);

    [Fact]
    public async Task Purge_BodyPastItsTime_IsGoneAndTheRestOfTheEventIsNot()
    {
        var item = await NewRunningAsync();
        await EndAsync(item, AttemptOutcome.Transient, due: Now, error: "away");
        await EndAsync(Assert.Single(await ClaimAsync(Now)), AttemptOutcome.Succeeded);
        var before = await FindAsync(item.Event);

        Assert.Equal((1, 0), await PurgeAsync(bodiesBefore: Later));

        var after = await FindAsync(item.Event);
        Assert.Equal((BodyState.Purged, 0), (after.Event.CheckBody(), after.Event.Body.Length));
        Assert.Equal((before.Event.Headers, before.Event.EventId, before.Event.Type, before.Event.ReceivedAt, before.State),
            (after.Event.Headers, after.Event.EventId, after.Event.Type, after.Event.ReceivedAt, after.State));
        Assert.Equal(before.Event.BodySha256, after.Event.BodySha256);
        Assert.Equal(before.Work.Select(static work => work.Attempts), after.Work.Select(static work => work.Attempts));
        Assert.Equal("e1", Assert.Single(await ListAsync()).EventId);
        await AssertAccountedAsync(accepted: 1, purged: 0);
    }

    [Fact]
    public async Task Purge_BeforeItsTime_RemovesNothing()
    {
        var item = await NewRunningAsync();
        await EndAsync(item, AttemptOutcome.Succeeded);

        Assert.Equal((0, 0), await PurgeAsync(bodiesBefore: Now, eventsBefore: Now));

        Assert.Equal(BodyState.Stored, (await FindAsync(item.Event)).Event.CheckBody());
    }

    [Theory]
    [InlineData("running")]
    [InlineData("pending")]
    [InlineData("scheduled")]
    [InlineData("dead")]
    [InlineData("parked")]
    public async Task Purge_WorkThatIsNotDone_KeepsAllOfItsEventHoweverOld(string name)
    {
        Assert.True(WorkStates.TryParse(name, out var state));
        var stored = await NewInStateAsync(state);
        await NewRunningAsync("newest");

        Assert.Equal((0, 0), await PurgeAsync(Now.AddYears(1), Now.AddYears(1)));

        var found = await FindAsync(stored);
        Assert.Equal((BodyState.Stored, state), (found.Event.CheckBody(), found.State));
        await AssertAccountedAsync(accepted: 2, purged: 0);
    }

    [Theory]
    [InlineData("running")]
    [InlineData("dead")]
    public async Task Purge_OneHandlerOfTwoIsNotDone_KeepsTheEvent(string state)
    {
        var stored = TestEvents.New("e1");
        await _store.AppendAsync(TestEvents.Delivery(stored, true, First, Second));
        await EndAsync(new WorkItem(stored, First, 0, 1, 1), AttemptOutcome.Succeeded);
        if (state == "dead")
        {
            await EndAsync(new WorkItem(stored, Second, 0, 1, 1), AttemptOutcome.Permanent);
        }

        Assert.Equal((0, 0), await PurgeAsync(Later, Later));

        Assert.Equal(BodyState.Stored, (await FindAsync(stored)).Event.CheckBody());
    }

    [Fact]
    public async Task Purge_CancelledEvent_CountsFromWhenItWasCancelled()
    {
        var stored = await NewInStateAsync(WorkState.Parked);
        await _store.CancelAsync(stored.Seq, "not wanted", Now.AddDays(20));
        await NewRunningAsync("newest");

        Assert.Equal((0, 0), await PurgeAsync(Now.AddDays(20), Now.AddDays(20)));
        Assert.Equal((1, 0), await PurgeAsync(Now.AddDays(21), Now));
        Assert.Equal((0, 1), await PurgeAsync(Now.AddDays(21), Now.AddDays(21)));

        await AssertAccountedAsync(accepted: 2, purged: 1);
    }

    [Fact]
    public async Task Purge_EventPastItsTime_IsGoneAndCountedAndItsIdStaysKnown()
    {
        var item = await NewRunningAsync();
        await EndAsync(item, AttemptOutcome.Transient, due: Now, error: "away");
        await EndAsync(Assert.Single(await ClaimAsync(Now)), AttemptOutcome.Succeeded);
        await NewRunningAsync("newest");

        Assert.Equal((0, 1), await PurgeAsync(Later, Later));

        Assert.Null(await _store.Reader.FindAsync(item.Event.Seq, item.Event.Token, TestContext.Current.CancellationToken));
        Assert.Equal("newest", Assert.Single(await ListAsync()).EventId);
        Assert.Equal(ChangeStatus.NotFound, await _store.ReplayAsync(item.Event.Seq, [First], "again", Now));
        Assert.Equal(ChangeStatus.NotFound, await _store.CancelAsync(item.Event.Seq, "enough", Now));
        Assert.False(await EndAsync(item, AttemptOutcome.Succeeded));
        var again = TestEvents.New("e1");
        await _store.AppendAsync(TestEvents.Delivery(again, true, First));
        Assert.Equal((true, item.Event.PublicId), (again.IsDuplicate, again.PublicId));
        await AssertAccountedAsync(accepted: 2, purged: 1);
        await ReopenAsync();
        await AssertAccountedAsync(accepted: 2, purged: 1);
    }

    [Fact]
    public async Task Purge_AllEvents_NeverGivesANumberTwice()
    {
        var (first, second) = (await NewRunningAsync("e1"), await NewRunningAsync("e2"));
        await EndAsync(first, AttemptOutcome.Succeeded);
        await EndAsync(second, AttemptOutcome.Succeeded);
        await PurgeAsync(Later, Later);
        await ReopenAsync();

        var third = await NewRunningAsync("e3");

        Assert.True(third.Event.Seq > second.Event.Seq);
    }

    [Fact]
    public async Task Replay_BodyIsPurged_IsRefusedAsThat()
    {
        var item = await NewRunningAsync();
        await EndAsync(item, AttemptOutcome.Succeeded);
        await PurgeAsync(bodiesBefore: Later);

        Assert.Equal(ChangeStatus.Purged, await _store.ReplayAsync(item.Event.Seq, [First], "again", Now));

        Assert.Empty(await ClaimAsync(Now.AddYears(1)));
        Assert.Equal(WorkState.Succeeded, (await FindAsync(item.Event)).State);
    }

    [Fact]
    public async Task Append_BodyIsPurged_IsStillKnownByTheFirstIdAfterAReopening()
    {
        var item = await NewRunningAsync();
        await EndAsync(item, AttemptOutcome.Succeeded);
        await PurgeAsync(bodiesBefore: Later);
        await ReopenAsync();

        var (again, other) = (TestEvents.New("e1"), TestEvents.New("e1", body: "{}"));
        await _store.AppendAsync(TestEvents.Delivery(again, true, First));
        await _store.AppendAsync(TestEvents.Delivery(other, true, First));

        Assert.Equal((true, false, item.Event.PublicId), (again.IsDuplicate, again.IsBodyMismatch, again.PublicId));
        Assert.True(other.IsBodyMismatch);
    }

    [Fact]
    public async Task Purge_EventThatWasDeadForLong_IsFoundOnceItHasEnded()
    {
        var dead = await NewInStateAsync(WorkState.Dead);
        var usual = await NewRunningAsync("usual");
        await EndAsync(usual, AttemptOutcome.Succeeded);
        Assert.Equal((1, 0), await PurgeAsync(bodiesBefore: Now.AddDays(10)));

        await _store.ReplayAsync(dead.Seq, [First], "repaired", Now.AddDays(20));
        var claimed = Assert.Single(await ClaimAsync(Now.AddDays(20)));
        await EndAsync(claimed, AttemptOutcome.Succeeded, at: Now.AddDays(20));

        Assert.Equal((0, 0), await PurgeAsync(bodiesBefore: Now.AddDays(20)));
        Assert.Equal((1, 0), await PurgeAsync(bodiesBefore: Now.AddDays(21)));
        Assert.Equal(BodyState.Purged, (await FindAsync(dead)).Event.CheckBody());
    }

    [Fact]
    public async Task Purge_ClockWasAheadForAWhile_GoesOnWhenItIsRightAgain()
    {
        var first = await NewRunningAsync("e1");
        await EndAsync(first, AttemptOutcome.Succeeded);
        Assert.Equal((1, 0), await PurgeAsync(bodiesBefore: Now.AddYears(10)));
        var second = await NewRunningAsync("e2");
        await EndAsync(second, AttemptOutcome.Succeeded);

        Assert.Equal((1, 0), await PurgeAsync(bodiesBefore: Later));

        Assert.Equal(BodyState.Purged, (await FindAsync(second.Event)).Event.CheckBody());
    }

    [Fact]
    public async Task Purge_MoreThanASlice_TakesSeveralAndMissesNone()
    {
        const int Count = 2_500;
        var events = Enumerable.Range(0, Count).Select(static i => TestEvents.New($"e{i}")).ToArray();
        await _store.AppendAsync(new InboxDelivery(events, [.. events.Select(_ => new[] { First })], BornRunning: true));
        await Task.WhenAll(events.Select(stored => EndAsync(new WorkItem(stored, First, 0, 1, 1), AttemptOutcome.Succeeded)));

        var slices = new List<PurgeSlice>();
        do
        {
            slices.Add(await _store.PurgeAsync(new RetentionLimits(Later, DateTimeOffset.MinValue, DateTimeOffset.MinValue)));
        }
        while (slices[^1].Status == PurgeStatus.More);

        Assert.All(slices, static slice => Assert.InRange(slice.Bodies, 0, 1_000));
        Assert.Equal(Count, slices.Sum(static slice => slice.Bodies));
    }

    private async Task<InboxEvent> NewInStateAsync(WorkState state)
    {
        var stored = TestEvents.New("e1");
        await _store.AppendAsync(TestEvents.Delivery(stored, state is not (WorkState.Pending or WorkState.Parked), state == WorkState.Parked ? [] : [First]));
        var item = new WorkItem(stored, First, Generation: 0, Attempt: 1, Epoch: 1);
        if (state is WorkState.Scheduled or WorkState.Dead)
        {
            await EndAsync(item, state == WorkState.Dead ? AttemptOutcome.Permanent : AttemptOutcome.Transient, due: Now, error: "away");
        }

        Assert.Equal(state, (await FindAsync(stored)).State);
        return stored;
    }

    /// <summary>One whole walk through the inbox.</summary>
    private async Task<(int Bodies, int Events)> PurgeAsync(DateTimeOffset bodiesBefore, DateTimeOffset? eventsBefore = null)
    {
        var limits = new RetentionLimits(bodiesBefore, eventsBefore ?? DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
        var (bodies, events) = (0, 0);
        while (true)
        {
            var slice = await _store.PurgeAsync(limits);
            (bodies, events) = (bodies + slice.Bodies, events + slice.Events);
            if (slice.Status == PurgeStatus.Done)
            {
                return (bodies, events);
            }
        }
    }

    private async Task AssertAccountedAsync(long accepted, long purged)
    {
        var counts = await _store.Reader.CountAsync(TestContext.Current.CancellationToken);
        Assert.Equal((purged, 0, accepted), (counts.Purged, counts.Unaccounted, counts.ByState.Values.Sum() + counts.Purged));
    }
}
