using System.Collections.Concurrent;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.PostgreSql;

/// <summary>
/// What this process has in memory of the work that the store has it running. Work that it runs by the store's account and that is not here has been
/// forgotten: the answer of the database got lost, after it had committed. Unless that answer is still on its way: so it is also known which
/// transactions that may bring work are under way. Safe from any thread.
/// </summary>
internal sealed class HeldWork
{
    private readonly ConcurrentDictionary<(long Seq, int Handler), Claim> _claims = new();
    private readonly ConcurrentDictionary<long, bool> _underWay = new();
    private long _transactions;

    /// <summary>A transaction that may bring work begins. It ends after what it brought has been added here, or when nobody waits for its answer any more.</summary>
    public Transaction Begin()
    {
        var number = Interlocked.Increment(ref _transactions);
        _underWay[number] = true;
        return new Transaction(this, number);
    }

    /// <summary>The transactions that are under way.</summary>
    public IReadOnlyCollection<long> UnderWay => [.. _underWay.Keys];

    /// <param name="seq">The event.</param>
    /// <param name="handler">The handler.</param>
    /// <param name="epoch">The claim.</param>
    /// <param name="node">By whose account it runs: the number that this process had then.</param>
    public void Add(long seq, int handler, int epoch, int node) => _claims[(seq, handler)] = new Claim(epoch, node);

    public void Remove(RunningWork work)
    {
        if (Find(work) is { } claim)
        {
            _claims.TryRemove(new((work.Seq, work.Handler), claim));
        }
    }

    public bool Contains(RunningWork work) => Find(work) is not null;

    /// <summary>Whether it runs by the account of <paramref name="node"/>: what an earlier number of this process claimed has been taken over.</summary>
    public bool IsOf(RunningWork work, int node) => Find(work) is { } claim && claim.Node == node;

    private Claim? Find(RunningWork work) => _claims.TryGetValue((work.Seq, work.Handler), out var claim) && claim.Epoch == work.Epoch ? claim : null;

    private readonly record struct Claim(int Epoch, int Node);

    /// <summary>A transaction that is under way until this is disposed of.</summary>
    public readonly struct Transaction(HeldWork held, long number) : IDisposable
    {
        public void Dispose() => held._underWay.TryRemove(number, out _);
    }
}

/// <summary>Work that the store has running.</summary>
internal readonly record struct RunningWork(long Seq, int Handler, int Epoch)
{
    public static RunningWork Of(WorkItem item) => new(item.Event.Seq, item.Handler, item.Epoch);
}
