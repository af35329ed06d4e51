using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Inbox;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox;

/// <summary>A disk that is nearly full: deliveries are refused, and all else goes on.</summary>
public sealed class SqliteSpaceTests : IAsyncLifetime
{
    private const long MiB = 1024 * 1024, Total = 100L * 1024 * MiB;

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _clock = new(TestEvents.Start);
    private readonly List<bool> _changes = [];
    private Func<long> _available = static () => Total / 2;
    private int _measured;
    private SqliteInboxStore _store = null!;

    public async ValueTask InitializeAsync() => _store = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(1_000_000, 512)] // a large volume
    [InlineData(5_120, 512)]
    [InlineData(1_000, 100)] // a tenth
    [InlineData(320, 32)]
    [InlineData(64, 32)] // never less, however small it is
    public void LowWater_Volume_IsATenthWithinBounds(long totalMiB, long markMiB)
    {
        Assert.Equal(markMiB * MiB, new InboxSpace(0, totalMiB * MiB).LowWater);
        Assert.True(new InboxSpace((markMiB * MiB) - 1, totalMiB * MiB).IsLow);
        Assert.False(new InboxSpace(markMiB * MiB, totalMiB * MiB).IsLow);
    }

    [Fact]
    public async Task Append_DiskIsNearlyFull_IsRefusedUntilThereIsRoom()
    {
        _available = static () => 100 * MiB;
        _clock.Advance(SpaceMonitor.Interval);
        Assert.Equal(AppendStatus.NoSpace, await AppendAsync("e1"));

        _available = static () => Total / 2;
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(AppendStatus.Committed, await AppendAsync("e1"));

        Assert.Equal([true, false], _changes);
        Assert.Single(await _store.Reader.ListAsync(new EventFilter(null, null, null, 10, null), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task OtherChanges_DiskIsNearlyFull_AreMade()
    {
        var (ends, waits) = (TestEvents.New("ends"), TestEvents.New("waits"));
        await _store.AppendAsync(TestEvents.Delivery(ends, true, 1));
        await _store.AppendAsync(TestEvents.Delivery(waits, false, 1));
        _available = static () => 0;
        _clock.Advance(SpaceMonitor.Interval);

        var recorded = new TaskCompletionSource<CompletionStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        _store.Complete(
            new WorkCompletion(new WorkItem(ends, 1, 0, 1, 1), AttemptOutcome.Succeeded, TestEvents.Start, TestEvents.Start), (_, status) => recorded.SetResult(status));

        Assert.Equal(CompletionStatus.Recorded, await recorded.Task);
        Assert.Single(await _store.ClaimAsync(10, TestEvents.Start));
        Assert.Equal(ChangeStatus.Changed, await _store.ReplayAsync(ends.Seq, [1], "again", TestEvents.Start));
        Assert.Equal(ChangeStatus.Changed, await _store.CancelAsync(ends.Seq, "enough", TestEvents.Start));
        Assert.NotEqual(PurgeStatus.Busy, (await _store.PurgeAsync(RetentionLimits.At(TestEvents.Start, new InboxOptions()))).Status);
    }

    [Fact]
    public async Task Append_ManyDeliveries_MeasureNothing()
    {
        var before = _measured;
        for (var i = 0; i < 20; i++)
        {
            await AppendAsync($"e{i}");
        }

        Assert.Equal(before, _measured);
    }

    [Fact]
    public async Task Measure_SystemGivesAnError_KeepsWhatWasTrue()
    {
        _available = static () => throw new IOException("no such volume");
        _clock.Advance(SpaceMonitor.Interval);
        Assert.Equal(AppendStatus.Committed, await AppendAsync("e1"));

        _available = static () => 0;
        _clock.Advance(SpaceMonitor.Interval);
        Assert.Equal(AppendStatus.NoSpace, await AppendAsync("e2"));
    }

    [Fact]
    public void Measure_ClockJumpsFar_IsDoneOnce()
    {
        var before = _measured;

        _clock.Advance(TimeSpan.FromDays(365));

        Assert.InRange(_measured - before, 1, 2);
    }

    [Fact]
    public async Task Open_DiskIsNearlyFull_RefusesTheFirstDelivery()
    {
        await _store.DisposeAsync();
        _available = static () => 0;
        _store = await OpenAsync();

        Assert.Equal(AppendStatus.NoSpace, await AppendAsync("e1"));
        Assert.Equal([true], _changes);
    }

    [Fact]
    public void Measure_RealVolume_IsWhatTheSystemSays()
    {
        var space = SpaceMonitor.MeasureVolumeOf(_directory.Path);

        Assert.InRange(space.Available, 1, space.Total);
    }

    private async Task<SqliteInboxStore> OpenAsync()
    {
        var store = new SqliteInboxStore(new SqliteInboxOptions
        {
            Path = _directory.File("inbox.db"),
            Handlers = [new("", "new_order", "First")],
            Clock = _clock,
            MeasureSpace = () =>
            {
                _measured++;
                return new InboxSpace(_available(), Total);
            },
            OnSpaceChanged = space => _changes.Add(space.IsLow),
        });
        await store.OpenAsync(TestContext.Current.CancellationToken);
        return store;
    }

    private async Task<AppendStatus> AppendAsync(string id) => await _store.AppendAsync(TestEvents.Delivery(TestEvents.New(id), true, 1));
}
