namespace WebhookReceiver.Dispatch;

/// <summary>
/// Wakes the one that waits for it, on another thread than the one that sets it. What is set while nobody waits is kept for the next wait, once.
/// Setting it is safe from any thread.
/// </summary>
internal sealed class DispatchSignal(WorkThreads threads) : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiter;
    private bool _isSet;

    public void Set()
    {
        lock (_gate)
        {
            if (_isSet)
            {
                return;
            }

            _isSet = true;
            if (_waiter is null)
            {
                return;
            }
        }

        threads.Run(this);
    }

    /// <summary>Waits until it is set, and resets it. One at a time.</summary>
    public Task WaitAsync()
    {
        lock (_gate)
        {
            if (_isSet)
            {
                _isSet = false;
                return Task.CompletedTask;
            }

            _waiter = new TaskCompletionSource();
            return _waiter.Task;
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        TaskCompletionSource waiter;
        lock (_gate)
        {
            (waiter, _waiter, _isSet) = (_waiter!, null, false);
        }

        waiter.SetResult();
    }
}
