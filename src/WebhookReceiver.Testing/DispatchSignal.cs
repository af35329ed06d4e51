using WebhookReceiver.Dispatch;

namespace WebhookReceiver.Testing;

/// <summary>
/// Says that something may have changed in the inbox. Take <see cref="Next"/> first, then read the inbox, then wait: what changes in between
/// completes the task that was taken, so that no signal can be missed.
/// </summary>
internal sealed class DispatchSignal
{
    private TaskCompletionSource _next = New();

    public DispatchSignal(Dispatcher dispatcher) => dispatcher.Completed += _ => Raise();

    public Task Next => Volatile.Read(ref _next).Task;

    public void Raise() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
