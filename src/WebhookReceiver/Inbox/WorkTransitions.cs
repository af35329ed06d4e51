using System.Collections.Immutable;
using static WebhookReceiver.Inbox.WorkState;

namespace WebhookReceiver.Inbox;

/// <summary>
/// All that can happen to work once it is stored. The stores make their statements of this table, the simulation its model, and the docs their
/// diagram: a change that is not in it cannot be made.
/// </summary>
internal static class WorkTransitions
{
    /// <summary>The crash at which work is given up.</summary>
    public const int MaxCrashes = 3;

    public static readonly WorkTransition Claim = new("claimed", [Pending, Scheduled], Running, WorkActor.Dispatcher, AttemptNumber.Raised);

    public static readonly WorkTransition Succeed = new("returned", [Running], Succeeded, WorkActor.Owner, AttemptNumber.Kept);
    public static readonly WorkTransition Retry = new("failed", [Running], Scheduled, WorkActor.Owner, AttemptNumber.Kept);
    public static readonly WorkTransition Defer = new("deferred", [Running], Scheduled, WorkActor.Owner, AttemptNumber.Lowered);
    public static readonly WorkTransition Bury = new("failed for good", [Running], Dead, WorkActor.Owner, AttemptNumber.Kept);
    public static readonly WorkTransition Release = new("stopped", [Running], Pending, WorkActor.Owner, AttemptNumber.Lowered);
    public static readonly WorkTransition Park = new("no such handler now", [Running], Parked, WorkActor.Owner, AttemptNumber.Lowered);

    /// <summary>Its owner is gone, and had not called the handler yet.</summary>
    public static readonly WorkTransition Recover = new("owner gone", [Running], Pending, WorkActor.Recovery, AttemptNumber.Lowered);

    /// <summary>Its owner is gone while the handler ran: it is a suspect from now on.</summary>
    public static readonly WorkTransition Suspect = new("crashed", [Running], Pending, WorkActor.Recovery, AttemptNumber.Kept);

    /// <summary>The same for the third time.</summary>
    public static readonly WorkTransition Condemn = new("crashed too often", [Running], Dead, WorkActor.Recovery, AttemptNumber.Kept);

    public static readonly WorkTransition Cancel = new("cancelled", [Pending, Scheduled, Dead, Parked], Cancelled, WorkActor.Person, AttemptNumber.Kept);
    public static readonly WorkTransition Replay = new("replayed", [Dead, Cancelled, Parked, Succeeded], Pending, WorkActor.Person, AttemptNumber.Reset);

    /// <summary>The whole table.</summary>
    public static readonly ImmutableArray<WorkTransition> All =
        [Claim, Succeed, Retry, Defer, Bury, Release, Park, Recover, Suspect, Condemn, Cancel, Replay];
}
