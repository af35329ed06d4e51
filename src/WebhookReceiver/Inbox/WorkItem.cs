namespace WebhookReceiver.Inbox;

/// <summary>A claim on work: this process may run this handler on this event, as long as the store still has it running in this epoch.</summary>
/// <param name="Event">The event.</param>
/// <param name="Handler">The handler's number in the store; 0 for parked work.</param>
/// <param name="Generation">How often a person has replayed it, from 0.</param>
/// <param name="Attempt">The number of the attempt within the generation, from 1.</param>
/// <param name="Epoch">The fencing token: it rises with every claim, and a write with an old one changes nothing.</param>
internal sealed record WorkItem(InboxEvent Event, int Handler, int Generation, int Attempt, int Epoch);

/// <summary>How an attempt ended, and what the work becomes.</summary>
/// <param name="Item">The claim that was run.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="StartedAt">When the handler was called.</param>
/// <param name="EndedAt">When it returned.</param>
/// <param name="DueAt">When to try again, for transient and deferred outcomes.</param>
/// <param name="Error">The error for the operator; <see langword="null"/> on success.</param>
internal sealed record WorkCompletion(
    WorkItem Item, AttemptOutcome Outcome, DateTimeOffset StartedAt, DateTimeOffset EndedAt, DateTimeOffset? DueAt = null, string? Error = null);

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
}

internal static class AttemptOutcomes
{
    private static readonly string[] Names = ["succeeded", "transient", "permanent", "exhausted", "deferred", "released", "corrupt", "unhandled"];

    public static string Name(this AttemptOutcome outcome) => Names[(int)outcome];

    /// <summary>What the work becomes after an attempt.</summary>
    public static WorkState Next(this AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Succeeded => WorkState.Succeeded,
        AttemptOutcome.Transient or AttemptOutcome.Deferred => WorkState.Scheduled,
        AttemptOutcome.Released => WorkState.Pending,
        AttemptOutcome.Unhandled => WorkState.Parked,
        _ => WorkState.Dead,
    };

    /// <summary>Whether the attempt uses up one of the schedule's.</summary>
    public static bool IsCounted(this AttemptOutcome outcome) =>
        outcome is not (AttemptOutcome.Deferred or AttemptOutcome.Released or AttemptOutcome.Unhandled);
}
