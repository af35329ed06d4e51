using Microsoft.Extensions.Options;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Inbox;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox;

public sealed class RetentionServiceTests : IAsyncDisposable
{
    private readonly TimedClock _clock = new(TestEvents.Start);
    private readonly FakeInboxStore _store = new();
    private readonly RecordedLog<RetentionService> _log = new();
    private readonly SemaphoreSlim _purged = new(0);
    private readonly List<(DateTimeOffset At, RetentionLimits Limits)> _calls = [];
    private readonly RetentionService _service;

    public RetentionServiceTests()
    {
        var options = new WebhookReceiverOptions { Inbox = { BodyRetention = TimeSpan.FromDays(1), EventRetention = TimeSpan.FromDays(40), AuditRetention = TimeSpan.FromDays(90) } };
        _service = new RetentionService(_store, Options.Create(options), _clock, _log);
    }

    public async ValueTask DisposeAsync()
    {
        await _service.StopAsync(CancellationToken.None);
        _service.Dispose();
        _purged.Dispose();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Run_FirstAndEveryHour_PurgesByTheConfiguredTimes()
    {
        await StartAsync(PurgeStatus.Done, PurgeStatus.Done);

        await AdvanceAsync(RetentionService.FirstDelay);
        await AdvanceAsync(RetentionService.Interval);

        Assert.Equal([TestEvents.Start.AddMinutes(1), TestEvents.Start.AddMinutes(61)], _calls.Select(static call => call.At));
        var now = TestEvents.Start.AddMinutes(1);
        Assert.Equal(new RetentionLimits(now.AddDays(-1), now.AddDays(-40), now.AddDays(-90)), _calls[0].Limits);
    }

    [Fact]
    public async Task Run_MoreToDo_PausesBetweenSlicesAndLongerWhileDeliveriesWait()
    {
        await StartAsync(PurgeStatus.More, PurgeStatus.Busy, PurgeStatus.More, PurgeStatus.Done);

        await AdvanceAsync(RetentionService.FirstDelay);
        await AdvanceAsync(RetentionService.Pause);
        await AdvanceAsync(RetentionService.BusyPause);
        await AdvanceAsync(RetentionService.Pause);

        Assert.Single(_calls.Select(static call => call.Limits).Distinct());
        await AdvanceAsync(RetentionService.Interval); // what is logged stands there by now
        Assert.Equal((EventIds.Purged, "Retention removed 6 bodies and 3 events whose time was up"), _log.Lines.Select(static line => (line.Id, line.Message)).Single());
    }

    [Fact]
    public async Task Run_StoreThrows_TriesAgainLater()
    {
        var isFirst = true;
        _store.OnPurge = limits =>
        {
            _calls.Add((_clock.GetUtcNow(), limits));
            _purged.Release();
            if (isFirst)
            {
                isFirst = false;
                throw new InvalidOperationException("The database is away.");
            }

            return new PurgeSlice(PurgeStatus.Done);
        };
        await _service.StartAsync(TestContext.Current.CancellationToken);

        await AdvanceAsync(RetentionService.FirstDelay);
        await AdvanceAsync(RetentionService.Interval);

        Assert.Equal(2, _calls.Count);
        Assert.Equal(EventIds.PurgeFailed, Assert.Single(_log.Lines).Id);
    }

    private async Task StartAsync(params PurgeStatus[] statuses)
    {
        var left = new Queue<PurgeStatus>(statuses);
        _store.OnPurge = limits =>
        {
            _calls.Add((_clock.GetUtcNow(), limits));
            var slice = left.TryDequeue(out var status) ? new PurgeSlice(status, status == PurgeStatus.Busy ? 0 : 2, status == PurgeStatus.Busy ? 0 : 1) : new PurgeSlice(PurgeStatus.Done);
            _purged.Release();
            return slice;
        };
        await _service.StartAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Lets the time pass for which the service waits, once it does, until it has asked the store.</summary>
    private async Task AdvanceAsync(TimeSpan time)
    {
        await _clock.AdvanceOnceAwaitedAsync(time);
        Assert.True(await _purged.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken), "The store was not asked.");
    }
}
