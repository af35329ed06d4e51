using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.Dispatch;

/// <summary>
/// Runs the handlers. The usual event comes straight from the intake, in memory and already stored as running; what memory had no room for,
/// and what is tried again, is claimed from the store when it is due.
/// </summary>
internal sealed class Dispatcher : IHostedService, IDisposable
{
    /// <summary>How often the store is asked for work that is due.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long running handlers may take to end after their token was cancelled.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    private const int ClaimBatch = 128;

    private readonly IInboxStore _store;
    private readonly AttemptRunner _runner;
    private readonly DueClock _due;
    private readonly TimeProvider _clock;
    private readonly ILogger<Dispatcher> _logger;
    private readonly DispatchRoom _room = new();
    private readonly DispatchQueue _queue;
    private readonly DispatchSignal _wake;
    private readonly WorkThreads _threads;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stoppingToken; // which may be asked when the source is disposed of
    private readonly DispatchInterruption _interruption;
    private readonly int _concurrency;
    private Task _pump = Task.CompletedTask;
    private readonly TaskCompletionSource _drained = new();
    private readonly Action<WorkCompletion, CompletionStatus> _recorded;
    private int _unfinished;
    private bool _isDisposed;
    private Task? _stop;

    public Dispatcher(
        IInboxStore store, AttemptRunner runner, IOptions<WebhookReceiverOptions> options, DueClock due, TimeProvider clock, WorkThreads threads,
        ILogger<Dispatcher> logger)
    {
        (_store, _runner, _due, _clock, _threads, _logger) = (store, runner, due, clock, threads, logger);
        (_queue, _wake) = (new DispatchQueue(threads), new DispatchSignal(threads));
        _recorded = Recorded;
        _concurrency = options.Value.Dispatch.MaxConcurrency;
        _stoppingToken = _stopping.Token;
        _interruption = new DispatchInterruption(_stoppingToken);
        _store.OwnershipLost += GiveBack;
    }

    /// <summary>
    /// Raised when the end of an attempt is committed; the argument says what became of it. On the store's thread: be quick and do not throw.
    /// </summary>
    public event Action<WorkCompletion>? Completed;

    /// <summary>How much work is held in memory.</summary>
    public int InMemory => _room.Items;

    /// <summary>Whether handlers that ignore their token have held at least a quarter of the slots for so long beyond their time limit.</summary>
    public bool IsStuck(TimeSpan time) => _queue.Overrun(time) is > 0 and var count && count * 4 >= _concurrency;

    /// <summary>Makes room for the events of a delivery before they are stored.</summary>
    /// <param name="attempts">How many attempts they come to, of all their handlers.</param>
    /// <param name="bytes">The bodies that these hold, each as often as it has handlers.</param>
    /// <returns><see langword="false"/> if there is none: store them as pending.</returns>
    public bool TryReserve(int attempts, long bytes) => !_stopping.IsCancellationRequested && _store.IsOwner && _room.TryTake(attempts, bytes);

    /// <summary>Whether what has room will be called as soon as it is stored, because slots stand idle. What was expected is taken over or given back like its room.</summary>
    public bool TryExpect(int attempts) => _queue.TryExpect(attempts);

    /// <summary>Takes over what was stored, and gives back the room of what was not.</summary>
    public void Committed(InboxDelivery delivery, bool isStored)
    {
        for (var i = 0; i < delivery.Events.Length; i++)
        {
            var (stored, handlers) = (delivery.Events[i], delivery.Handlers[i]);
            var isNew = isStored && !stored.IsDuplicate;
            if (isNew && !delivery.BornRunning && handlers.Length > 0)
            {
                Wake();
            }
            else if (delivery.BornRunning && !isNew)
            {
                _room.Return(handlers.Length, (long)handlers.Length * stored.Body.Length);
                if (delivery.StartsAtOnce)
                {
                    _queue.Dismiss(handlers.Length);
                }
            }
            else if (delivery.BornRunning)
            {
                foreach (var handler in handlers)
                {
                    Enqueue(new WorkItem(stored, handler, Generation: 0, Attempt: 1, Epoch: 1, StartsAtOnce: delivery.StartsAtOnce));
                }
            }
        }
    }

    /// <summary>Looks for due work at once instead of at the next poll.</summary>
    public void Wake()
    {
        _room.HasBacklog = true;
        _wake.Set();
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _pump = PumpAsync();
        _queue.Open([.. Enumerable.Range(0, _concurrency).Select(index => new DispatchSlot(index, _queue, _runner, _store, Finish, _clock, _interruption))]);
        return Task.CompletedTask;
    }

    /// <summary>Stops: running handlers get their token and a while to end, and what is unfinished goes back to pending without a penalty.</summary>
    /// <remarks>A test's factory and the program itself stop the same host, at the same time: it is done once, and both wait for it.</remarks>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_queue)
        {
            // A host that failed to start is disposed of before it is stopped: what failed must be heard, not this.
            return _stop ??= _isDisposed ? Task.CompletedTask : StopOnceAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        // A host that failed to start is disposed of without having been stopped: the pump must hear of it.
        _isDisposed = true;
        _store.OwnershipLost -= GiveBack;
        _stopping.Cancel();
        _wake.Set();
        _queue.Dispose();
        _stopping.Dispose();
    }

    private async Task StopOnceAsync(CancellationToken cancellationToken)
    {
        var left = _queue.Close();
        await CancelAsync().ConfigureAwait(false);
        _wake.Set();
        await _pump.ConfigureAwait(false);
        try
        {
            await _queue.Quiet.WaitAsync(StopTimeout, _clock, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            Log.HandlersStillRunning(_logger, _queue.Running.Count());
        }

        await ReleaseAsync(left).ConfigureAwait(false);
    }

    /// <summary>
    /// Somebody else may soon run what this process has claimed: nothing of it starts, and what runs is told to end. Whatever can still be written of it
    /// is; the epoch refuses the rest.
    /// </summary>
    private void GiveBack()
    {
        try
        {
            Log.OwnershipLost(_logger, _room.Items, _queue.Running.Count());
            var now = _clock.GetUtcNow();
            foreach (var item in _queue.TakeBack())
            {
                Finish(new WorkCompletion(item, AttemptOutcome.Released, now, now));
            }

            _interruption.Interrupt();
        }
        catch (ObjectDisposedException)
        {
            // The host has ended meanwhile.
        }
    }

    /// <summary>On another thread: what handlers do when their token is cancelled must not hold up the stop.</summary>
    private Task CancelAsync()
    {
        var cancelled = new TaskCompletionSource();
        _threads.Run(
            static call =>
            {
                try
                {
                    call.Stopping.Cancel();
                    call.Cancelled.SetResult();
                }
#pragma warning disable CA1031 // It is told to who waits.
                catch (Exception error)
#pragma warning restore CA1031
                {
                    call.Cancelled.SetException(error);
                }
            },
            (Stopping: _stopping, Cancelled: cancelled));
        return cancelled.Task;
    }

    private void Enqueue(WorkItem item)
    {
        Interlocked.Increment(ref _unfinished);
        if (!_queue.TryAdd(item))
        {
            // The host has stopped meanwhile: the next start finds the work running and makes it pending.
            Finish(new WorkCompletion(item, AttemptOutcome.Released, _clock.GetUtcNow(), _clock.GetUtcNow()));
        }
    }

    private void Finish(WorkCompletion completion) => _store.Complete(completion, _recorded);

    private async Task FinishLaterAsync(WorkCompletion completion)
    {
        // When the host stops, this is the last time that it is tried.
        await PauseAsync().ConfigureAwait(false);
        Finish(completion);
    }

    /// <summary>Waits for a poll interval, or until the host stops.</summary>
    private async Task PauseAsync()
    {
        var ended = new TaskCompletionSource();
        using var timer = _clock.CreateTimer(static state => ((TaskCompletionSource)state!).TrySetResult(), ended, PollInterval, Timeout.InfiniteTimeSpan);
        using var registration = _stoppingToken.UnsafeRegister(_ => _threads.Run(static ended => ended.TrySetResult(), ended), null);
        await ended.Task.ConfigureAwait(false);
    }

    /// <summary>Called by the store, on its own thread.</summary>
    private void Recorded(WorkCompletion completion, CompletionStatus status)
    {
        var item = completion.Item;
        switch (status)
        {
            case CompletionStatus.Stale:
                Log.StaleCompletion(_logger, item.Event.PublicId, item.Handler, item.Epoch);
                break;
            case CompletionStatus.Failed when !_store.HasFailed && !_stopping.IsCancellationRequested:
                // A full disk heals, and the handler has done its work: its end is kept, and the room with it, until it can be written.
                _ = FinishLaterAsync(completion);
                return;
            case CompletionStatus.Failed:
                Log.CompletionFailed(_logger, item.Event.PublicId);
                break;
        }

        _room.Return(1, item.Event.Body.Length);
        if (_room.HasBacklog)
        {
            _wake.Set();
        }

        if (status == CompletionStatus.Recorded)
        {
            Completed?.Invoke(completion);
        }

        if (Interlocked.Decrement(ref _unfinished) == 0 && _stopping.IsCancellationRequested)
        {
            _threads.Run(static drained => drained.TrySetResult(), _drained);
        }
    }

    private async Task PumpAsync()
    {
        using var timer = _clock.CreateTimer(static state => ((DispatchSignal)state!).Set(), _wake, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        while (!_stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Before the store is asked, so that no time can pass unseen in between; once, so that a clock that jumps does not poll for each second.
                timer.Change(PollInterval, Timeout.InfiniteTimeSpan);
                await ClaimDueAsync().ConfigureAwait(false);
                await _wake.WaitAsync().ConfigureAwait(false);
            }
#pragma warning disable CA1031 // A store that is away for a moment must not end the dispatcher, and at its end nothing is left to be said.
            catch (Exception) when (_stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
#pragma warning restore CA1031
            {
                Log.ClaimFailed(_logger, error);
                await PauseAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task ClaimDueAsync()
    {
        while (!_stopping.IsCancellationRequested && Math.Min(_room.Free, ClaimBatch) is > 0 and var limit)
        {
            var items = await _store.ClaimAsync(limit, _due.Now).ConfigureAwait(false);
            foreach (var item in items)
            {
                _room.Take(1, item.Event.Body.Length);
                Enqueue(item);
            }

            if (items.Count == 0)
            {
                _room.HasBacklog = false;
                return;
            }
        }
    }

    private async Task ReleaseAsync(IReadOnlyList<WorkItem> left)
    {
        // Also what handlers run that ignored their token: whatever they still say, the epoch and the state refuse it.
        var now = _clock.GetUtcNow();
        foreach (var item in left.Concat(_queue.Running))
        {
            Finish(new WorkCompletion(item, AttemptOutcome.Released, now, now));
        }

        if (Volatile.Read(ref _unfinished) > 0)
        {
            await _drained.Task.ConfigureAwait(false);
        }
    }
}
