using WebhookReceiver.Inbox;

namespace WebhookReceiver.SimulationTests.World;

/// <summary>One claim on work, and what its owner did with it.</summary>
internal sealed class Run
{
    /// <summary>Who holds it; <see langword="null"/> as long as nobody was told.</summary>
    public SimulatedProcess? Owner { get; set; }

    /// <summary>The slot in which its handler was called; -1 before.</summary>
    public int Slot { get; set; } = -1;

    public TimeSpan BeganAt { get; set; }

    public bool HasBegun => Slot >= 0;

    public bool HasReturned { get; set; }

    /// <summary>Whether its handler may be on the stack of its process.</summary>
    public bool IsLive => HasBegun && !HasReturned && Owner is { HasEnded: false };

    /// <summary>Whether it was one of what may have ended a process when it was called.</summary>
    public bool IsSuspect { get; set; }

    /// <summary>Whether the handler itself was called.</summary>
    public bool WasCalled { get; set; }

    public RunEnd Ended { get; set; }

    /// <summary>What its owner said that became of it.</summary>
    public List<WorkCompletion> Said { get; } = [];

    /// <summary>When it said so last.</summary>
    public TimeSpan SaidAt { get; set; }

    /// <summary>After what time, from then on, it shall be tried again.</summary>
    public TimeSpan? Delay { get; set; }

    /// <summary>What was written of that.</summary>
    public WorkTransition? Written { get; set; }
}

/// <summary>How a handler ended, as it saw it itself.</summary>
internal enum RunEnd
{
    NotYet,
    Returned,
    Failed,
    FailedForGood,
    Deferred,
    Cancelled,
}
