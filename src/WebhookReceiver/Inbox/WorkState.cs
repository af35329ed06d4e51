namespace WebhookReceiver.Inbox;

/// <summary>
/// The state of the work that one handler owes on one event. The numbers are stored, and their order is the precedence by which the state of
/// an event is the smallest of its work.
/// </summary>
internal enum WorkState
{
    Running = 0,
    Pending = 1,
    Scheduled = 2,
    Dead = 3,
    Cancelled = 4,
    Parked = 5,
    Succeeded = 6,
}

internal static class WorkStates
{
    /// <summary>All states by their stored number, in the words of the management API.</summary>
    public static readonly string[] Names = ["running", "pending", "scheduled", "dead", "cancelled", "parked", "succeeded"];

    /// <summary>
    /// Reads a stored number. What has no work, and what is no state, was written by somebody else: it is shown, as nothing that the receiver would run.
    /// </summary>
    public static WorkState Of(long? stored) => stored switch
    {
        null => WorkState.Parked,
        >= 0 and <= (long)WorkState.Succeeded => (WorkState)stored,
        _ => WorkState.Dead,
    };

    public static string Name(this WorkState state) => Names[(int)state];

    public static bool TryParse(string name, out WorkState state)
    {
        var index = Array.IndexOf(Names, name);
        state = (WorkState)Math.Max(index, 0);
        return index >= 0;
    }
}
