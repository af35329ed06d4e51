namespace WebhookReceiver.SimulationTests.World;

/// <summary>The one thread on which a simulation goes on. What leaves it could not be replayed, and is found here.</summary>
internal sealed class SimulationThread
{
    private readonly int _id = Environment.CurrentManagedThreadId;

    /// <summary>Where something left the thread; <see langword="null"/> if nothing did.</summary>
    public string? Left { get; private set; }

    public void Check()
    {
        if (Environment.CurrentManagedThreadId != _id)
        {
            Left ??= Environment.StackTrace;
            throw new InvalidOperationException("Something goes on beside the thread of the simulation.");
        }
    }
}
