namespace WebhookReceiver.Dispatch;

/// <summary>How much work may be held in memory. What does not fit waits in the store. Safe from any thread.</summary>
internal sealed class DispatchRoom
{
    public const int MaxItems = 1024;
    public const long MaxBytes = 16 * 1024 * 1024;

    private readonly Lock _gate = new();
    private int _items;
    private long _bytes;

    /// <summary>Whether work is waiting in the store: then half of the room is kept for it, so that new events cannot starve old ones.</summary>
    public bool HasBacklog { get; set; }

    public int Items => Volatile.Read(ref _items);

    /// <summary>How many items there is room for.</summary>
    public int Free => Volatile.Read(ref _bytes) >= MaxBytes ? 0 : Math.Max(0, MaxItems - Items);

    public bool TryTake(int items, long bytes)
    {
        var share = HasBacklog ? 2 : 1;
        lock (_gate)
        {
            // An event that is larger than the room is taken alone; a batch of more attempts than it has waits in the store.
            if (_items + items > MaxItems / share || (_items > 0 && _bytes + bytes > MaxBytes / share))
            {
                return false;
            }

            (_items, _bytes) = (_items + items, _bytes + bytes);
            return true;
        }
    }

    /// <summary>Takes room for what was claimed already.</summary>
    public void Take(int items, long bytes)
    {
        lock (_gate)
        {
            (_items, _bytes) = (_items + items, _bytes + bytes);
        }
    }

    public void Return(int items, long bytes) => Take(-items, -bytes);
}
