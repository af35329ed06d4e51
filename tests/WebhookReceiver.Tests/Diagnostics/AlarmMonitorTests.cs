using System.Diagnostics.Metrics;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Inbox;
using WebhookReceiver.Senders;
using WebhookReceiver.Sources;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Diagnostics;

/// <summary>An alarm is a line when it begins, a line when it is over, and 1 in between.</summary>
public sealed class AlarmMonitorTests : IDisposable
{
    private readonly JumpingClock _clock = new(new(TestEvents.Start));
    private readonly RecordedLog<AlarmMonitor> _log = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Reader _reader = new();
    private readonly SourceRegistry _sources = new();
    private readonly WebhookSource _source;
    private readonly AlarmMonitor _alarms;

    public AlarmMonitorTests()
    {
        Assert.True(SenderCatalog.TryGet("hmac-sha256", out var row));
        _source = new WebhookSource("shop", SenderPlan.Compile(row), [], new WebhookSourceOptions { SilenceAfter = TimeSpan.FromHours(1) }, publicUrl: null);
        _sources.Replace(new Dictionary<string, WebhookSource> { ["shop"] = _source });
        _alarms = new AlarmMonitor(_sources, new FakeInboxStore { OnRead = () => _reader }, new WebhookMetrics(_services.GetRequiredService<IMeterFactory>()), _clock, _log);
    }

    public void Dispose()
    {
        _alarms.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task Look_NothingToKnow_IsNoLineAndAllAlarmsAre0()
    {
        await _alarms.LookAsync(CancellationToken.None);

        Assert.Empty(_log.Lines);
        Assert.Equal(["backlog 0", "clock_skew 0", "clock_skew shop 0", "dead_letters 0", "rejections shop 0", "silence shop 0"], Alarms());
    }

    [Fact]
    public async Task Look_SilentSource_IsSaidOnceAndOnceWhenItIsOver()
    {
        await AssertAlarmAsync("silence shop 1", "silence", () => _clock.Steady.Advance(TimeSpan.FromHours(1.1)), () => _source.Activity.Accept(_clock.GetUtcNow()));
        Assert.Contains("nothing of source 'shop' was taken since 2026-11-23", _log.Lines[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task Look_RefusedSource_IsSaidOnceAndOnceWhenItIsOver() => AssertAlarmAsync("rejections shop 1", "rejections", () =>
    {
        for (var i = 0; i < SourceWatch.LeastRejections; i++)
        {
            _source.Activity.Reject();
        }
    }, () => _clock.Steady.Advance(TimeSpan.FromMinutes(6)));

    [Fact]
    public Task Look_WorkThatIsDueForLong_IsSaidOnceAndOnceWhenItIsOver() => AssertAlarmAsync(
        "backlog 1", "backlog", () => _reader.OldestDueAt = _clock.GetUtcNow() - AlarmMonitor.MaxBacklogAge - TimeSpan.FromSeconds(1), () => _reader.OldestDueAt = _clock.GetUtcNow().AddDays(1));

    [Fact]
    public Task Look_DeadLetters_AreSaidOnceAndOnceWhenTheyAreGone() => AssertAlarmAsync("dead_letters 1", "dead_letters", () => _reader.HasDeadLetters = true, () => _reader.HasDeadLetters = false);

    [Theory]
    [InlineData(31, "00:00:31 ahead of what source 'shop' signs")]
    [InlineData(-31, "00:00:31 behind what source 'shop' signs")]
    public async Task Look_SenderWhoseTimesAreNotOurs_IsSaidOnceAndOnceWhenTheyAre(int seconds, string said)
    {
        await AssertAlarmAsync("clock_skew shop 1", "clock_skew", () => Sign(seconds), Correct);
        Assert.Contains(said, _log.Lines[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(30, "went 00:00:30 ahead at one stroke")]
    [InlineData(-3600, "went 01:00:00 back at one stroke")]
    public async Task Look_ClockThatIsSet_IsSaidOnceAndOnceAfterAWhile(int seconds, string said)
    {
        await AssertAlarmAsync("clock_skew 1", "clock_skew", () => _clock.Jump(TimeSpan.FromSeconds(seconds)), () => _clock.Steady.Advance(ClockWatch.TellFor));
        Assert.Contains(said, _log.Lines[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Look_ClockThatIsSet_ForgetsWhatWasComparedBefore()
    {
        Sign(1);
        _clock.Jump(TimeSpan.FromMinutes(1));
        await _alarms.LookAsync(CancellationToken.None);
        Assert.Empty(_alarms.Skews());

        Sign(61);
        await _alarms.LookAsync(CancellationToken.None);
        Assert.Contains("clock_skew shop 1", Alarms());
    }

    [Fact]
    public void Skews_SourceWithSignedTimesAndWithout_AreOfTheFirst()
    {
        Assert.Empty(_alarms.Skews());

        Sign(-2);

        var skew = Assert.Single(_alarms.Skews());
        Assert.Equal((-2, "shop"), (skew.Value, skew.Tags.ToArray().Single().Value));
    }

    [Fact]
    public async Task Look_SourceThatAReloadHasRemoved_EndsItsAlarmsAndBeginsAnewWhenItIsBack()
    {
        await _alarms.LookAsync(CancellationToken.None);
        _clock.Steady.Advance(TimeSpan.FromHours(1.1));
        await _alarms.LookAsync(CancellationToken.None);
        Assert.Contains("silence shop 1", Alarms());

        _sources.Replace(new Dictionary<string, WebhookSource>());
        await _alarms.LookAsync(CancellationToken.None);
        Assert.Equal(["backlog 0", "clock_skew 0", "dead_letters 0"], Alarms());
        Assert.Equal([EventIds.AlarmRaised, EventIds.AlarmCleared], _log.Lines.Select(static line => line.Id));

        _sources.Replace(new Dictionary<string, WebhookSource> { ["shop"] = _source });
        await _alarms.LookAsync(CancellationToken.None);
        Assert.Contains("silence shop 0", Alarms());
    }

    [Theory]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(SocketException))]
    [InlineData(typeof(TimeoutException))]
    public async Task Look_InboxThatCannotBeRead_LeavesItsAlarmsAsTheyWere(Type error)
    {
        _reader.HasDeadLetters = true;
        await _alarms.LookAsync(CancellationToken.None);

        _reader.Error = (Exception)Activator.CreateInstance(error)!;
        await _alarms.LookAsync(CancellationToken.None);

        Assert.Contains("dead_letters 1", Alarms());
        Assert.Single(_log.Lines);
    }

    /// <summary>A while later the times agree.</summary>
    private void Correct()
    {
        _clock.Steady.Advance(2 * SenderClock.Stretch);
        Sign(0);
    }

    private void Sign(int secondsAgo)
    {
        for (var i = 0; i < SenderClock.LeastDeliveries; i++)
        {
            _clock.Steady.Advance(TimeSpan.FromMilliseconds(1));
            _source.Activity.Clock.Compare(_clock.GetUtcNow().AddSeconds(-secondsAgo), _clock.GetUtcNow());
        }
    }

    private async Task AssertAlarmAsync(string expected, string name, Action begin, Action end)
    {
        await _alarms.LookAsync(CancellationToken.None);
        begin();
        await _alarms.LookAsync(CancellationToken.None);
        await _alarms.LookAsync(CancellationToken.None);
        Assert.Contains(expected, Alarms());
        var raised = Assert.Single(_log.Lines);
        Assert.Equal((EventIds.AlarmRaised, LogLevel.Warning, name), (raised.Id, raised.Level, raised.Values["Alarm"]));

        end();
        await _alarms.LookAsync(CancellationToken.None);
        await _alarms.LookAsync(CancellationToken.None);
        Assert.DoesNotContain(expected, Alarms());
        Assert.Equal([EventIds.AlarmRaised, EventIds.AlarmCleared], _log.Lines.Select(static line => line.Id));
    }

    private string[] Alarms() => [.. _alarms.Alarms().Select(static alarm => string.Join(' ', [.. alarm.Tags.ToArray().Select(static tag => (string)tag.Value!), $"{alarm.Value}"])).Order(StringComparer.Ordinal)];

    private sealed class Reader : IInboxReader
    {
        public bool HasDeadLetters { get; set; }

        public DateTimeOffset? OldestDueAt { get; set; }

        public Exception? Error { get; set; }

        public Task<InboxTrouble> LookAsync(CancellationToken cancellationToken) => Error is { } error
            ? Task.FromException<InboxTrouble>(error)
            : Task.FromResult(new InboxTrouble(OldestDueAt, HasDeadLetters));

        public Task<InboxCounts> CountAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<EventRow>> ListAsync(EventFilter filter, CancellationToken cancellationToken) => throw new NotSupportedException();
        public Task<EventBounds?> FindBoundsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();


        public Task<EventDetail?> FindAsync(long seq, long token, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
