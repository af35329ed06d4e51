using Microsoft.Extensions.Logging;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Management;
using WebhookReceiver.Tests.Dispatch;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Management;

public sealed class LivenessProbeTests : IAsyncDisposable
{
    private static readonly TimeSpan FifteenSeconds = TimeSpan.FromSeconds(15);

    private readonly TimedClock _clock = new(TestEvents.Start);
    private readonly FakeInboxStore _store = new();
    private readonly RecordedLog<LivenessProbe> _log = new();
    private readonly SemaphoreSlim _asked = new(0);
    private LivenessProbe? _probe;

    public async ValueTask DisposeAsync()
    {
        if (_probe is not null)
        {
            await _probe.StopAsync(CancellationToken.None);
            _probe.Dispose();
        }

        _asked.Dispose();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Check_WriterStopsTakingWorkUp_FailsWithinFifteenSecondsAndHealsWhenItGoesOn()
    {
        await using var receiver = await ReceiverUnderTest.StartAsync(static builder => builder.AddHandler<object>("new_order", static (_, _) => Task.CompletedTask));
        var never = new TaskCompletionSource();
        _store.OnPing = () => AskedAsync(never.Task);
        await StartAsync(receiver);

        // Just after the writer was asked for the last time, at the worst.
        Assert.Equal("alive", _probe!.Check().Status);
        await _clock.AdvanceOnceAwaitedAsync(LivenessProbe.Interval);
        await UntilAskedAsync();
        Assert.Equal("alive", _probe.Check().Status);
        _clock.Advance(FifteenSeconds - LivenessProbe.Interval);

        Assert.Equal("stalled", _probe.Check().Status);
        Assert.Equal("stalled", _probe.Check().Status);
        Assert.Equal((EventIds.NotAlive, LogLevel.Critical), _log.Lines.Select(static line => (line.Id, line.Level)).Single());
        _store.OnPing = () => AskedAsync(Task.CompletedTask);
        never.SetResult();
        await _clock.AdvanceOnceAwaitedAsync(LivenessProbe.Interval);
        await UntilAskedAsync();
        await _clock.AdvanceOnceAwaitedAsync(LivenessProbe.Interval);
        Assert.Equal("alive", _probe.Check().Status);
    }

    [Fact]
    public async Task Check_WriterAnswersWithAnError_IsAlive()
    {
        await using var receiver = await ReceiverUnderTest.StartAsync(static builder => builder.AddHandler<object>("new_order", static (_, _) => Task.CompletedTask));
        _store.OnPing = () => AskedAsync(Task.FromException(new InvalidOperationException("The inbox is not open.")));
        await StartAsync(receiver);

        await _clock.AdvanceOnceAwaitedAsync(LivenessProbe.Interval);
        await UntilAskedAsync();
        await _clock.AdvanceOnceAwaitedAsync(FifteenSeconds);

        Assert.Equal("alive", _probe!.Check().Status);
    }

    [Theory]
    [InlineData(4, 1, "stuck")]
    [InlineData(8, 2, "stuck")]
    [InlineData(8, 1, "alive")]
    public async Task Check_HandlersIgnoreTheirToken_FailsOnceAQuarterOfTheSlotsIsHeldForFiveMinutes(int slots, int handlers, string expected)
    {
        using var started = new SemaphoreSlim(0);
        var end = new TaskCompletionSource();
        await using var receiver = await ReceiverUnderTest.StartAsync(
            builder => builder.AddHandler<object>("new_order", (_, _) =>
            {
                started.Release();
                return end.Task;
            }),
            settings: ("WebhookReceiver:Dispatch:MaxConcurrency", slots.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        using var probe = new LivenessProbe(_store, receiver.Dispatcher, receiver.Clock, _log);
        for (var i = 0; i < handlers; i++)
        {
            await receiver.SendAsync();
            Assert.True(await started.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        }

        receiver.Clock.Advance(TimeSpan.FromSeconds(30)); // their time limit
        Assert.Equal("alive", probe.Check().Status);
        receiver.Clock.Advance(LivenessProbe.MaxOverrun - TimeSpan.FromSeconds(1));
        Assert.Equal("alive", probe.Check().Status);
        receiver.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(expected, probe.Check().Status);
        end.SetResult();
        for (var i = 0; i < handlers; i++)
        {
            await receiver.NextAsync();
        }

        Assert.Equal("alive", probe.Check().Status);
    }

    [Fact]
    public async Task Check_HandlerThatMayTakeLong_IsNotStuck()
    {
        using var started = new SemaphoreSlim(0);
        var end = new TaskCompletionSource();
        await using var receiver = await ReceiverUnderTest.StartAsync(
            builder => builder.AddHandler<object>("new_order", (_, _) =>
            {
                started.Release();
                return end.Task;
            }, static options => options.Timeout = TimeSpan.FromHours(2)),
            settings: ("WebhookReceiver:Dispatch:MaxConcurrency", "1"));
        using var probe = new LivenessProbe(_store, receiver.Dispatcher, receiver.Clock, _log);
        await receiver.SendAsync();
        Assert.True(await started.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));

        receiver.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal("alive", probe.Check().Status);
        receiver.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal("alive", probe.Check().Status);
        end.SetResult();
    }

    private async Task StartAsync(ReceiverUnderTest receiver)
    {
        _probe = new LivenessProbe(_store, receiver.Dispatcher, _clock, _log);
        await _probe.StartAsync(TestContext.Current.CancellationToken);
    }

    private Task AskedAsync(Task answer)
    {
        _asked.Release();
        return answer;
    }

    private async Task UntilAskedAsync() => Assert.True(await _asked.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken), "The writer was not asked.");
}
