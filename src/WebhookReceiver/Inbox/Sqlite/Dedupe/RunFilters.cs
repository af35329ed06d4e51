using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace WebhookReceiver.Inbox.Sqlite.Dedupe;

/// <summary>
/// The filters of all runs, turned by a quarter: for each place a word, in which each run has a bit. So thirty-two filters are asked with one access
/// for a place, and an id that is new is so after some five of them, where asking one filter after another has thirty-two misses of the cache
/// (bit-sliced signatures; Goodwin and others: BitFunnel, 2017).
/// </summary>
internal sealed class RunFilters
{
    private readonly List<Group> _groups = []; // oldest first

    /// <summary>Adds a run that is newer than all others.</summary>
    public void Add(long run, IdFilter filter)
    {
        if (_groups.Count == 0 || !_groups[^1].TryAdd(run, filter))
        {
            var group = new Group(filter.Blocks);
            group.TryAdd(run, filter);
            _groups.Add(group);
        }
    }

    /// <summary>Forgets the oldest run.</summary>
    public void RemoveOldest()
    {
        if (!_groups[0].RemoveOldest())
        {
            _groups.RemoveAt(0);
        }
    }

    /// <summary>The runs that may hold an id, the newest first: enumerate it.</summary>
    public Candidates MayContain(ulong hash) => new(_groups, hash);

    internal struct Candidates(List<Group> groups, ulong hash)
    {
        private int _group = groups.Count;
        private uint _columns;

        public readonly long Current => groups[_group].Run(CurrentColumn);

        private readonly int CurrentColumn => 31 - BitOperations.LeadingZeroCount(_columns);

        public readonly Candidates GetEnumerator() => this;

        public bool MoveNext()
        {
            // The column that was current is done.
            _columns = _columns == 0 ? 0 : _columns ^ (1u << CurrentColumn);
            while (_columns == 0)
            {
                if (_group == 0)
                {
                    return false;
                }

                _columns = groups[--_group].MayContain(hash);
            }

            return true;
        }
    }

    /// <summary>Up to thirty-two runs whose filters are of one size, a column each.</summary>
    internal sealed class Group(int blocks)
    {
        private const int Columns = 32;

        private readonly uint[] _words = new uint[blocks * IdPlaces.PerBlock];
        private readonly long[] _runs = new long[Columns];
        private int _count;
        private uint _live;

        public long Run(int column) => _runs[column];

        /// <returns>Whether there was a column left, and the size is this group's.</returns>
        public bool TryAdd(long run, IdFilter filter)
        {
            if (_count == Columns || filter.Blocks != blocks)
            {
                return false;
            }

            var column = 1u << _count;
            _runs[_count++] = run;
            _live |= column;

            // Eight places at a time: the byte in each lane, of which each looks at a bit of its own.
            var lanes = Vector256.Create(1u, 2, 4, 8, 16, 32, 64, 128);
            var words = MemoryMarshal.Cast<uint, Vector256<uint>>(_words.AsSpan());
            var bytes = filter.Bytes;
            for (var i = 0; i < words.Length; i++)
            {
                words[i] |= Vector256.Equals(Vector256.Create((uint)bytes[i]) & lanes, lanes) & Vector256.Create(column);
            }

            return true;
        }

        /// <returns>Whether there are others.</returns>
        public bool RemoveOldest()
        {
            _live &= _live - 1;
            return _live != 0;
        }

        /// <returns>A bit for each column whose run may hold the id.</returns>
        public uint MayContain(ulong hash)
        {
            var places = new IdPlaces(hash, blocks);
            var columns = _live;
            for (var i = 0; i < IdPlaces.Count && columns != 0; i++)
            {
                columns &= _words[places.Next()];
            }

            return columns;
        }
    }
}
