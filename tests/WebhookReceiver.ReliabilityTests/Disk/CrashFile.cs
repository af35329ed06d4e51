namespace WebhookReceiver.ReliabilityTests.Disk;

/// <summary>
/// One file of a disk that may lose power: what is surely on it, and what was written since without a flush, of which any part may be on it.
/// </summary>
internal sealed class CrashFile
{
    private const int Block = 4096;
    private const int Sector = 512;

    private readonly List<Change> _unsure = [];
    private readonly Dictionary<long, int> _flushes = [];
    private byte[] _sure = [];
    private int _sureLength;
    private int _changes;

    /// <summary>How many blocks are not surely on the disk.</summary>
    public int UnsureWrites => _unsure.Count;

    public void Apply(DiskEntry entry)
    {
        switch (entry.Kind)
        {
            case DiskEntryKind.Written or DiskEntryKind.Truncated:
                _unsure.Add(new Change(++_changes, entry));
                break;
            case DiskEntryKind.FlushBegun:
                _flushes[entry.Offset] = _changes;
                break;
            case DiskEntryKind.FlushEnded when _flushes.Remove(entry.Offset, out var covered):
                foreach (var change in _unsure.Where(change => change.Number <= covered && !change.IsForgotten))
                {
                    Put(ref _sure, ref _sureLength, change.Entry, 0, change.Entry.Data.Length);
                }

                _unsure.RemoveAll(change => change.Number <= covered && !change.IsForgotten);
                break;
            case DiskEntryKind.FlushFailed:
                // The kernel takes the pages for written from now on: a later flush succeeds without them.
                _unsure.ForEach(static change => change.IsForgotten = true);
                break;
        }
    }

    /// <summary>Writes what could be on the disk after a cut of the power.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="loss">What is lost of that which was not flushed.</param>
    /// <param name="random">Chooses it.</param>
    public void Write(string path, CrashLoss loss, Random random)
    {
        var (bytes, length) = (_sure.AsSpan(0, _sureLength).ToArray(), _sureLength);
        foreach (var change in loss == CrashLoss.All ? [] : _unsure)
        {
            if (change.Entry.Kind == DiskEntryKind.Truncated || loss == CrashLoss.Nothing)
            {
                Put(ref bytes, ref length, change.Entry, 0, change.Entry.Data.Length);
                continue;
            }

            for (var from = 0; from < change.Entry.Data.Length;)
            {
                var whole = (int)Math.Min(Block - ((change.Entry.Offset + from) % Block), change.Entry.Data.Length - from);
                var kept = random.Next(2) == 0 ? 0 : loss == CrashLoss.Sectors ? Math.Min(whole, Sector * random.Next(1, 1 + (Block / Sector))) : whole;
                Put(ref bytes, ref length, change.Entry, from, kept);
                from += whole;
            }
        }

        using var file = File.Create(path);
        file.Write(bytes.AsSpan(0, length));
    }

    private static void Put(ref byte[] bytes, ref int length, DiskEntry entry, int from, int count)
    {
        var isCut = entry.Kind == DiskEntryKind.Truncated;
        if (count == 0 && !isCut)
        {
            return;
        }

        var at = (int)entry.Offset + from;
        var end = isCut ? at : Math.Max(length, at + count);
        if (end > bytes.Length)
        {
            Array.Resize(ref bytes, Math.Max(end, 2 * bytes.Length));
        }

        if (end < length)
        {
            bytes.AsSpan(end, length - end).Clear();
        }

        length = end;
        entry.Data.Span.Slice(from, count).CopyTo(bytes.AsSpan(at));
    }

    private sealed record Change(int Number, DiskEntry Entry)
    {
        public bool IsForgotten { get; set; }
    }
}

/// <summary>What a cut of the power loses of what was not flushed.</summary>
internal enum CrashLoss
{
    Nothing,
    All,

    /// <summary>Each block of 4 KiB is there or not.</summary>
    Blocks,

    /// <summary>As blocks, and of a block that is there the end may be missing.</summary>
    Sectors,
}
