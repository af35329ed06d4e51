using System.Data.Common;
using Microsoft.Extensions.Hosting;
using WebhookReceiver.Inbox;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Management;

/// <summary>Says the truth about readiness: sources are loaded, a write has reached the disk just now, the listeners are open, no stop is under way.</summary>
internal sealed class ReadinessProbe(IInboxStore store, SourceRegistry sources, DrainState drain, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    public static readonly HealthStatus Ready = new("ready");

    /// <summary>A commit is shown to be possible at most this often: probes must not be a load of their own.</summary>
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    private long _lastCommit = long.MinValue;

    public async Task<HealthStatus> CheckAsync()
    {
        if (drain.IsDraining)
        {
            return new HealthStatus("draining");
        }

        if (!sources.IsLoaded || !lifetime.ApplicationStarted.IsCancellationRequested)
        {
            return new HealthStatus("starting");
        }

        return store.HasFailed || !store.IsOwner || !await CanCommitAsync().ConfigureAwait(false) ? new HealthStatus("failed") : Ready;
    }

    private async Task<bool> CanCommitAsync()
    {
        var last = Volatile.Read(ref _lastCommit);
        if (last != long.MinValue && clock.GetElapsedTime(last) < ProbeInterval)
        {
            return true;
        }

        try
        {
            await store.ProbeAsync().AsTask().WaitAsync(ProbeTimeout, clock).ConfigureAwait(false);
            Volatile.Write(ref _lastCommit, clock.GetTimestamp());
            return true;
        }
        catch (Exception error) when (error is DbException or TimeoutException or InvalidOperationException)
        {
            return false;
        }
    }
}
