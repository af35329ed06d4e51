using Microsoft.Extensions.Hosting;

namespace WebhookReceiver.Endpoints;

/// <summary>
/// Holds back the answers to refusals that come too fast, so that whoever floods the receiver waits for himself: with a bounded number of connections he can send little more than that
/// many requests a second. Safe from any thread.
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="lifetime">Whose end ends all waiting.</param>
/// <param name="burst">How many refusals are answered at once after a time without any.</param>
internal sealed class RejectionThrottle(TimeProvider clock, IHostApplicationLifetime lifetime, int burst = RejectionThrottle.UsualBurst)
{
    /// <summary>How many refusals a second are answered at once.</summary>
    public const int PerSecond = 100;

    /// <summary>How many refusals are answered at once after a time without any.</summary>
    public const int UsualBurst = 2 * PerSecond;

    /// <summary>How many answers are held back at once; any more are given at once, or a flood that waits for no answer would pile them up.</summary>
    public const int MostWaiting = 1_000;

    /// <summary>How long an answer is held back.</summary>
    public static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly TokenBucket _atOnce = new(PerSecond, burst);
    private int _waiting;

    /// <summary>How many answers are held back.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Whether the answer to a refusal must be held back: then <see cref="WaitAsync"/> follows.</summary>
    public bool MustWait()
    {
        lock (_gate)
        {
            if (_atOnce.TryTake(clock))
            {
                return false;
            }

            if (_waiting == MostWaiting)
            {
                return false;
            }

            _waiting++;
            return true;
        }
    }

    /// <summary>Waits; no longer than somebody waits for the answer, nor than the receiver runs.</summary>
    public async Task WaitAsync(CancellationToken aborted)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted, lifetime.ApplicationStopping);
        await Task.Delay(Delay, clock, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            _waiting--;
        }
    }
}
