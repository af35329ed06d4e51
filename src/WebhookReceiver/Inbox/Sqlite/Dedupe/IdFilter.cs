using System.Numerics;
using System.Runtime.InteropServices;

namespace WebhookReceiver.Inbox.Sqlite.Dedupe;

/// <summary>
/// Says of an id that a run certainly does not hold it, or that it may: a blocked Bloom filter (Putze, Sanders, Singler: Cache-, Hash- and
/// Space-Efficient Bloom Filters, 2007). All bits of an id lie in one cache line, so that asking costs one access to memory, and asking many
/// filters costs little more than asking one. With 24 bits an id it is wrong about once in ten thousand times. Immutable.
/// </summary>
internal sealed class IdFilter
{
    private const int BitsPerId = 24;
    private const int WordsPerBlock = 8; // 64 bytes
    private const int Probes = 8;

    private readonly ulong[] _words;

    private IdFilter(ulong[] words) => _words = words;

    /// <summary>Its bytes, to be stored; little-endian, as every machine that .NET runs on.</summary>
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(_words.AsSpan());

    public static IdFilter Of(IdTable ids)
    {
        var blocks = Math.Max(1, (int)((long)ids.Count * BitsPerId / (WordsPerBlock * 64)));
        var filter = new IdFilter(new ulong[blocks * WordsPerBlock]);
        for (var i = 0; i < ids.Count; i++)
        {
            filter.Add(ids.Hash(i));
        }

        return filter;
    }

    /// <exception cref="InvalidDataException">It is not a filter.</exception>
    public static IdFilter Read(ReadOnlySpan<byte> bytes) => bytes.Length > 0 && bytes.Length % (WordsPerBlock * sizeof(ulong)) == 0
        ? new IdFilter(MemoryMarshal.Cast<byte, ulong>(bytes).ToArray())
        : throw new InvalidDataException("A filter of known ids has a length that none has.");

    public bool MayContain(ulong hash)
    {
        var block = BlockOf(hash);
        var bits = BitsOf(hash);
        for (var i = 0; i < Probes; i++)
        {
            var bit = (int)(bits & 511);
            if ((_words[block + (bit >> 6)] & (1ul << bit)) == 0)
            {
                return false;
            }

            bits = BitOperations.RotateRight(bits, 9) * 0x9E3779B97F4A7C15;
        }

        return true;
    }

    private void Add(ulong hash)
    {
        var block = BlockOf(hash);
        var bits = BitsOf(hash);
        for (var i = 0; i < Probes; i++)
        {
            var bit = (int)(bits & 511);
            _words[block + (bit >> 6)] |= 1ul << bit;
            bits = BitOperations.RotateRight(bits, 9) * 0x9E3779B97F4A7C15;
        }
    }

    /// <summary>The high half of the hash, spread evenly over the blocks without a division.</summary>
    private int BlockOf(ulong hash) => (int)((hash >> 32) * (ulong)(_words.Length / WordsPerBlock) >> 32) * WordsPerBlock;

    private static ulong BitsOf(ulong hash) => hash * 0x9E3779B97F4A7C15 >> 7;
}
