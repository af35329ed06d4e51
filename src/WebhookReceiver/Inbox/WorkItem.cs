namespace WebhookReceiver.Inbox;

/// <summary>A claim on work: this process may run this handler on this event, as long as the store still has it running in this epoch.</summary>
/// <param name="Event">The event.</param>
/// <param name="Handler">The handler's number in the store; 0 for parked work.</param>
/// <param name="Generation">How often a person has replayed it, from 0.</param>
/// <param name="Attempt">The number of the attempt within the generation, from 1.</param>
/// <param name="Epoch">The fencing token: it rises with every claim, and a write with an old one changes nothing.</param>
/// <param name="Crashes">How often the process has ended while it ran, in this generation: more than none makes it a suspect.</param>
/// <param name="StartsAtOnce">Whether it was stored as what is called at once.</param>
internal sealed record WorkItem(InboxEvent Event, int Handler, int Generation, int Attempt, int Epoch, int Crashes = 0, bool StartsAtOnce = false)
{
    /// <summary>Whether it may be what ended the process: then it runs beside no other suspect.</summary>
    public bool IsSuspect => Crashes > 0;
}

/// <summary>How an attempt ended, and what the work becomes.</summary>
/// <param name="Item">The claim that was run.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="StartedAt">When the handler was called.</param>
/// <param name="EndedAt">When it returned.</param>
/// <param name="DueAt">When to try again, for transient and deferred outcomes.</param>
/// <param name="Error">The error for the operator; <see langword="null"/> on success.</param>
internal sealed record WorkCompletion(
    WorkItem Item, AttemptOutcome Outcome, DateTimeOffset StartedAt, DateTimeOffset EndedAt, DateTimeOffset? DueAt = null, string? Error = null);
