using SQLitePCL;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>
/// Counts how many events were stored and how much work is open, beside the rows and independently of them: what the rows lack against it was
/// removed by somebody else. Adds up what a transaction changes, and writes it once, in that transaction.
/// </summary>
/// <remarks>Used by the writer's thread alone. It knows no totals, only changes: a transaction that is undone leaves nothing to be corrected.</remarks>
internal sealed class SqliteLedger(sqlite3 handle) : IDisposable
{
    private readonly SqliteStatement _write = new(handle, "UPDATE ledger SET events = events + ?1, open_work = open_work + ?2, purged = purged + ?3");
    private Change _change, _saved;

    /// <summary>How many events this transaction stores.</summary>
    public int NewEvents => _change.Events;

    /// <summary>The last event that this transaction stores; 0 if it stores none.</summary>
    public long LastSeq => _change.LastSeq;

    /// <summary>A transaction begins.</summary>
    public void Begin() => _change = default;

    /// <summary>Makes a place in this transaction to which <see cref="UndoToSave"/> goes back.</summary>
    public void Save() => _saved = _change;

    /// <summary>Forgets what was counted since.</summary>
    public void UndoToSave() => _change = _saved;

    /// <summary>An event was stored.</summary>
    public void EventStored(long seq)
    {
        _change.Events++;
        _change.LastSeq = seq;
    }

    /// <summary>An event was removed, because its time was up.</summary>
    public void EventPurged() => _change.Purged++;

    /// <summary>Work that was not there, or had succeeded, is open now.</summary>
    public void WorkOpened() => _change.OpenWork++;

    /// <summary>Open work has succeeded, or was removed.</summary>
    public void WorkClosed(int count = 1) => _change.OpenWork -= count;

    /// <summary>Writes what has changed; last, before the commit.</summary>
    public void Write()
    {
        if (_change is not (0, 0, 0, _))
        {
            _write.Bind(1, _change.Events).Bind(2, _change.OpenWork).Bind(3, _change.Purged).Run();
        }
    }

    public void Dispose() => _write.Dispose();

    private record struct Change(int Events, int OpenWork, int Purged, long LastSeq);
}
