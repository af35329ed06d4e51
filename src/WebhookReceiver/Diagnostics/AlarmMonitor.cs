using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WebhookReceiver.Inbox;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Diagnostics;

/// <summary>
/// Looks every few seconds for what somebody should know: a source that has gone silent, one whose deliveries are refused, clocks that do not agree, work that waits, dead letters. Each is a line in the log when
/// it begins and when it is over, and a metric all the while. Safe from any thread.
/// </summary>
internal sealed class AlarmMonitor(SourceRegistry sources, IInboxStore store, WebhookMetrics metrics, TimeProvider clock, ILogger<AlarmMonitor> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>How long work may be due before that is an alarm.</summary>
    public static readonly TimeSpan MaxBacklogAge = TimeSpan.FromMinutes(5);

    private const string Silence = "silence";
    private const string Rejections = "rejections";
    private const string Skew = "clock_skew";

    private const string RefusedBySignedTime = "Deliveries whose signed time is further off than their sender is allowed are refused";

    private static readonly string[] SourceAlarms = [Silence, Rejections, Skew];

    private readonly Dictionary<string, SourceWatch> _watches = new(StringComparer.Ordinal);
    private readonly ClockWatch _ownClock = new(clock);
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Alarm, string? Source), bool> _alarms = [];

    /// <summary>Each alarm as 1 or 0.</summary>
    public IEnumerable<Measurement<int>> Alarms()
    {
        lock (_gate)
        {
            return [.. _alarms.Select(static alarm => new Measurement<int>(alarm.Value ? 1 : 0, Tags(alarm.Key.Alarm, alarm.Key.Source)))];
        }
    }

    /// <summary>How far this machine's clock is from the sender's, in seconds, of each source of which that is known.</summary>
    public IEnumerable<Measurement<double>> Skews() =>
    [
        .. sources.All.Select(source => (source.Name, Skew: source.Activity.Clock.Skew(clock.GetUtcNow()))).Where(static source => source.Skew is not null)
            .Select(static source => new Measurement<double>(source.Skew!.Value.TotalSeconds, new KeyValuePair<string, object?>("webhook.source", source.Name))),
    ];

    /// <summary>Looks once.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var leapt = _ownClock.Look();
        Set(Skew, null, _ownClock.Leap != TimeSpan.Zero, $"this machine's clock went {Said(_ownClock.Leap, "ahead", "back")} at one stroke; it was set, or the machine was suspended: see its time synchronisation. {RefusedBySignedTime}");
        var all = sources.All;
        foreach (var source in all)
        {
            if (!_watches.TryGetValue(source.Name, out var watch))
            {
                _watches[source.Name] = watch = new SourceWatch(now);
            }

            if (leapt)
            {
                source.Activity.Clock.Forget();
            }

            watch.Look(source.Activity, source.SilenceAfter, now);
            Set(Silence, source.Name, watch.IsSilent, $"nothing of source '{source.Name}' was taken since {watch.LastAcceptedAt:u}; see whether it still sends, and GET /api/v1/rejections; if it is usual, set its SilenceAfter");
            Set(Rejections, source.Name, watch.IsRefused, $"more deliveries of source '{source.Name}' are refused than taken; GET /api/v1/rejections says why");
            var skew = source.Activity.Clock.Skew(now) ?? TimeSpan.Zero;
            Set(Skew, source.Name, skew.Duration() > SenderClock.MaxSkew, $"this machine's clock is {Said(skew, "ahead of", "behind")} what source '{source.Name}' signs; see the time synchronisation of both, or whether it sends late what it signed before. {RefusedBySignedTime}");
        }

        foreach (var gone in _watches.Keys.Except(all.Select(static source => source.Name)).ToArray())
        {
            Forget(gone);
        }

        try
        {
            var trouble = await store.Reader.LookAsync(cancellationToken).ConfigureAwait(false);
            var age = InboxCounts.AgeOf(trouble.OldestDueAt, now);
            Set("backlog", null, age > MaxBacklogAge, $"work has been due for {age:c}; look for slow handlers (webhook.handle.duration), or raise Dispatch:MaxConcurrency");
            Set("dead_letters", null, trouble.HasDeadLetters, "there are dead letters: GET /api/v1/events?state=dead; replay or cancel them");
        }
#pragma warning disable CA1031 // Whatever a database that is away throws: the receiver goes on without it.
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            // An inbox that cannot be read is said by the readiness probe; what is known of it stays as it was.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.Observe(this);
        try
        {
            while (true)
            {
                await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(false);
                await LookAsync(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private void Set(string alarm, string? source, bool isOn, string cause)
    {
        bool changed;
        lock (_gate)
        {
            changed = _alarms.GetValueOrDefault((alarm, source)) != isOn;
            _alarms[(alarm, source)] = isOn;
        }

        if (changed && isOn)
        {
            Log.AlarmRaised(logger, alarm, cause);
        }
        else if (changed)
        {
            Log.AlarmCleared(logger, alarm, source ?? "all sources");
        }
    }

    /// <summary>A source that a reload has removed can end no alarm by itself.</summary>
    private void Forget(string source)
    {
        foreach (var alarm in SourceAlarms)
        {
            Set(alarm, source, isOn: false, cause: "");
            lock (_gate)
            {
                _alarms.Remove((alarm, source));
            }
        }

        _watches.Remove(source);
    }

    private static string Said(TimeSpan time, string positive, string negative) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.Duration():c} {(time > TimeSpan.Zero ? positive : negative)}");

    private static KeyValuePair<string, object?>[] Tags(string alarm, string? source) =>
        source is null ? [new("webhook.alarm", alarm)] : [new("webhook.alarm", alarm), new("webhook.source", source)];
}
