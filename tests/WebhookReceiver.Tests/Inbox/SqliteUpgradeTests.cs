using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Inbox;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox;

/// <summary>A file that an older program wrote is taken over as it is opened.</summary>
public sealed class SqliteUpgradeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private InboxUpgrade? _upgrade;

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

    [Fact]
    public async Task Open_Version4_MakesTheFiltersOfItsRunsAnewAndKeepsThem()
    {
        InboxOfVersion4.Create(_directory.File("inbox.db"));
        Assert.Empty(SqliteInspection.Inspect(_directory.File("inbox.db")).Problems);
        for (var time = 0; time < 2; time++)
        {
            await using var store = NewStore();
            await store.OpenAsync(TestContext.Current.CancellationToken);

            var (known, added) = (TestEvents.New("e3"), TestEvents.New($"new{time}"));
            await store.AppendAsync(new InboxDelivery([known, added], [[1], [1]], BornRunning: false));

            Assert.Equal((true, false), (known.IsDuplicate, added.IsDuplicate));
            Assert.Equal(147_456L, DatabaseFile.Read(_directory.File("inbox.db"), "SELECT length(filter) FROM dedupe_run"));
        }

        Assert.Empty(SqliteInspection.Inspect(_directory.File("inbox.db")).Problems);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Open_OlderVersion_KeepsACopyOfItAsItWas(int version)
    {
        var path = _directory.File("inbox.db");
        OlderInbox.Create(path, version);

        await using var store = NewStore();
        await store.OpenAsync(TestContext.Current.CancellationToken);

        var backup = _directory.File($"inbox.db.schema-{version}.backup");
        Assert.Equal(new InboxUpgrade(version, backup), _upgrade);
        Assert.Equal((long)version, DatabaseFile.Read(backup, "SELECT value FROM meta WHERE key = 'schema'"));
        Assert.Equal(version == 2 ? 10L : 12L, DatabaseFile.Read(backup, "SELECT COUNT(*) FROM event"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(backup));
        Assert.Empty(Directory.GetFiles(_directory.Path, "*.partial"));
    }

    [Fact]
    public async Task Open_OlderVersionThatCannotBeCopied_IsNotChanged()
    {
        var path = _directory.File("inbox.db");
        InboxOfVersion3.Create(path);
        Directory.CreateDirectory(path + ".schema-3.backup"); // where the copy would be

        var error = await Assert.ThrowsAsync<InboxException>(() => NewStore().OpenAsync(TestContext.Current.CancellationToken));

        Assert.Contains("Nothing was changed", error.Message, StringComparison.Ordinal);
        Assert.Equal(3L, DatabaseFile.Read(path, "SELECT value FROM meta WHERE key = 'schema'"));
        Assert.Empty(Directory.GetFiles(_directory.Path, "*.partial"));
    }

    [Fact]
    public async Task Open_CopyOfAStartThatWasCutOff_IsReplaced()
    {
        InboxOfVersion3.Create(_directory.File("inbox.db"));
        foreach (var left in new[] { "", ".partial", ".partial-journal" })
        {
            await File.WriteAllTextAsync(_directory.File("inbox.db.schema-3.backup" + left), "half of it", TestContext.Current.CancellationToken);
        }


        await using var store = NewStore();
        await store.OpenAsync(TestContext.Current.CancellationToken);

        Assert.Equal(12L, DatabaseFile.Read(_upgrade!.Backup, "SELECT COUNT(*) FROM event"));
        Assert.Empty(Directory.GetFiles(_directory.Path, "*.partial*"));
    }

    [Fact]
    public async Task Open_ThisVersion_MakesNoCopy()
    {
        for (var time = 0; time < 2; time++)
        {
            await using var store = NewStore();
            await store.OpenAsync(TestContext.Current.CancellationToken);
        }

        Assert.Null(_upgrade);
        Assert.Empty(Directory.GetFiles(_directory.Path, "*.backup"));
    }

    private SqliteInboxStore NewStore() => new(new SqliteInboxOptions
    {
        Path = _directory.File("inbox.db"),
        Handlers = [new("", "new_order", "First"), new("", "new_order", "Second")],
        Clock = new FakeTimeProvider(TestEvents.Start), // the events are of then
        OnUpgraded = upgrade => _upgrade = upgrade,
    });
}
