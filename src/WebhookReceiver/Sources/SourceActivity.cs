namespace WebhookReceiver.Sources;

/// <summary>What has come from a source since the process started. Safe from any thread.</summary>
internal sealed class SourceActivity
{
    private long _accepted, _rejected, _lastTicks;

    /// <summary>What its signed times say of the clocks.</summary>
    public SenderClock Clock { get; } = new();

    /// <summary>Events that were stored or known.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Deliveries that were refused.</summary>
    public long Rejected => Volatile.Read(ref _rejected);

    /// <summary>When the last one arrived that was stored or known.</summary>
    public DateTimeOffset? LastAcceptedAt => Volatile.Read(ref _lastTicks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public void Accept(DateTimeOffset at)
    {
        Interlocked.Increment(ref _accepted);
        Volatile.Write(ref _lastTicks, at.UtcTicks);
    }

    public void Reject() => Interlocked.Increment(ref _rejected);
}
