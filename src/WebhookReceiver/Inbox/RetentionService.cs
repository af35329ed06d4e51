using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WebhookReceiver.Diagnostics;

namespace WebhookReceiver.Inbox;

/// <summary>Removes what is past its time, in small slices with pauses between them, so that deliveries and handlers hardly notice.</summary>
internal sealed class RetentionService(
    IInboxStore store, IOptions<WebhookReceiverOptions> options, TimeProvider clock, ILogger<RetentionService> logger) : BackgroundService
{
    /// <summary>Not at once: a start has better things to do.</summary>
    public static readonly TimeSpan FirstDelay = TimeSpan.FromMinutes(1);

    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Between two slices: longer than a slice, so that the store is free most of the time.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>While deliveries wait.</summary>
    public static readonly TimeSpan BusyPause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var delay = FirstDelay; ; delay = Interval)
        {
            try
            {
                await Task.Delay(delay, clock, stoppingToken).ConfigureAwait(false);
                await PurgeAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // A store that is away for a moment must not end retention: it goes on where it was, the next time.
            catch (Exception error)
#pragma warning restore CA1031
            {
                Log.PurgeFailed(logger, error);
            }
        }
    }

    private async Task PurgeAsync(CancellationToken stopping)
    {
        var limits = RetentionLimits.At(clock.GetUtcNow(), options.Value.Inbox);
        var (bodies, events) = (0, 0);
        while (!store.HasFailed)
        {
            var slice = await store.PurgeAsync(limits).ConfigureAwait(false);
            (bodies, events) = (bodies + slice.Bodies, events + slice.Events);
            if (slice.Status == PurgeStatus.Done)
            {
                break;
            }

            await Task.Delay(slice.Status == PurgeStatus.Busy ? BusyPause : Pause, clock, stopping).ConfigureAwait(false);
        }

        if (bodies + events > 0)
        {
            Log.Purged(logger, bodies, events);
        }
    }
}
