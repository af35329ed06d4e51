namespace WebhookReceiver.Inbox.Sqlite.Dedupe;

/// <summary>The places in a filter that belong to an id. All lie in one block, so that asking touches a few neighbouring pages of memory.</summary>
/// <param name="hash">The id's.</param>
/// <param name="blocks">How many blocks the filter has.</param>
internal struct IdPlaces(ulong hash, int blocks)
{
    /// <summary>How many an id has; taking more than these gives others that do not count.</summary>
    public const int Count = 10;

    /// <summary>Places in a block.</summary>
    public const int PerBlock = 1 << BlockBits;

    private const int BlockBits = 12;

    // The high half of the hash, spread evenly over the blocks without a division.
    private readonly int _block = (int)((hash >> 32) * (ulong)blocks >> 32) << BlockBits;

    private ulong _state = hash * 0x9E3779B97F4A7C15;

    /// <summary>The next place. Two ids in one block share it as rarely as chance would have it (a linear congruential generator; Knuth, MMIX).</summary>
    public int Next()
    {
        var place = _block + (int)(_state >> (64 - BlockBits));
        _state = (_state * 6364136223846793005) + 1442695040888963407;
        return place;
    }
}
