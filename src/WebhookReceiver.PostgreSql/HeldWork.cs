using System.Collections.Concurrent;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.PostgreSql;

/// <summary>
/// What this process has in memory of the work that the store has it running. Work that it runs by the store's account and that is not here has been
/// forgotten: the answer of the database got lost, after it had committed. Safe from any thread.
/// </summary>
internal sealed class HeldWork
{
    private readonly ConcurrentDictionary<(long Seq, int Handler), int> _epochs = new();

    public void Add(long seq, int handler, int epoch) => _epochs[(seq, handler)] = epoch;

    public void Remove(WorkItem item) => _epochs.TryRemove(new((item.Event.Seq, item.Handler), item.Epoch));

    public bool Contains(RunningWork work) => _epochs.TryGetValue((work.Seq, work.Handler), out var epoch) && epoch == work.Epoch;
}

/// <summary>Work that the store has running.</summary>
internal readonly record struct RunningWork(long Seq, int Handler, int Epoch)
{
    public static RunningWork Of(WorkItem item) => new(item.Event.Seq, item.Handler, item.Epoch);
}
