using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Inbox;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox;

/// <summary>A search through many events takes stretch after stretch, and ends where its time does.</summary>
public sealed class EventSearchTests
{
    private const long Many = 10_000_000;

    private static readonly EventFilter Wanted = new(null, "wanted", null, 2, null);

    private readonly FakeTimeProvider _clock = new(TestEvents.Start);

    [Fact]
    public async Task Find_InboxWithoutEvents_IsOverAtOnce()
    {
        var (found, next) = await FindAsync(new Inbox(_clock) { Bounds = null }, Wanted);

        Assert.Empty(found);
        Assert.Null(next);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Find_NoMoreThanWanted_AreAllOfThem(int count)
    {
        var inbox = new Inbox(_clock) { Wanted = [.. Enumerable.Range(0, count).Select(static i => Many - (i * 4_000_000L))] };

        var (found, next) = await FindAsync(inbox, Wanted);

        Assert.Equal(inbox.Wanted, found);
        Assert.Null(next);
    }

    [Fact]
    public async Task Find_OneMoreThanWanted_SaysFromWhereToGoOn()
    {
        var inbox = new Inbox(_clock) { Wanted = [Many, 7_000_000, 1] };

        var (found, next) = await FindAsync(inbox, Wanted);
        var (rest, end) = await FindAsync(inbox, Wanted with { BeforeSeq = next });

        Assert.Equal([Many, 7_000_000], found);
        Assert.Equal([1], rest);
        Assert.Null(end);
    }

    [Fact]
    public async Task Find_FirstStretchHasAllThatIsWanted_AsksForNoOther()
    {
        var inbox = new Inbox(_clock) { Wanted = [Many, Many - 1, Many - 2] };

        await FindAsync(inbox, Wanted);

        Assert.Equal([(Many + 1 - EventSearch.FirstStretch, Many + 1)], inbox.Asked);
    }

    [Fact]
    public async Task Find_QuickStretches_GrowAndLeaveNothingOut()
    {
        var inbox = new Inbox(_clock);

        await FindAsync(inbox, Wanted);

        Assert.InRange(inbox.Asked.Count, 2, 12);
        Assert.Equal(inbox.Asked.Skip(1).Select(static asked => asked.Before), inbox.Asked.SkipLast(1).Select(static asked => asked.From));
        Assert.Equal((1, Many + 1), (inbox.Asked[^1].From, inbox.Asked[0].Before));
    }

    [Fact]
    [Trait("Attack", "A92")]
    public async Task Find_SlowInbox_EndsWhenItsTimeIsOverAndGoesOnFromThere()
    {
        var inbox = new Inbox(_clock) { Wanted = [3], TimeOfEvent = TimeSpan.FromMicroseconds(20) };
        var (found, next, searches) = (Array.Empty<long>(), (long?)null, 0);
        do
        {
            var began = _clock.GetUtcNow();
            (found, next) = await FindAsync(inbox, Wanted with { BeforeSeq = next });
            Assert.InRange(_clock.GetUtcNow() - began, TimeSpan.Zero, 1.5 * EventSearch.TimeLimit);
            searches++;
        }
        while (next is not null && found.Length == 0);

        Assert.Equal([3], found);
        Assert.InRange(searches, 70, 200);
    }

    [Fact]
    public async Task Find_StretchThatTakesLongerThanAll_ComesOnNevertheless()
    {
        var inbox = new Inbox(_clock) { Bounds = new EventBounds(1, EventSearch.FirstStretch * 3), TimeOfEvent = TimeSpan.FromSeconds(1) };

        var (_, next) = await FindAsync(inbox, Wanted);

        Assert.Equal((EventSearch.FirstStretch * 2) + 1, next);
    }

    [Fact]
    public async Task Find_InboxThatAnswersLateWhateverItIsAsked_DoesNotTakeShorterAndShorterStretches()
    {
        var inbox = new Inbox(_clock) { TimeOfAnswer = TimeSpan.FromMilliseconds(150) };

        var (_, next) = await FindAsync(inbox, Wanted);

        Assert.InRange(inbox.Asked.Min(static asked => asked.Before - asked.From), EventSearch.FirstStretch, Many);
        Assert.InRange(Many - next!.Value, 10 * EventSearch.FirstStretch, Many);
    }

    [Fact]
    public async Task Find_InboxThatIsBusyForLongerThanItsTime_ComesOnNevertheless()
    {
        var inbox = new Inbox(_clock) { Wanted = [Many], TimeOfBounds = 2 * EventSearch.TimeLimit, TimeOfAnswer = EventSearch.TimeLimit };

        var (found, next) = await FindAsync(inbox, Wanted);

        Assert.Equal([Many], found);
        Assert.Equal(Many + 1 - EventSearch.FirstStretch, next);
    }

    private async Task<(long[] Found, long? Next)> FindAsync(Inbox inbox, EventFilter filter)
    {
        var found = await EventSearch.FindAsync(inbox, filter, _clock, TestContext.Current.CancellationToken);
        return ([.. found.Events.Select(static row => row.Seq)], found.Next);
    }

    private sealed class Inbox(FakeTimeProvider clock) : IInboxReader
    {
        public EventBounds? Bounds { get; init; } = new(1, Many);

        public long[] Wanted { get; init; } = [];

        public TimeSpan TimeOfEvent { get; init; }

        public TimeSpan TimeOfAnswer { get; init; }

        public TimeSpan TimeOfBounds { get; init; }

        public List<(long From, long Before)> Asked { get; } = [];

        public Task<EventBounds?> FindBoundsAsync(CancellationToken cancellationToken)
        {
            clock.Advance(TimeOfBounds);
            return Task.FromResult(Bounds);
        }

        public Task<IReadOnlyList<EventRow>> ListAsync(EventFilter filter, CancellationToken cancellationToken)
        {
            Asked.Add((filter.FromSeq, filter.BeforeSeq!.Value));
            clock.Advance((filter.BeforeSeq.Value - filter.FromSeq) * TimeOfEvent);
            clock.Advance(TimeOfAnswer);
            return Task.FromResult<IReadOnlyList<EventRow>>([
                .. Wanted.Where(seq => seq >= filter.FromSeq && seq < filter.BeforeSeq).Take(filter.Limit)
                    .Select(static seq => new EventRow(seq, "", "", "", "wanted", WorkState.Pending, TestEvents.Start, 0))]);
        }

        public Task<EventDetail?> FindAsync(long seq, long token, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<InboxCounts> CountAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<InboxTrouble> LookAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
