namespace WebhookReceiver.Inbox.Sqlite.Dedupe;

/// <summary>
/// Says of an id that a run certainly does not hold it, or that it may: a blocked Bloom filter (Putze, Sanders, Singler: Cache-, Hash- and
/// Space-Efficient Bloom Filters, 2007), as it is stored. With 18 bits an id it is wrong about twice in ten thousand times. Read-only once it is filled.
/// </summary>
internal sealed class IdFilter
{
    private const int BitsPerId = 18;
    private const int BytesPerBlock = IdPlaces.PerBlock / 8;

    private readonly byte[] _bits; // of the place p the bit p % 8 of the byte p / 8

    /// <summary>An empty one.</summary>
    /// <param name="ids">How many ids it is for.</param>
    /// <param name="idsPerRun">How many a run has usually. Filters of as many ids and up to a tenth more are of one size, so that <see cref="RunFilters"/> can ask them together.</param>
    public IdFilter(int ids, int idsPerRun)
        : this(new byte[BlocksFor((long)Math.Max(1, (ids + (int)(idsPerRun * 0.9) - 1) / idsPerRun) * idsPerRun) * BytesPerBlock])
    {
    }

    private IdFilter(byte[] bits) => (_bits, Blocks) = (bits, bits.Length / BytesPerBlock);

    /// <summary>How many blocks of <see cref="IdPlaces.PerBlock"/> it has.</summary>
    public int Blocks { get; }

    /// <summary>Its bits, to be stored.</summary>
    public ReadOnlySpan<byte> Bytes => _bits;

    public static IdFilter Of(IdTable ids, int idsPerRun)
    {
        var filter = new IdFilter(ids.Count, idsPerRun);
        for (var i = 0; i < ids.Count; i++)
        {
            filter.Add(ids.Hash(i));
        }

        return filter;
    }

    /// <exception cref="InvalidDataException">It is not a filter.</exception>
    public static IdFilter Read(ReadOnlySpan<byte> bytes) => bytes.Length > 0 && bytes.Length % BytesPerBlock == 0
        ? new IdFilter(bytes.ToArray())
        : throw new InvalidDataException("A filter of known ids has a length that none has.");

    public void Add(ulong hash)
    {
        var places = new IdPlaces(hash, Blocks);
        for (var i = 0; i < IdPlaces.Count; i++)
        {
            var place = places.Next();
            _bits[place >> 3] |= (byte)(1 << (place & 7));
        }
    }

    public bool MayContain(ulong hash)
    {
        var places = new IdPlaces(hash, Blocks);
        for (var i = 0; i < IdPlaces.Count; i++)
        {
            var place = places.Next();
            if ((_bits[place >> 3] & (1 << (place & 7))) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private static int BlocksFor(long ids) => (int)(((ids * BitsPerId) + IdPlaces.PerBlock - 1) / IdPlaces.PerBlock);
}
