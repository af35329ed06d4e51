namespace WebhookReceiver.Inbox;

/// <summary>The ways in which an attempt ends. The numbers are stored.</summary>
internal enum AttemptOutcome
{
    /// <summary>The handler returned.</summary>
    Succeeded = 0,
    /// <summary>It failed and is tried again.</summary>
    Transient = 1,
    /// <summary>It failed for good.</summary>
    Permanent = 2,
    /// <summary>It failed, and was the last attempt of the schedule.</summary>
    Exhausted = 3,
    /// <summary>The handler asked to be called later; the attempt is not counted.</summary>
    Deferred = 4,
    /// <summary>The host stopped first; back to pending, the attempt is not counted.</summary>
    Released = 5,
    /// <summary>The stored body does not match its hash; the handler was not called.</summary>
    Corrupt = 6,
    /// <summary>No registered handler has this number any more.</summary>
    Unhandled = 7,
    /// <summary>The process ended while the handler ran.</summary>
    Crashed = 8,
    /// <summary>The same for the third time: it is not tried again.</summary>
    CrashSuspect = 9,
}

internal static class AttemptOutcomes
{
    private static readonly (string Name, WorkTransition Transition)[] Table =
    [
        ("succeeded", WorkTransitions.Succeed),
        ("transient", WorkTransitions.Retry),
        ("permanent", WorkTransitions.Bury),
        ("exhausted", WorkTransitions.Bury),
        ("deferred", WorkTransitions.Defer),
        ("released", WorkTransitions.Release),
        ("corrupt", WorkTransitions.Bury),
        ("unhandled", WorkTransitions.Park),
        ("crashed", WorkTransitions.Suspect),
        ("crash_suspect", WorkTransitions.Condemn),
    ];

    public static string Name(this AttemptOutcome outcome) => (uint)outcome < Table.Length ? Table[(int)outcome].Name : "unknown"; // written by somebody else

    /// <summary>What the attempt's end does to the work.</summary>
    public static WorkTransition Transition(this AttemptOutcome outcome) => Table[(int)outcome].Transition;
}
