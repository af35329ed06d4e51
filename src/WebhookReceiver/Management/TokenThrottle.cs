using System.Net;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Management;

/// <summary>
/// How often an address is told that its token is wrong: ten times at once, then once every six seconds. Beyond that it is told to wait. Who has the token is never asked
/// about here, whoever shares its address. Safe from any thread.
/// </summary>
internal sealed class TokenThrottle(TimeProvider clock)
{
    /// <summary>So many at once.</summary>
    public const int Burst = 10;

    /// <summary>Of so many addresses it is known; then the one that was heard of least recently is forgotten.</summary>
    public const int MaxAddresses = 1000;

    /// <summary>After that one more.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(6);

    private readonly Lock _gate = new();
    private readonly long _started = clock.GetTimestamp();
    private readonly Dictionary<IPAddress, LinkedListNode<Bucket>> _byAddress = [];
    private readonly LinkedList<Bucket> _leastRecentFirst = new();

    /// <summary>How many addresses are known.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byAddress.Count;
            }
        }
    }

    /// <summary>Takes one refusal of an address.</summary>
    /// <param name="remote"><see langword="null"/> where there is no socket.</param>
    /// <returns>How long until there is another one, if there was none.</returns>
    public TimeSpan Take(IPAddress? remote)
    {
        lock (_gate)
        {
            var now = clock.GetElapsedTime(_started);
            var bucket = BucketOf(Network.OriginOf(remote ?? IPAddress.None));

            // When all of the bucket is there again; an interval later for each that is taken.
            var full = bucket.FullAt > now ? bucket.FullAt : now;
            var wait = full - now - (Interval * (Burst - 1));
            if (wait > TimeSpan.Zero)
            {
                return wait;
            }

            bucket.FullAt = full + Interval;
            return TimeSpan.Zero;
        }
    }

    private Bucket BucketOf(IPAddress address)
    {
        if (_byAddress.TryGetValue(address, out var known))
        {
            _leastRecentFirst.Remove(known);
            _leastRecentFirst.AddLast(known);
            return known.Value;
        }

        if (_byAddress.Count == MaxAddresses)
        {
            _byAddress.Remove(_leastRecentFirst.First!.Value.Address);
            _leastRecentFirst.RemoveFirst();
        }

        var bucket = new Bucket(address);
        _byAddress[address] = _leastRecentFirst.AddLast(bucket);
        return bucket;
    }

    private sealed class Bucket(IPAddress address)
    {
        public IPAddress Address { get; } = address;

        public TimeSpan FullAt { get; set; }
    }
}
