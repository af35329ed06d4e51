namespace WebhookReceiver.Sources;

/// <summary>
/// How many verified events a source may send: so many a second in the long run, ten seconds' worth at once. What is not verified takes none of it, so that a stranger cannot use it
/// up. Safe from any thread.
/// </summary>
/// <param name="perSecond">Events a second.</param>
internal sealed class SourceRate(int perSecond)
{
    /// <summary>How many seconds' worth may come at once.</summary>
    public const int BurstSeconds = 10;

    private readonly Lock _gate = new();
    private readonly TokenBucket _events = new(perSecond, (double)perSecond * BurstSeconds);

    public int PerSecond => perSecond;

    /// <summary>Takes the events of one delivery.</summary>
    /// <param name="events">How many. A batch cannot come in parts: it may take more than is left, and the next one waits for that.</param>
    /// <param name="clock">The clock.</param>
    /// <returns>0 if they were taken; otherwise after how many seconds it is worth trying again.</returns>
    public int Take(int events, TimeProvider clock)
    {
        lock (_gate)
        {
            return _events.TryTake(clock, events) ? 0 : Math.Max(1, (int)Math.Ceiling(_events.Wait.TotalSeconds));
        }
    }
}
