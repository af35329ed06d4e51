namespace WebhookReceiver.Endpoints;

/// <summary>
/// How much memory the bodies that are still arriving may hold together. A body is kept until all of it is there, and whoever sends one has proved nothing yet: without a common
/// bound, as many slow ones as there are connections would be all that the machine has. Counted is what has arrived, not what was announced, so that nobody takes room by words
/// alone. Safe from any thread.
/// </summary>
/// <param name="most">In bytes.</param>
internal sealed class BodyMemory(long most)
{
    /// <summary>So much of each body is not counted: usual bodies are never refused for what others send.</summary>
    public const int Uncounted = 64 * 1024;

    private const long Least = 64 * 1024 * 1024;

    private long _held;

    /// <summary>A quarter of what the process may have.</summary>
    public static BodyMemory OfTheProcess() => new(Math.Max(Least, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4));

    /// <summary>Begins a body.</summary>
    public Share Begin() => new(this);

    private bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _held, bytes) <= most)
        {
            return true;
        }

        Interlocked.Add(ref _held, -bytes);
        return false;
    }

    /// <summary>What one body holds, until it is disposed of. Not safe from several threads.</summary>
    public sealed class Share(BodyMemory memory) : IDisposable
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

            if (!memory.TryTake(more))
            {
                return false;
            }

            _taken += more;
            return true;
        }

        public void Dispose()
        {
            Interlocked.Add(ref memory._held, -_taken);
            _taken = 0;
        }
    }
}
