namespace WebhookReceiver.Sources;

/// <summary>When a secret last proved a delivery: what says that an old one can go. Safe from any thread.</summary>
internal sealed class SecretUse
{
    private long _ticks;

    public DateTimeOffset? LastMatchedAt => Volatile.Read(ref _ticks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>Notes a match. One of long ago, such as that of a delivery which is admitted late, is no later than what was.</summary>
    public void Matched(DateTimeOffset at)
    {
        for (var before = Volatile.Read(ref _ticks); at.UtcTicks > before;)
        {
            var found = Interlocked.CompareExchange(ref _ticks, at.UtcTicks, before);
            if (found == before)
            {
                return;
            }

            before = found;
        }
    }
}
