namespace WebhookReceiver.Sources;

/// <summary>When a secret last proved a delivery: what says that an old one can go. Safe from any thread.</summary>
internal sealed class SecretUse
{
    private long _ticks;

    public DateTimeOffset? LastMatchedAt => Volatile.Read(ref _ticks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public void Matched(DateTimeOffset at) => Volatile.Write(ref _ticks, at.UtcTicks);
}
