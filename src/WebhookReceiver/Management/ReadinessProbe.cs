using System.Data.Common;
using Microsoft.Extensions.Hosting;
using WebhookReceiver.Inbox;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Management;

/// <summary>
/// Says the truth about readiness: sources are loaded, a write has reached the disk just now and there is room for more, the listeners are open, no stop is
/// under way.
/// </summary>
internal sealed class ReadinessProbe(IInboxStore store, SourceRegistry sources, DrainState drain, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    public static readonly HealthStatus Ready = new("ready");

    /// <summary>A commit is shown to be possible at most this often: probes must not be a load of their own.</summary>
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private Task? _probe;
    private long? _lastCommit;

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

        if (store.HasFailed || !store.IsOwner)
        {
            return new HealthStatus("failed");
        }

        if (store.Space is { IsLow: true })
        {
            return new HealthStatus("full");
        }

        return await CanCommitAsync().ConfigureAwait(false) ? Ready : new HealthStatus("failed");
    }

    private async Task<bool> CanCommitAsync()
    {
        try
        {
            await Probe().WaitAsync(ProbeTimeout, clock).ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (error is DbException or TimeoutException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The commit that is under way, or a new one: however many ask while a disk stands still, one write waits for it.</summary>
    private Task Probe()
    {
        lock (_gate)
        {
            if (_lastCommit is { } last && clock.GetElapsedTime(last) < ProbeInterval)
            {
                return Task.CompletedTask;
            }

            return _probe is { IsCompleted: false } ? _probe : _probe = ProbeAsync();
        }
    }

    private async Task ProbeAsync()
    {
        await store.ProbeAsync().ConfigureAwait(false);
        lock (_gate)
        {
            _lastCommit = clock.GetTimestamp();
        }
    }
}
