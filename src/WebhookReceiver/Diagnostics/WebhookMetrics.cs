using System.Diagnostics;
using System.Diagnostics.Metrics;
using WebhookReceiver.Dispatch;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.Diagnostics;

/// <summary>Every instrument, with its unit and tags. Tags take configured names alone, never text from a request.</summary>
internal sealed class WebhookMetrics
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string MeterName = "WebhookReceiver";

    private readonly Meter _meter;
    private readonly Counter<long> _deliveries, _rejections, _delayed, _attempts, _mismatches, _parked, _olderSecrets, _managementRefused;
    private readonly Histogram<double> _receive, _handle;
    private long _accepted, _duplicates, _rejected;

    public WebhookMetrics(IMeterFactory factory)
    {
        _meter = factory.Create(MeterName);
        _deliveries = _meter.CreateCounter<long>("webhook.deliveries", "{delivery}", "Deliveries by what became of them.");
        _rejections = _meter.CreateCounter<long>("webhook.rejections", "{delivery}", "Deliveries that were not accepted, by reason.");
        _delayed = _meter.CreateCounter<long>("webhook.rejections.delayed", "{delivery}", "Deliveries that were not accepted and whose answer was held back, because there were too many of them.");
        _mismatches = _meter.CreateCounter<long>("webhook.duplicate_body_mismatches", "{event}", "Duplicates whose body differs from the first one's.");
        _parked = _meter.CreateCounter<long>("webhook.parked", "{event}", "Events that were stored and that no handler takes.");
        _olderSecrets = _meter.CreateCounter<long>("webhook.older_secrets", "{delivery}", "Deliveries that were verified by another secret than the newest.");
        _managementRefused = _meter.CreateCounter<long>("webhook.management.refused", "{request}", "Calls of management that came without the token.");
        _attempts = _meter.CreateCounter<long>("webhook.attempts", "{attempt}", "Attempts by how they ended.");
        _receive = _meter.CreateHistogram<double>("webhook.receive.duration", "s", "From the headers of a delivery to its answer.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
        _handle = _meter.CreateHistogram<double>("webhook.handle.duration", "s", "One attempt of a handler.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] });
    }

    /// <summary>Duplicates since the start.</summary>
    public long Duplicates => Volatile.Read(ref _duplicates);

    /// <summary>Rejections since the start.</summary>
    public long Rejected => Volatile.Read(ref _rejected);

    /// <summary>Events accepted since the start.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Shows how much work is in memory.</summary>
    public void Observe(Dispatcher dispatcher) =>
        _meter.CreateObservableGauge("webhook.dispatch.in_memory", () => dispatcher.InMemory, "{attempt}", "Work that is handed over and not yet completed.");

    /// <summary>Shows what the inbox holds, once it is open.</summary>
    public void Observe(InboxGauges gauges)
    {
        _meter.CreateObservableGauge("webhook.events", gauges.Events, "{event}", "Events in the inbox by state.");
        _meter.CreateObservableCounter("webhook.purged", gauges.Purged, "{event}", "Events that were removed because their time was up.");
        _meter.CreateObservableGauge("webhook.inbox.free_space", gauges.FreeSpace, "By", "What is free on the disk of the inbox.");
        _meter.CreateObservableGauge("webhook.backlog.age", gauges.BacklogAge, "s", "How long the work that waits longest has been due.");
        _meter.CreateObservableGauge("webhook.unaccounted", gauges.Unaccounted, "{work}", "Open work whose rows are gone: 0, unless somebody removed them behind the product's back.");
    }

    /// <summary>Shows what somebody should know.</summary>
    public void Observe(AlarmMonitor alarms)
    {
        _meter.CreateObservableGauge("webhook.alarm", alarms.Alarms, "{alarm}", "1 while there is something that somebody should know, otherwise 0.");
        _meter.CreateObservableGauge("webhook.clock.skew", alarms.Skews, "s", "How far this machine's clock is ahead of what a sender signs; negative where it is behind.");
    }

    /// <summary>Shows how long the server's certificates last.</summary>
    public void Observe(Func<IEnumerable<Measurement<double>>> certificates) =>
        _meter.CreateObservableGauge("webhook.certificate.expiry", certificates, "s", "How long a certificate of the server lasts.");

    /// <summary>An event was stored or known.</summary>
    public void Received(string source, bool isDuplicate)
    {
        Interlocked.Increment(ref isDuplicate ? ref _duplicates : ref _accepted);
        _deliveries.Add(1, new("webhook.source", source), new("webhook.outcome", isDuplicate ? "duplicate" : "accepted"));
    }

    /// <summary>A delivery was stored or known, with all its events.</summary>
    public void ReceiveEnded(string source, TimeSpan duration) =>
        _receive.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("webhook.source", source));

    /// <summary>A delivery was refused.</summary>
    /// <param name="source">A configured source, or "unknown".</param>
    /// <param name="reason">Why.</param>
    public void Refused(string source, RejectionReason reason)
    {
        Interlocked.Increment(ref _rejected);
        _deliveries.Add(1, new("webhook.source", source), new("webhook.outcome", "rejected"));
        _rejections.Add(1, new("webhook.source", source), new("webhook.reason", reason.ToString()));
    }

    /// <summary>A refusal whose answer is held back.</summary>
    public void Delayed(string source) => _delayed.Add(1, new KeyValuePair<string, object?>("webhook.source", source));

    /// <summary>A handshake was answered.</summary>
    public void Answered(string source) => _deliveries.Add(1, new("webhook.source", source), new("webhook.outcome", "handshake"));

    /// <summary>A duplicate came with another body.</summary>
    public void DuplicateBodyMismatch(string source) => _mismatches.Add(1, new KeyValuePair<string, object?>("webhook.source", source));

    /// <summary>An event was stored that no handler takes.</summary>
    public void Parked(string source) => _parked.Add(1, new KeyValuePair<string, object?>("webhook.source", source));

    /// <summary>A delivery was verified by another secret than the newest.</summary>
    public void VerifiedByOlderSecret(string source) => _olderSecrets.Add(1, new KeyValuePair<string, object?>("webhook.source", source));

    /// <summary>A call of management was refused.</summary>
    /// <param name="reason">missing, wrong, or throttled.</param>
    public void ManagementRefused(string reason) => _managementRefused.Add(1, new KeyValuePair<string, object?>("webhook.reason", reason));

    /// <summary>An attempt ended.</summary>
    public void Attempted(string source, string handler, AttemptOutcome outcome, TimeSpan duration)
    {
        _attempts.Add(1, new("webhook.source", source), new("webhook.handler", handler), new("webhook.outcome", outcome.Name()));
        _handle.Record(duration.TotalSeconds, new("webhook.source", source), new("webhook.handler", handler));
    }
}

/// <summary>The spans.</summary>
internal static class WebhookActivity
{
    private static readonly ActivitySource Source = new(WebhookMetrics.MeterName);

    /// <summary>One attempt. A root of its own: the delivery was answered before it, perhaps by another process.</summary>
    public static Activity? StartHandle(WorkItem item, string handler)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var activity = Source.StartActivity("webhook handle", ActivityKind.Consumer, parentContext: default);
        activity?.SetTag("webhook.source", item.Event.Source);
        activity?.SetTag("webhook.type", item.Event.Type);
        activity?.SetTag("webhook.id", item.Event.PublicId);
        activity?.SetTag("webhook.handler", handler);
        activity?.SetTag("webhook.attempt", item.Attempt);
        return activity;
    }
}
