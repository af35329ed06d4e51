using System.Collections.Concurrent;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.Tests.Support;

/// <summary>What handlers were called with, and what the dispatcher said of their attempts. Safe from any thread.</summary>
internal sealed class HandledEvents
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ConcurrentQueue<(string Id, object? Data)> _calls = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<WorkCompletion>> _completions = new(StringComparer.Ordinal);

    /// <summary>How often any handler was called.</summary>
    public int Count => _calls.Count;

    /// <summary>A handler that succeeds.</summary>
    public Task RecordAsync<TData>(WebhookEvent<TData> webhookEvent, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _calls.Enqueue((webhookEvent.Id, webhookEvent.Data));
        return Task.CompletedTask;
    }

    /// <summary>What handlers got of one event, one element a call.</summary>
    public IReadOnlyList<object?> DataOf(string id) => [.. _calls.Where(call => call.Id == id).Select(static call => call.Data)];

    /// <summary>Takes note of an attempt that has ended.</summary>
    public void Completed(WorkCompletion completion) => CompletionOf(completion.Item.Event.PublicId).TrySetResult(completion);

    /// <summary>Waits until the first attempt on an event has ended and that is on disk.</summary>
    public Task<WorkCompletion> WaitAsync(string id) => CompletionOf(id).Task.WaitAsync(Patience, TimeProvider.System);

    private TaskCompletionSource<WorkCompletion> CompletionOf(string id) =>
        _completions.GetOrAdd(id, static _ => new TaskCompletionSource<WorkCompletion>(TaskCreationOptions.RunContinuationsAsynchronously));
}
