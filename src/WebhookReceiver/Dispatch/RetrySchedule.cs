namespace WebhookReceiver.Dispatch;

/// <summary>
/// When a failed attempt is made again: over 75 hours with the default of 16 attempts, longer than a weekend, because after our answer the
/// sender never sends again. Safe from any thread.
/// </summary>
internal sealed class RetrySchedule(Random random)
{
    private static readonly TimeSpan[] Delays =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(45), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(45), TimeSpan.FromHours(2), TimeSpan.FromHours(4), TimeSpan.FromHours(8), TimeSpan.FromHours(12),
    ];

    private const double Jitter = 0.2;
    private readonly Lock _gate = new();

    /// <summary>How long after a failed attempt the next one is due, with ±20 % so that what failed together does not come back together.</summary>
    /// <param name="attempt">The number of the attempt that failed, from 1. Beyond the schedule its last delay stays.</param>
    public TimeSpan DelayAfter(int attempt)
    {
        double sample;
        lock (_gate)
        {
            sample = random.NextDouble();
        }

        return Delays[Math.Clamp(attempt - 1, 0, Delays.Length - 1)] * (1 - Jitter + (2 * Jitter * sample));
    }
}
