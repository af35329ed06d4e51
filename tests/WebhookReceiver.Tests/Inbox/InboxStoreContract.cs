using WebhookReceiver.Inbox;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox;

/// <summary>What every store promises. Each database has one subclass that makes an empty store and reopens it.</summary>
public abstract partial class InboxStoreContract : IAsyncLifetime
{
    private static readonly HandlerIdentity[] Handlers = [new("", "new_order", "First"), new("", "new_order", "Second")];
    private static readonly DateTimeOffset Now = TestEvents.Start;

    private IInboxStore _store = null!;

    private int First => _store.NumberOf(Handlers[0]);

    private int Second => _store.NumberOf(Handlers[1]);

    private protected abstract Task<IInboxStore> OpenAsync(IReadOnlyList<HandlerIdentity> handlers);

    /// <summary>Reads the audit, "action: reason" in its order.</summary>
    private protected abstract Task<string> ReadAuditAsync();

    /// <summary>Deletes rows as nothing in the product does: an event's work, and the event too.</summary>
    private protected abstract void DeleteBehindTheProductsBack(InboxEvent stored, bool withEvent);

    public async ValueTask InitializeAsync() => _store = await OpenAsync(Handlers);

    public virtual async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Append_NewEvent_IsStoredWithItsExactBytes()
    {
        var stored = TestEvents.New("e1", body: "{\"data\":\"\\u0000 h\u00e9llo \u2028\"}");

        Assert.Equal(AppendStatus.Committed, await _store.AppendAsync(TestEvents.Delivery(stored, true, First)));

        Assert.False(stored.IsDuplicate);
        var found = await FindAsync(stored);
        Assert.Equal(stored.Body, found.Event.Body);
        Assert.Equal(stored.BodySha256, found.Event.BodySha256);
        Assert.Equal((stored.Source, stored.EventId, stored.Type, stored.ContentType), (found.Event.Source, found.Event.EventId, found.Event.Type, found.Event.ContentType));
        Assert.Equal("e1", KeptHeaders.Read(found.Event.Headers)["x-event-id"]);
        Assert.Equal(stored.ReceivedAt, found.Event.ReceivedAt);
        Assert.Equal(stored.PublicId, found.Event.PublicId);
    }

    [Fact]
    public async Task Append_EmptyBody_IsStoredAsEmptyAndNotAsMissing()
    {
        var stored = TestEvents.New("e1", body: "");

        await _store.AppendAsync(TestEvents.Delivery(stored, true, First));

        Assert.Empty((await FindAsync(stored)).Event.Body);
    }

    [Fact]
    public async Task Append_SameSourceAndId_IsKnownByTheFirstId()
    {
        var (first, again) = (TestEvents.New("e1"), TestEvents.New("e1"));
        await _store.AppendAsync(TestEvents.Delivery(first, true, First));

        Assert.Equal(AppendStatus.Committed, await _store.AppendAsync(TestEvents.Delivery(again, true, First)));

        Assert.True(again.IsDuplicate);
        Assert.False(again.IsBodyMismatch);
        Assert.Equal(first.PublicId, again.PublicId);
        Assert.Single(await ListAsync());
    }

    [Fact]
    public async Task Append_SameIdWithAnotherBody_KeepsTheFirstAndSaysSo()
    {
        var (first, again) = (TestEvents.New("e1"), TestEvents.New("e1", body: """{"other":1}"""));
        await _store.AppendAsync(TestEvents.Delivery(first, true, First));
        await _store.AppendAsync(TestEvents.Delivery(again, true, First));

        Assert.True(again.IsDuplicate);
        Assert.True(again.IsBodyMismatch);
        Assert.Equal(first.Body, (await FindAsync(first)).Event.Body);
    }

    [Theory]
    [InlineData("default", "E1")] // another case
    [InlineData("default", "e\u0301")] // another normal form of é, beside the composed one
    [InlineData("other", "\u00e9")] // another source
    public async Task Append_IdThatOnlyLooksTheSame_IsAnotherEvent(string source, string id)
    {
        await _store.AppendAsync(TestEvents.Delivery(TestEvents.New("\u00e9"), true, First));
        await _store.AppendAsync(TestEvents.Delivery(TestEvents.New("e1"), true, First));
        var stored = TestEvents.New(id, source);

        await _store.AppendAsync(TestEvents.Delivery(stored, true, First));

        Assert.False(stored.IsDuplicate);
    }

    [Fact]
    public async Task Append_SixtyFourTwinsAtOnce_StoresOne()
    {
        var twins = Enumerable.Range(0, 64).Select(_ => TestEvents.New("e1")).ToArray();

        await Task.WhenAll(twins.Select(twin => Task.Run(async () => await _store.AppendAsync(TestEvents.Delivery(twin, true, First)))));

        Assert.Single(twins, twin => !twin.IsDuplicate);
        Assert.Single(twins.Select(twin => twin.PublicId).Distinct());
    }

    [Fact]
    public async Task Append_KnownEventAfterReopening_IsStillKnown()
    {
        var first = TestEvents.New("e1");
        await _store.AppendAsync(TestEvents.Delivery(first, true, First));
        await ReopenAsync();

        var again = TestEvents.New("e1");
        await _store.AppendAsync(TestEvents.Delivery(again, true, First));

        Assert.True(again.IsDuplicate);
        Assert.Equal(first.PublicId, again.PublicId);
    }

    [Fact]
    public async Task Append_OneIdTwiceInADelivery_StoresTheFirstAndKnowsTheOthers()
    {
        var (first, same, other) = (TestEvents.New("e1"), TestEvents.New("e1"), TestEvents.New("e1", body: """{"other":1}"""));
        var next = TestEvents.New("e2");

        Assert.Equal(AppendStatus.Committed, await _store.AppendAsync(new InboxDelivery([first, same, other, next], [[First], [First], [], [First]], BornRunning: true)));

        Assert.Equal([false, true, true, false], new[] { first, same, other, next }.Select(static stored => stored.IsDuplicate));
        Assert.Equal([false, false, true, false], new[] { first, same, other, next }.Select(static stored => stored.IsBodyMismatch));
        Assert.Equal([first.PublicId, first.PublicId], [same.PublicId, other.PublicId]);
        Assert.Equal(2, (await ListAsync()).Count);
        Assert.Equal(first.Body, (await FindAsync(first)).Event.Body);
        Assert.Equal(WorkState.Running, (await FindAsync(next)).State);
    }

    [Fact]
    public async Task Append_OneIdTwiceInADeliveryThatIsKnown_KnowsBoth()
    {
        var known = TestEvents.New("e1");
        await _store.AppendAsync(TestEvents.Delivery(known, true, First));
        var (again, twin) = (TestEvents.New("e1"), TestEvents.New("e1"));

        await _store.AppendAsync(new InboxDelivery([again, twin], [[First], [First]], BornRunning: true));

        Assert.Equal([(true, known.PublicId), (true, known.PublicId)], [(again.IsDuplicate, again.PublicId), (twin.IsDuplicate, twin.PublicId)]);
        Assert.Single(await ListAsync());
    }

    [Fact]
    public async Task Append_DeliveryWithSeveralEvents_StoresEachWithItsOwnState()
    {
        var (handled, parked) = (TestEvents.New("e1"), TestEvents.New("e2", type: "unknown"));

        await _store.AppendAsync(new InboxDelivery([handled, parked], [[First], []], BornRunning: true));

        Assert.Equal(WorkState.Running, (await FindAsync(handled)).State);
        Assert.Equal(WorkState.Parked, (await FindAsync(parked)).State);
    }

    [Fact]
    public async Task Append_NoHandler_IsParkedAndNeverClaimed()
    {
        var stored = TestEvents.New("e1");
        await _store.AppendAsync(TestEvents.Delivery(stored, false));

        Assert.Empty(await ClaimAsync(Now.AddYears(1)));
        Assert.Equal(WorkState.Parked, (await FindAsync(stored)).State);
    }

    [Fact]
    public async Task Append_BornRunning_IsNotClaimedByAnybodyElse()
    {
        await _store.AppendAsync(TestEvents.Delivery(TestEvents.New("e1"), true, First));

        Assert.Empty(await ClaimAsync(Now.AddYears(1)));
    }

    [Fact]
    public async Task Claim_PendingWork_IsHandedOutOnceInTheOrderOfArrival()
    {
        foreach (var i in Enumerable.Range(0, 5))
        {
            await _store.AppendAsync(TestEvents.Delivery(TestEvents.New($"e{i}"), false, First));
        }

        var items = await ClaimAsync(Now);

        Assert.Equal(["e0", "e1", "e2", "e3", "e4"], items.Select(item => item.Event.EventId));
        Assert.All(items, item => Assert.Equal((1, 0), (item.Attempt, item.Generation)));
        Assert.Empty(await ClaimAsync(Now));
    }

    [Fact]
    public async Task Claim_Limit_IsKept()
    {
        foreach (var i in Enumerable.Range(0, 5))
        {
            await _store.AppendAsync(TestEvents.Delivery(TestEvents.New($"e{i}"), false, First));
        }

        Assert.Equal(2, (await _store.ClaimAsync(2, Now)).Count);
    }

    [Fact]
    public async Task Complete_Success_IsSucceededAndLeavesOneAttempt()
    {
        var item = await NewRunningAsync();

        Assert.True(await EndAsync(item, AttemptOutcome.Succeeded));

        var found = await FindAsync(item.Event);
        Assert.Equal(WorkState.Succeeded, found.State);
        var attempt = Assert.Single(Assert.Single(found.Work).Attempts);
        Assert.Equal((1, "succeeded"), (attempt.Number, attempt.Outcome));
    }

    [Fact]
    public async Task Complete_InAnOlderEpoch_ChangesNothing()
    {
        var item = await NewRunningAsync();
        await EndAsync(item, AttemptOutcome.Transient, due: Now.AddSeconds(5));
        var claimed = Assert.Single(await ClaimAsync(Now.AddSeconds(5)));

        Assert.False(await EndAsync(item, AttemptOutcome.Succeeded));

        Assert.Equal(WorkState.Running, (await FindAsync(item.Event)).State);
        Assert.True(await EndAsync(claimed, AttemptOutcome.Succeeded));
    }

    [Theory]
    [InlineData((int)AttemptOutcome.Succeeded)]
    [InlineData((int)AttemptOutcome.Permanent)]
    [InlineData((int)AttemptOutcome.Exhausted)]
    [InlineData((int)AttemptOutcome.Corrupt)]
    public async Task Complete_WorkThatHasEnded_ChangesNothing(int outcome)
    {
        var item = await NewRunningAsync();
        Assert.True(await EndAsync(item, (AttemptOutcome)outcome));
        var state = (await FindAsync(item.Event)).State;

        Assert.False(await EndAsync(item, AttemptOutcome.Transient, due: Now));

        Assert.Equal(state, (await FindAsync(item.Event)).State);
    }

    [Fact]
    public async Task Complete_Transient_IsDueAtItsTimeAndNotBefore()
    {
        var item = await NewRunningAsync();
        await EndAsync(item, AttemptOutcome.Transient, due: Now.AddSeconds(5), error: "TimeoutException: away");

        Assert.Empty(await ClaimAsync(Now.AddSeconds(4.9)));
        var again = Assert.Single(await ClaimAsync(Now.AddSeconds(5)));

        Assert.Equal(2, again.Attempt);
        Assert.True(again.Epoch > item.Epoch);
        Assert.Equal(item.Event.Body, again.Event.Body);
        var attempt = Assert.Single(Assert.Single((await FindAsync(item.Event)).Work).Attempts);
        Assert.Equal(("transient", "TimeoutException: away"), (attempt.Outcome, attempt.Error));
    }

    [Fact]
    public async Task Complete_Deferred_DoesNotCountTheAttempt()
    {
        var item = await NewRunningAsync();
        await EndAsync(item, AttemptOutcome.Deferred, due: Now.AddHours(1));

        Assert.Equal(1, Assert.Single(await ClaimAsync(Now.AddHours(1))).Attempt);
    }

    [Fact]
    public async Task Complete_Released_IsPendingAgainWithoutPenaltyOrTrace()
    {
        var item = await NewRunningAsync();
        await EndAsync(item, AttemptOutcome.Released);

        Assert.Empty(Assert.Single((await FindAsync(item.Event)).Work).Attempts);
        Assert.Equal(1, Assert.Single(await ClaimAsync(Now)).Attempt);
    }

    [Fact]
    public async Task Complete_OneOfTwoHandlersDead_LeavesTheOtherAlone()
    {
        var stored = TestEvents.New("e1");
        await _store.AppendAsync(TestEvents.Delivery(stored, true, First, Second));
        await EndAsync(new WorkItem(stored, First, 0, 1, 1), AttemptOutcome.Permanent, error: "no");

        Assert.Equal(WorkState.Running, (await FindAsync(stored)).State);
        await EndAsync(new WorkItem(stored, Second, 0, 1, 1), AttemptOutcome.Succeeded);

        var found = await FindAsync(stored);
        Assert.Equal(WorkState.Dead, found.State);
        Assert.Equal([WorkState.Dead, WorkState.Succeeded], found.Work.Select(work => work.State));
    }

    [Fact]
    public async Task Open_RunningWorkWhoseHandlerWasNotCalled_IsPendingAgainWithoutPenaltyOrSuspicion()
    {
        var item = await NewRunningAsync();
        await ReopenAsync();

        var again = Assert.Single(await ClaimAsync(Now.AddYears(1)));

        Assert.Equal((item.Event.EventId, 1, 0), (again.Event.EventId, again.Attempt, again.Crashes));
        Assert.Empty(Assert.Single((await FindAsync(item.Event)).Work).Attempts);
        Assert.False(await EndAsync(item, AttemptOutcome.Succeeded));
    }

    [Fact]
    public async Task Open_RunningWorkWhoseHandlerWasCalled_IsASuspectAndTheAttemptCounts()
    {
        var (called, returned, waiting) = (await NewRunningAsync("e1"), await NewRunningAsync("e2"), await NewRunningAsync("e3"));
        await _store.StartAsync(called, 0, Now);
        await _store.StartAsync(returned, 1, Now);
        _store.Return(1);
        await ReopenAsync();

        var again = (await ClaimAsync(Now.AddYears(1))).ToDictionary(static item => item.Event.EventId);

        Assert.Equal((2, 1, true), (again["e1"].Attempt, again["e1"].Crashes, again["e1"].IsSuspect));
        Assert.Equal((1, 0, false), (again["e2"].Attempt, again["e2"].Crashes, again["e2"].IsSuspect));
        Assert.Equal((1, 0, false), (again["e3"].Attempt, again["e3"].Crashes, again["e3"].IsSuspect));
        var attempt = Assert.Single(Assert.Single((await FindAsync(called.Event)).Work).Attempts);
        Assert.Equal((1, "crashed", Now), (attempt.Number, attempt.Outcome, attempt.StartedAt));
        Assert.False(await EndAsync(called, AttemptOutcome.Succeeded));
    }

    [Fact]
    public async Task Open_ThirdTimeThatTheHandlerRan_IsDeadAndNoneBesideIt()
    {
        var item = await NewRunningAsync("e1");
        for (var crash = 1; crash <= WorkTransitions.MaxCrashes; crash++)
        {
            var beside = await NewRunningAsync("beside" + crash);
            await _store.StartAsync(item, 0, Now);
            await _store.StartAsync(beside, 1, Now);
            await ReopenAsync();
            item = (await ClaimAsync(Now.AddYears(1))).SingleOrDefault(static claimed => claimed.Event.EventId == "e1") ?? item;
        }

        var found = await FindAsync(item.Event);
        Assert.Equal(WorkState.Dead, found.State);
        Assert.Equal([(1, "crashed"), (2, "crashed"), (3, "crash_suspect")], Assert.Single(found.Work).Attempts.Select(static attempt => (attempt.Number, attempt.Outcome)));
        Assert.Equal([WorkState.Running], (await ListAsync()).Where(static row => row.EventId != "e1").Select(static row => row.State).Distinct());
        Assert.Equal(0, (await _store.Reader.CountAsync(TestContext.Current.CancellationToken)).Unaccounted);
    }

    [Fact]
    public async Task Open_CallWhoseEndWasRecorded_IsNoSuspect()
    {
        var item = await NewRunningAsync();
        await _store.StartAsync(item, 0, Now);
        await EndAsync(item, AttemptOutcome.Transient, due: Now);
        var again = Assert.Single(await ClaimAsync(Now));
        await ReopenAsync();

        var third = Assert.Single(await ClaimAsync(Now.AddYears(1)));

        Assert.Equal((2, 0), (third.Attempt, third.Crashes));
        Assert.True(third.Epoch > again.Epoch);
    }

    [Fact]
    public async Task Open_AgainAfterACrash_CountsItOnce()
    {
        var item = await NewRunningAsync();
        await _store.StartAsync(item, 0, Now);
        await ReopenAsync();
        await ClaimAsync(Now.AddYears(1));
        await ReopenAsync();

        Assert.Equal(1, Assert.Single(await ClaimAsync(Now.AddYears(1))).Crashes);
    }

    [Fact]
    public async Task Replay_CrashSuspect_IsNoSuspectAnyMore()
    {
        var item = await NewRunningAsync();
        for (var crash = 1; crash <= WorkTransitions.MaxCrashes; crash++)
        {
            await _store.StartAsync(item, 0, Now);
            await ReopenAsync();
            item = (await ClaimAsync(Now.AddYears(1))).SingleOrDefault() ?? item;
        }

        Assert.Equal(ChangeStatus.Changed, await _store.ReplayAsync(item.Event.Seq, [First], "The handler was mended.", Now));

        Assert.Equal((1, 0), Assert.Single(await ClaimAsync(Now)) is var replayed ? (replayed.Attempt, replayed.Crashes) : default);
    }

    [Fact]
    public async Task Open_OldEventThatWasRunningAgain_IsFound()
    {
        // Old work that is claimed lies below the mark of what may be running, and must move it back.
        var item = await NewRunningAsync();
        await EndAsync(item, AttemptOutcome.Transient, due: Now.AddHours(1));
        await EndAsync(await NewRunningAsync("e2"), AttemptOutcome.Succeeded);
        await ReopenAsync();
        Assert.Single(await ClaimAsync(Now.AddHours(1)));
        await ReopenAsync();

        Assert.Equal("e1", Assert.Single(await ClaimAsync(Now.AddYears(1))).Event.EventId);
    }

    [Fact]
    public async Task Open_EndedWork_StaysEnded()
    {
        var item = await NewRunningAsync();
        await EndAsync(item, AttemptOutcome.Succeeded);
        await ReopenAsync();

        Assert.Empty(await ClaimAsync(Now.AddYears(1)));
        Assert.Equal(WorkState.Succeeded, (await FindAsync(item.Event)).State);
    }

    [Fact]
    public async Task Open_SameHandler_HasTheSameNumber()
    {
        var (first, second) = (First, Second);
        await ReopenAsync();

        Assert.Equal((first, second), (First, Second));
        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task Replay_DeadWork_IsPendingInANewGeneration()
    {
        var item = await NewRunningAsync();
        await EndAsync(item, AttemptOutcome.Permanent, error: "no");

        Assert.Equal(ChangeStatus.Changed, await _store.ReplayAsync(item.Event.Seq, [First], "fixed", Now));

        var again = Assert.Single(await ClaimAsync(Now));
        Assert.Equal((1, 1), (again.Generation, again.Attempt));
        await EndAsync(again, AttemptOutcome.Succeeded);
        Assert.Equal(["permanent", "succeeded"], Assert.Single((await FindAsync(item.Event)).Work).Attempts.Select(attempt => attempt.Outcome));
    }

    [Fact]
    public async Task Replay_WorkThatSucceededAtTheFirstTry_KeepsThatAttempt()
    {
        var item = await NewRunningAsync();
        await EndAsync(item, AttemptOutcome.Succeeded);
        var first = Assert.Single(Assert.Single((await FindAsync(item.Event)).Work).Attempts);

        await _store.ReplayAsync(item.Event.Seq, [First], "again", Now);

        Assert.Equal([first], Assert.Single((await FindAsync(item.Event)).Work).Attempts);
        await EndAsync(Assert.Single(await ClaimAsync(Now)), AttemptOutcome.Succeeded);
        Assert.Equal([(0, 1, "succeeded"), (1, 1, "succeeded")],
            Assert.Single((await FindAsync(item.Event)).Work).Attempts.Select(static attempt => (attempt.Generation, attempt.Number, attempt.Outcome)));
        await _store.ReplayAsync(item.Event.Seq, [First], "and again", Now);
        Assert.Equal(2, Assert.Single((await FindAsync(item.Event)).Work).Attempts.Count);
    }

    [Fact]
    public async Task Replay_ParkedWork_BecomesThatOfTheHandlers()
    {
        var stored = TestEvents.New("e1");
        await _store.AppendAsync(TestEvents.Delivery(stored, false));

        Assert.Equal(ChangeStatus.Changed, await _store.ReplayAsync(stored.Seq, [First, Second], "handlers were added", Now));

        Assert.Equal([First, Second], (await ClaimAsync(Now)).Select(item => item.Handler).Order());
        Assert.DoesNotContain((await FindAsync(stored)).Work, work => work.State == WorkState.Parked);
    }

    [Fact]
    public async Task Replay_WorkWhoseHandlerHadGone_RunsAgainAndLeavesNothingParked()
    {
        var item = await NewRunningAsync();
        await EndAsync(item, AttemptOutcome.Unhandled);
        Assert.Equal(WorkState.Parked, (await FindAsync(item.Event)).State);

        await _store.ReplayAsync(item.Event.Seq, [First], "the handler is back", Now);

        var again = Assert.Single(await ClaimAsync(Now));
        Assert.True(again.Epoch > item.Epoch);
        Assert.False(await EndAsync(item, AttemptOutcome.Permanent));
        Assert.True(await EndAsync(again, AttemptOutcome.Succeeded));
        Assert.Equal(WorkState.Succeeded, (await FindAsync(item.Event)).State);
    }

    [Fact]
    public async Task Replay_HandlerThatWasParkedAndReplacedBefore_BeginsAboveTheEpochsThatItHad()
    {
        await EndAsync(await NewRunningAsync(), AttemptOutcome.Transient, due: Now, error: "away");
        var old = Assert.Single(await ClaimAsync(Now));
        await EndAsync(old, AttemptOutcome.Unhandled);
        await _store.ReplayAsync(old.Event.Seq, [Second], "another handler has taken over", Now);
        await EndAsync(Assert.Single(await ClaimAsync(Now)), AttemptOutcome.Permanent);

        await _store.ReplayAsync(old.Event.Seq, [First, Second], "the first one is back", Now);

        var again = Assert.Single(await ClaimAsync(Now), item => item.Handler == First);
        Assert.True(again.Epoch > old.Epoch);
        Assert.False(await EndAsync(old, AttemptOutcome.Permanent));
        Assert.True(await EndAsync(again, AttemptOutcome.Succeeded));
    }

    [Fact]
    public async Task Replay_OfOneHandlerAgainAndAgain_LeavesTheSuccessOfTheOtherAlone()
    {
        var item = await NewRunningAsync();
        await EndAsync(item, AttemptOutcome.Succeeded);

        for (var generation = 1; generation <= 3; generation++)
        {
            Assert.Equal(ChangeStatus.Changed, await _store.ReplayAsync(item.Event.Seq, [Second], "for the new handler", Now));
            Assert.True(await EndAsync(Assert.Single(await ClaimAsync(Now)), AttemptOutcome.Succeeded));
        }

        Assert.Equal([1, 3], (await FindAsync(item.Event)).Work.Select(static work => work.Attempts.Count));
    }

    [Fact]
    [Trait("Attack", "A88")]
    public async Task Replay_RunningWork_IsRefused()
    {
        var item = await NewRunningAsync();

        Assert.Equal(ChangeStatus.Refused, await _store.ReplayAsync(item.Event.Seq, [First], "again", Now));
        Assert.True(await EndAsync(item, AttemptOutcome.Succeeded));
    }

    [Fact]
    [Trait("Attack", "A88")]
    public async Task Replay_Twice_RunsOnce()
    {
        var item = await NewRunningAsync();
        await EndAsync(item, AttemptOutcome.Succeeded);

        Assert.Equal(ChangeStatus.Changed, await _store.ReplayAsync(item.Event.Seq, [First], "again", Now));
        Assert.Equal(ChangeStatus.Refused, await _store.ReplayAsync(item.Event.Seq, [First], "again", Now));
        Assert.Single(await ClaimAsync(Now));
    }

    [Fact]
    [Trait("Attack", "A88")]
    public async Task Replay_ManyAtOnce_IsOneReplay()
    {
        var item = await NewRunningAsync();
        await EndAsync(item, AttemptOutcome.Permanent);
        using var together = new Barrier(8);

        var replays = await Task.WhenAll(Enumerable.Range(0, together.ParticipantCount).Select(i => Task.Factory.StartNew(
            async () =>
            {
                together.SignalAndWait();
                return await _store.ReplayAsync(item.Event.Seq, [First], $"person {i}", Now);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

        Assert.Single(replays, ChangeStatus.Changed);
        Assert.All(replays.Where(static replay => replay != ChangeStatus.Changed), static replay => Assert.Equal(ChangeStatus.Refused, replay));
        var claimed = Assert.Single(await ClaimAsync(Now));
        Assert.Equal(1, claimed.Attempt);
        await EndAsync(claimed, AttemptOutcome.Succeeded);
        Assert.Empty(await ClaimAsync(Now.AddYears(1)));
        Assert.Equal([0, 1], Assert.Single((await FindAsync(item.Event)).Work).Attempts.Select(static attempt => attempt.Generation));
    }

    [Theory]
    [Trait("Attack", "A92")]
    [InlineData("' or 1=1--")]
    [InlineData("'; DROP TABLE event; --")]
    [InlineData("%")]
    [InlineData("_")]
    [InlineData("new\0order")]
    [InlineData("\0")]
    [InlineData("(a+)+$")]
    [InlineData("\u202e\u2028\r\n")]
    public async Task List_HostileFilter_IsATextThatNothingHas(string text)
    {
        await _store.AppendAsync(TestEvents.Delivery(TestEvents.New("e1"), true, First));

        Assert.Empty(await _store.Reader.ListAsync(new EventFilter(text, null, null, 50, null), TestContext.Current.CancellationToken));
        Assert.Empty(await _store.Reader.ListAsync(new EventFilter(null, text, null, 50, null), TestContext.Current.CancellationToken));
        Assert.Empty(await _store.Reader.ListAsync(new EventFilter(null, new string('x', 10_000) + text, WorkState.Parked, 50, null), TestContext.Current.CancellationToken));
        Assert.Single(await _store.Reader.ListAsync(new EventFilter(null, null, null, 50, null), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Replay_UnknownEvent_IsNotFound() =>
        Assert.Equal(ChangeStatus.NotFound, await _store.ReplayAsync(4711, [First], "again", Now));

    [Fact]
    public async Task Cancel_ScheduledWork_IsNeverClaimed()
    {
        var item = await NewRunningAsync();
        await EndAsync(item, AttemptOutcome.Transient, due: Now);

        Assert.Equal(ChangeStatus.Changed, await _store.CancelAsync(item.Event.Seq, "not needed", Now));

        Assert.Empty(await ClaimAsync(Now.AddYears(1)));
        Assert.Equal(WorkState.Cancelled, (await FindAsync(item.Event)).State);
        Assert.Equal(ChangeStatus.Changed, await _store.ReplayAsync(item.Event.Seq, [First], "needed after all", Now));
    }

    [Fact]
    public async Task Cancel_RunningOrSucceededWork_IsRefused()
    {
        var item = await NewRunningAsync();
        Assert.Equal(ChangeStatus.Refused, await _store.CancelAsync(item.Event.Seq, "stop", Now));
        await EndAsync(item, AttemptOutcome.Succeeded);
        Assert.Equal(ChangeStatus.Refused, await _store.CancelAsync(item.Event.Seq, "stop", Now));
    }

    [Fact]
    public async Task Audit_WhatPeopleDecide_IsKeptWithItsReason()
    {
        var item = await NewRunningAsync();
        await EndAsync(item, AttemptOutcome.Succeeded);

        await _store.AuditAsync(item.Event.Seq, "admit", "The secret was the old one.", Now);
        await _store.ReplayAsync(item.Event.Seq, [First], "again", Now);
        await _store.CancelAsync(item.Event.Seq, "enough", Now);

        Assert.Equal("admit: The secret was the old one., replay: again, cancel: enough", await ReadAuditAsync());
    }

    [Fact]
    public async Task Look_WorkThatWaitsAndWorkThatIsDead_IsSeen()
    {
        Assert.Equal(new InboxTrouble(null, HasDeadLetters: false), await _store.Reader.LookAsync(TestContext.Current.CancellationToken));
        var (first, second) = (await NewRunningAsync("e1"), await NewRunningAsync("e2"));
        await EndAsync(first, AttemptOutcome.Transient, due: Now.AddMinutes(7));
        var due = (await FindAsync(first.Event)).Work[0].DueAt;
        Assert.Equal(new InboxTrouble(due, HasDeadLetters: false), await _store.Reader.LookAsync(TestContext.Current.CancellationToken));

        await EndAsync(second, AttemptOutcome.Permanent, error: "no");

        Assert.Equal(new InboxTrouble(due, HasDeadLetters: true), await _store.Reader.LookAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Count_WorkThatWaits_SaysSinceWhenTheOldestIsDue()
    {
        Assert.Null((await _store.Reader.CountAsync(TestContext.Current.CancellationToken)).OldestDueAt);
        var (first, second) = (await NewRunningAsync("e1"), await NewRunningAsync("e2"));
        await EndAsync(first, AttemptOutcome.Transient, due: Now.AddMinutes(7));
        await EndAsync(second, AttemptOutcome.Transient, due: Now.AddMinutes(3));

        var counts = await _store.Reader.CountAsync(TestContext.Current.CancellationToken);

        // By the clock of the store, which is the database's own where it has one.
        var due = (await FindAsync(second.Event)).Work[0].DueAt!.Value;
        Assert.Equal(due, counts.OldestDueAt);
        Assert.True(due < (await FindAsync(first.Event)).Work[0].DueAt);
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromMinutes(2)), (counts.BacklogAge(due.AddMinutes(-1)), counts.BacklogAge(due.AddMinutes(2))));
    }

    [Fact]
    public async Task List_Filters_GiveWhatTheySay()
    {
        await _store.AppendAsync(TestEvents.Delivery(TestEvents.New("e1", "a", "x"), true, First));
        await _store.AppendAsync(TestEvents.Delivery(TestEvents.New("e2", "b", "x"), false, First));
        await _store.AppendAsync(TestEvents.Delivery(TestEvents.New("e3", "b", "y"), false));

        Assert.Equal(["e3", "e2", "e1"], await IdsAsync(new EventFilter(null, null, null, 10, null)));
        Assert.Equal(["e3", "e2"], await IdsAsync(new EventFilter("b", null, null, 10, null)));
        Assert.Equal(["e2", "e1"], await IdsAsync(new EventFilter(null, "x", null, 10, null)));
        Assert.Equal(["e2"], await IdsAsync(new EventFilter("b", "x", null, 10, null)));
        Assert.Equal(["e1"], await IdsAsync(new EventFilter(null, null, WorkState.Running, 10, null)));
        Assert.Equal(["e2"], await IdsAsync(new EventFilter(null, null, WorkState.Pending, 10, null)));
        Assert.Equal(["e3"], await IdsAsync(new EventFilter("b", "y", WorkState.Parked, 10, null)));
        Assert.Empty(await IdsAsync(new EventFilter("b' OR '1'='1", "%", null, 10, null)));
    }

    [Fact]
    public async Task List_Stretch_HasWhatLiesInIt()
    {
        Assert.Null(await _store.Reader.FindBoundsAsync(TestContext.Current.CancellationToken));
        foreach (var i in Enumerable.Range(0, 5))
        {
            await _store.AppendAsync(TestEvents.Delivery(TestEvents.New($"e{i}"), true, First));
        }

        var bounds = await _store.Reader.FindBoundsAsync(TestContext.Current.CancellationToken);
        var seqs = (await ListAsync()).Select(static row => row.Seq).ToArray();

        Assert.Equal(new EventBounds(seqs[^1], seqs[0]), bounds);
        Assert.Equal(["e3", "e2"], await IdsAsync(new EventFilter(null, null, null, 10, BeforeSeq: seqs[0], FromSeq: seqs[2])));
        Assert.Equal(["e3", "e2"], await IdsAsync(new EventFilter(null, null, WorkState.Running, 10, BeforeSeq: seqs[0], FromSeq: seqs[2])));
        Assert.Empty(await IdsAsync(new EventFilter(null, null, null, 10, BeforeSeq: seqs[0], FromSeq: seqs[0])));
    }

    [Fact]
    public async Task List_Pages_CoverAllEventsOnce()
    {
        foreach (var i in Enumerable.Range(0, 7))
        {
            await _store.AppendAsync(TestEvents.Delivery(TestEvents.New($"e{i}"), true, First));
        }

        var first = await _store.Reader.ListAsync(new EventFilter(null, null, null, 4, null), TestContext.Current.CancellationToken);
        var second = await _store.Reader.ListAsync(new EventFilter(null, null, null, 4, first[^1].Seq), TestContext.Current.CancellationToken);

        Assert.Equal(["e6", "e5", "e4", "e3", "e2", "e1", "e0"], first.Concat(second).Select(row => row.EventId));
    }

    [Fact]
    public async Task Find_WrongRandomPart_FindsNothing()
    {
        var stored = TestEvents.New("e1");
        await _store.AppendAsync(TestEvents.Delivery(stored, true, First));

        Assert.Null(await _store.Reader.FindAsync(stored.Seq, stored.Token ^ 1, TestContext.Current.CancellationToken));
        Assert.Null(await _store.Reader.FindAsync(stored.Seq + 1, stored.Token, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Count_EveryEvent_IsInOneState()
    {
        await EndAsync(await NewRunningAsync(), AttemptOutcome.Succeeded);
        await _store.AppendAsync(TestEvents.Delivery(TestEvents.New("e2"), true, First, Second));
        await _store.AppendAsync(TestEvents.Delivery(TestEvents.New("e3"), false));

        var counts = await _store.Reader.CountAsync(TestContext.Current.CancellationToken);

        Assert.Equal((1, 1, 1), (counts.ByState[WorkState.Succeeded], counts.ByState[WorkState.Running], counts.ByState[WorkState.Parked]));
        Assert.Equal((3, 0), (counts.ByState.Values.Sum(), counts.Unaccounted));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Count_OpenWorkDeletedBehindTheProductsBack_IsUnaccountedAndStaysSo(bool isRunning, bool withEvent)
    {
        var deleted = TestEvents.New("e1");
        await _store.AppendAsync(TestEvents.Delivery(deleted, isRunning, isRunning ? [First] : []));
        await EndAsync(await NewRunningAsync("e2"), AttemptOutcome.Succeeded);

        DeleteBehindTheProductsBack(deleted, withEvent);

        Assert.Equal((1, 1), await UnaccountedAndSucceededAsync());
        await EndAsync(await NewRunningAsync("e3"), AttemptOutcome.Succeeded);
        await EndAsync(new WorkItem(deleted, First, Generation: 0, Attempt: 1, Epoch: 1), AttemptOutcome.Succeeded);
        Assert.Equal((1, 2), await UnaccountedAndSucceededAsync());
        await ReopenAsync();
        Assert.Equal((1, 2), await UnaccountedAndSucceededAsync());

        async Task<(long, long)> UnaccountedAndSucceededAsync()
        {
            var counts = await _store.Reader.CountAsync(TestContext.Current.CancellationToken);
            return (counts.Unaccounted, counts.ByState[WorkState.Succeeded]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Count_AfterAnyChanges_IsWhatTheEventsShowAndMissesNothing(int seed)
    {
        const int Steps = 400, Events = 25;
        var random = new Random(seed);
        var events = new List<InboxEvent>();
        var claims = new List<WorkItem>(); // stale ones stay among them
        var seen = new HashSet<WorkState>();
        var (now, purged) = (Now, 0);
        for (var step = 0; step < Steps; step++)
        {
            now = now.AddSeconds(1);
            switch (random.Next(8))
            {
                case 0 when events.Count < Events:
                    var (stored, handlers, bornRunning) = (TestEvents.New($"e{events.Count}"), SomeHandlers(), random.Next(2) == 0);
                    await _store.AppendAsync(TestEvents.Delivery(stored, bornRunning, handlers));
                    events.Add(stored);
                    claims.AddRange(bornRunning ? handlers.Select(handler => new WorkItem(stored, handler, 0, 1, 1)) : []);
                    break;
                case 1 when events.Count > 0 && purged == 0: // an id is surely known as long as its event is there
                    await _store.AppendAsync(TestEvents.Delivery(TestEvents.New(SomeEvent().EventId), true, First));
                    break;
                case 2:
                    claims.AddRange(await _store.ClaimAsync(random.Next(1, 5), now));
                    break;
                case 3 or 4 when claims.Count > 0:
                    var outcome = random.Next(2) == 0 ? AttemptOutcome.Succeeded : (AttemptOutcome)random.Next(8);
                    await EndAsync(claims[^random.Next(1, Math.Min(6, claims.Count) + 1)], outcome, due: now.AddSeconds(random.Next(20)), error: "an error");
                    break;
                case 5 when events.Count > 0:
                    await _store.ReplayAsync(SomeEvent().Seq, SomeHandlers(), "again", now);
                    break;
                case 6 when events.Count > 0:
                    await _store.CancelAsync(SomeEvent().Seq, "enough", now);
                    break;
                case 7 when events.Count == Events && random.Next(6) == 0:
                    purged += (await PurgeAsync(now, random.Next(3) == 0 ? now : null)).Events;
                    break;
            }

            if (step % 50 == 49)
            {
                await ReopenAsync();
            }

            var counts = await _store.Reader.CountAsync(TestContext.Current.CancellationToken);
            var shown = (await ListAsync()).CountBy(static row => row.State).Select(static pair => (pair.Key, (long)pair.Value)).ToList();
            Assert.Equal((0, events.Count), (counts.Unaccounted, counts.ByState.Values.Sum() + counts.Purged));
            seen.UnionWith(shown.Select(static pair => pair.Key));
            Assert.Equal(shown.Order(), counts.ByState.Where(static pair => pair.Value != 0).Select(static pair => (pair.Key, pair.Value)).Order());
        }

        Assert.Equal(Enum.GetValues<WorkState>(), seen.Order());

        InboxEvent SomeEvent() => events[random.Next(events.Count)];

        int[] SomeHandlers() => random.Next(4) switch { 0 => [], 1 => [First], 2 => [Second], _ => [First, Second] };
    }

    [Fact]
    public async Task Ping_OpenStore_ComesBack() => await _store.PingAsync();

    [Fact]
    public async Task Dispose_TwiceAndAtOnce_IsDoneOnceAndNeitherThrows()
    {
        await NewRunningAsync();

        await Task.WhenAll(_store.DisposeAsync().AsTask(), Task.Run(async () => await _store.DisposeAsync(), TestContext.Current.CancellationToken));
        await _store.DisposeAsync();
    }

    private protected async Task ReopenAsync()
    {
        await _store.DisposeAsync();
        _store = await OpenAsync(Handlers);
    }

    private async Task<WorkItem> NewRunningAsync(string id = "e1")
    {
        var stored = TestEvents.New(id);
        await _store.AppendAsync(TestEvents.Delivery(stored, true, First));
        return new WorkItem(stored, First, Generation: 0, Attempt: 1, Epoch: 1);
    }

    private async Task<bool> EndAsync(WorkItem item, AttemptOutcome outcome, DateTimeOffset? due = null, string? error = null, DateTimeOffset? at = null)
    {
        var recorded = new TaskCompletionSource<CompletionStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        _store.Complete(new WorkCompletion(item, outcome, at ?? Now, at ?? Now, due, error), (_, status) => recorded.SetResult(status));
        return await recorded.Task == CompletionStatus.Recorded;
    }

    private async Task<IReadOnlyList<WorkItem>> ClaimAsync(DateTimeOffset now) => await _store.ClaimAsync(100, now);

    private async Task<EventDetail> FindAsync(InboxEvent stored) =>
        await _store.Reader.FindAsync(stored.Seq, stored.Token, TestContext.Current.CancellationToken) ?? throw new InvalidOperationException("The event is gone.");

    private async Task<IReadOnlyList<EventRow>> ListAsync() => await _store.Reader.ListAsync(new EventFilter(null, null, null, 200, null), TestContext.Current.CancellationToken);

    private async Task<IEnumerable<string>> IdsAsync(EventFilter filter) => (await _store.Reader.ListAsync(filter, TestContext.Current.CancellationToken)).Select(row => row.EventId);
}
