using System.Net;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Endpoints;

/// <summary>
/// How much memory the bodies that are still arriving may hold together. A body is kept until all of it is there, and whoever sends one has proved nothing yet: without a common
/// bound, as many slow ones as there are connections would be all that the machine has. Counted is what has arrived, not what was announced, so that nobody takes room by words
/// alone; and of one origin no more than half, so that one alone cannot take all. A body that is alone is always taken, however large. Safe from any thread.
/// </summary>
/// <param name="most">In bytes.</param>
internal sealed class BodyMemory(long most)
{
    /// <summary>So much of each body is not counted: usual bodies are never refused for what others send.</summary>
    public const int Uncounted = 64 * 1024;

    private const long Least = 64 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, long> _byOrigin = [];
    private long _held;

    /// <summary>A quarter of what the process may have.</summary>
    public static BodyMemory OfTheProcess() => new(Math.Max(Least, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4));

    /// <summary>Begins a body.</summary>
    /// <param name="remote">Where it comes from; <see langword="null"/> where there is no socket.</param>
    public Share Begin(IPAddress? remote) => new(this, Network.OriginOf(remote ?? IPAddress.None));

    private bool TryTake(IPAddress origin, long taken, long more)
    {
        lock (_gate)
        {
            var ofOrigin = _byOrigin.GetValueOrDefault(origin);
            if (!Fits(ofOrigin, most / 2) || !Fits(_held, most))
            {
                return false;
            }

            _held += more;
            _byOrigin[origin] = ofOrigin + more;
            return true;
        }

        bool Fits(long held, long bound) => held + more <= bound || held == taken;
    }

    private void Return(IPAddress origin, long taken)
    {
        lock (_gate)
        {
            _held -= taken;
            if ((_byOrigin[origin] -= taken) == 0)
            {
                _byOrigin.Remove(origin);
            }
        }
    }

    /// <summary>What one body holds, until it is disposed of. Not safe from several threads.</summary>
    public sealed class Share(BodyMemory memory, IPAddress origin) : IDisposable
    {
        private long _taken;

        /// <summary>Takes what a body needs that has grown.</summary>
        /// <param name="length">How much of it has arrived.</param>
        /// <returns><see langword="false"/> if there is no room for it.</returns>
        public bool TryGrow(long length)
        {
            var more = length - Uncounted - _taken;
            if (more <= 0)
            {
                return true;
            }

            if (!memory.TryTake(origin, _taken, more))
            {
                return false;
            }

            _taken += more;
            return true;
        }

        public void Dispose()
        {
            if (_taken > 0)
            {
                memory.Return(origin, _taken);
                _taken = 0;
            }
        }
    }
}
