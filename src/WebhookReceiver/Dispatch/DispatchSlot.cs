using WebhookReceiver.Inbox;

namespace WebhookReceiver.Dispatch;

/// <summary>Room for one attempt at a time, with the token that its handler gets; made once and used again and again.</summary>
/// <param name="index">Its place among the slots, from 0.</param>
/// <param name="queue">Where the work comes from.</param>
/// <param name="runner">Runs an attempt.</param>
/// <param name="store">Is told what runs, for whoever finds this process gone.</param>
/// <param name="finish">Takes what became of it.</param>
/// <param name="clock">Measures the time limit.</param>
/// <param name="interruption">Ends what runs.</param>
internal sealed class DispatchSlot(
    int index, DispatchQueue queue, AttemptRunner runner, IInboxStore store, Action<WorkCompletion> finish, TimeProvider clock, DispatchInterruption interruption)
    : IThreadPoolWorkItem, IDisposable
{
    private CancellationTokenSource? _limit;
    private CancellationTokenRegistration _registration;
    private CancellationToken _interrupted;
    private volatile WorkItem? _running;
    private volatile Overrun? _overrun;

    /// <summary>The attempt that runs now.</summary>
    public WorkItem? Running => _running;

    /// <summary>Whether the attempt has gone on for so long after its token was cancelled, as far as that was seen: ask again and again.</summary>
    public bool HasOverrun(TimeSpan time)
    {
        if (_running is not { } item || _limit is not { IsCancellationRequested: true })
        {
            return false;
        }

        if (_overrun is not { } seen || !ReferenceEquals(seen.Item, item))
        {
            _overrun = seen = new Overrun(item, clock.GetTimestamp());
        }

        return clock.GetElapsedTime(seen.SeenAt) >= time;
    }

    void IThreadPoolWorkItem.Execute() => _ = RunAsync();

    /// <summary>Call it when the slot is idle.</summary>
    public void Dispose()
    {
        _registration.Dispose();
        _limit?.Dispose();
    }

    private async Task RunAsync()
    {
        var wasWoken = true;
        while (queue.TryTake(this, wasWoken, out var item))
        {
            wasWoken = false;
            _running = item;
            var started = clock.GetUtcNow();
            var limit = Limit(interruption.Token);
            var completion = await store.StartAsync(item, index, started).ConfigureAwait(false)
                ? await runner.RunAsync(item, started, limit, _interrupted).ConfigureAwait(false)
                : new WorkCompletion(item, AttemptOutcome.Released, started, started);
            store.Return(index);
            _running = null;

            // Not awaited: the slot is free while the writer commits; the room in memory is not, so that this stays bounded.
            finish(completion);
        }
    }

    /// <summary>A token source that is not cancelled and has no time limit: the one of the last attempt, if it can be used again.</summary>
    private CancellationTokenSource Limit(CancellationToken interrupted)
    {
        if (_limit is { } used)
        {
            if (_interrupted == interrupted && used.TryReset())
            {
                return used;
            }

            Dispose();
        }

        _limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        _interrupted = interrupted;
        _registration = interrupted.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _limit);
        return _limit;
    }

    private sealed record Overrun(WorkItem Item, long SeenAt);
}
