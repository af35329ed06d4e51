using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Dispatch;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.Management;

/// <summary>
/// Says the truth about the process: whether the inbox's writer still takes work up, and whether handlers give their slots back. What a restart cannot heal, a full disk
/// or a sender that is away, is not its concern.
/// </summary>
internal sealed class LivenessProbe(IInboxStore store, Dispatcher dispatcher, TimeProvider clock, ILogger<LivenessProbe> logger) : BackgroundService
{
    public static readonly HealthStatus Alive = new("alive");

    /// <summary>How often the writer is asked, whoever asks for the probe: so that it is known soon, however seldom that is.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(4);

    /// <summary>How long the writer may take; a disk that stands still for some seconds is not an end. With the interval less than 15 s.</summary>
    public static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(10);

    /// <summary>How long handlers may hold their slots beyond their time limit.</summary>
    public static readonly TimeSpan MaxOverrun = TimeSpan.FromMinutes(5);

    private static readonly HealthStatus Stalled = new("stalled"), Stuck = new("stuck");

    private readonly Lock _gate = new();
    private long? _askedAt;
    private HealthStatus _last = Alive;

    public HealthStatus Check()
    {
        lock (_gate)
        {
            var status = _askedAt is { } asked && clock.GetElapsedTime(asked) >= MaxSilence ? Stalled
                : dispatcher.IsStuck(MaxOverrun) ? Stuck
                : Alive;
            if (status != _last && status != Alive)
            {
                Log.NotAlive(logger, status.Status);
            }

            return _last = status;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(false);
                Check();
                await AskAsync(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task AskAsync(CancellationToken stopping)
    {
        SetAsked(clock.GetTimestamp());
        try
        {
            await store.PingAsync().AsTask().WaitAsync(stopping).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the answer is, it is one.
        catch (Exception) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
        }

        SetAsked(null);
    }

    private void SetAsked(long? at)
    {
        lock (_gate)
        {
            _askedAt = at;
        }
    }
}
