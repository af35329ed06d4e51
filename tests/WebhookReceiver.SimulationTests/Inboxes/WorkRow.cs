using WebhookReceiver.Inbox;

namespace WebhookReceiver.SimulationTests.Inboxes;

/// <summary>
/// What an inbox holds of the work of one handler on one event. Where processes share it, what was stored as called at once counts as called for as long as it runs.
/// </summary>
internal sealed record WorkRow(WorkState State, int Generation, int Attempt, int Epoch, long? DueAt, int Crashes, bool StartsAtOnce = false);

/// <summary>What was committed, one write after another.</summary>
/// <param name="Seq">The event.</param>
/// <param name="Handler">The handler; -1 for the event itself.</param>
/// <param name="Old">What stood there; <see langword="null"/> for nothing.</param>
/// <param name="New">What stands there now; <see langword="null"/> for nothing.</param>
/// <param name="EventId">The sender's id, of an event.</param>
/// <param name="ReceivedAt">When it arrived, of an event.</param>
internal sealed record InboxChange(long Seq, int Handler, WorkRow? Old, WorkRow? New, string? EventId = null, long ReceivedAt = 0)
{
    public const int TheEvent = -1;

    public bool IsEvent => Handler == TheEvent;
}
