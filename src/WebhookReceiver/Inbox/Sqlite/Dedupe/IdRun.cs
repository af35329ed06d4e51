namespace WebhookReceiver.Inbox.Sqlite.Dedupe;

/// <summary>
/// A full table of ids on its way to disk: sorted and given its filter beside the writer, then written by it in slices, in the order of its
/// keys. Until all of it is committed, the table in memory answers for it.
/// </summary>
internal sealed class IdRun
{
    private readonly Task<(int[] Order, IdFilter Filter)> _preparation;
    private int _committed;
    private int _written;

    public IdRun(long number, IdTable ids, int idsPerRun)
    {
        (Number, Ids) = (number, ids);
        _preparation = Task.Run(() => (ids.Sorted(), IdFilter.Of(ids, idsPerRun)));
    }

    public long Number { get; }

    public IdTable Ids { get; }

    /// <summary>Whether it can be written.</summary>
    public bool IsReady => _preparation.IsCompletedSuccessfully;

    /// <summary>Whether all of it is written, in this transaction or before.</summary>
    public bool IsWritten => _written == Ids.Count;

    public IdFilter Filter => _preparation.Result.Filter;

    /// <summary>Gives the next entries to be written.</summary>
    public ReadOnlySpan<int> Next(int count)
    {
        var slice = _preparation.Result.Order.AsSpan(_written, Math.Min(count, Ids.Count - _written));
        _written += slice.Length;
        return slice;
    }

    public void Committed() => _committed = _written;

    public void RolledBack() => _written = _committed;
}
