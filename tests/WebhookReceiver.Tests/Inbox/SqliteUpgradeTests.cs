using WebhookReceiver.Inbox;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox;

/// <summary>A file that an older program wrote is taken over as it is opened.</summary>
public sealed class SqliteUpgradeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Open_Version2_CountsItsRowsOnceAndKeepsWhatWasUnaccounted()
    {
        InboxOfVersion2.Create(_directory.File("inbox.db"));
        for (var time = 0; time < 2; time++)
        {
            await using var store = NewStore();
            var recovered = await store.OpenAsync(TestContext.Current.CancellationToken);

            var counts = await store.Reader.CountAsync(TestContext.Current.CancellationToken);
            Assert.Equal(
                [(WorkState.Pending, 3), (WorkState.Scheduled, 1), (WorkState.Dead, 2), (WorkState.Cancelled, 1), (WorkState.Parked, 1), (WorkState.Succeeded, 1)],
                counts.ByState.Where(static pair => pair.Value != 0).Select(static pair => (pair.Key, pair.Value)).Order());
            Assert.Equal((1, time == 0 ? 2 : 0), (counts.Unaccounted, recovered.Count));
        }
    }

    [Fact]
    public async Task Open_Version2_GoesOnWithItsWorkAndItsIds()
    {
        InboxOfVersion2.Create(_directory.File("inbox.db"));
        await using var store = NewStore();
        await store.OpenAsync(TestContext.Current.CancellationToken);

        var (known, added) = (TestEvents.New("e1"), TestEvents.New("e11"));
        await store.AppendAsync(new InboxDelivery([known, added], [[1], [1]], BornRunning: false));
        var claimed = await store.ClaimAsync(100, TestEvents.Start.AddYears(1));

        Assert.Equal((true, false, 11), (known.IsDuplicate, added.IsDuplicate, added.Seq));
        Assert.Equal([2, 3, 4, 5, 11], claimed.Select(static item => item.Event.Seq).Order());
        var counts = await store.Reader.CountAsync(TestContext.Current.CancellationToken);
        Assert.Equal((5, 1), (counts.ByState[WorkState.Running], counts.Unaccounted));
    }

    [Fact]
    public async Task Open_Version3_GoesOnWithItsWorkOfWhichNoneIsASuspect()
    {
        InboxOfVersion2.Create(_directory.File("inbox.db"));
        DatabaseFile.Execute(_directory.File("inbox.db"), SqliteSchema.UpgradeFrom2);
        await using var store = NewStore();
        await store.OpenAsync(TestContext.Current.CancellationToken);

        var claimed = await store.ClaimAsync(100, TestEvents.Start.AddYears(1));

        Assert.Equal([2, 3, 4, 5], claimed.Select(static item => item.Event.Seq).Order());
        Assert.All(claimed, static item => Assert.False(item.IsSuspect));
    }

    private SqliteInboxStore NewStore() => new(new SqliteInboxOptions
    {
        Path = _directory.File("inbox.db"),
        Handlers = [new("", "new_order", "First"), new("", "new_order", "Second")],
    });
}
