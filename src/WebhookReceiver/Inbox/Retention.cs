namespace WebhookReceiver.Inbox;

/// <summary>
/// What is past its time at one moment. An event's time counts from the end of its last work, and not before all of its work has succeeded or was cancelled:
/// what is open, dead or parked is kept until somebody has handled it.
/// </summary>
/// <param name="BodiesBefore">The bodies of events that ended earlier than this go.</param>
/// <param name="EventsBefore">Events that ended earlier than this go as a whole, with their work and attempts; not later than <paramref name="BodiesBefore"/>.</param>
/// <param name="AuditBefore">What operators did earlier than this is forgotten.</param>
internal sealed record RetentionLimits(DateTimeOffset BodiesBefore, DateTimeOffset EventsBefore, DateTimeOffset AuditBefore)
{
    public static RetentionLimits At(DateTimeOffset now, InboxOptions inbox) => new(now - inbox.BodyRetention, now - inbox.EventRetention, now - inbox.AuditRetention);
}

/// <summary>What one slice of a purge did.</summary>
/// <param name="Status">Whether there is more to do.</param>
/// <param name="Bodies">How many bodies were removed from events that stay.</param>
/// <param name="Events">How many events were removed.</param>
internal sealed record PurgeSlice(PurgeStatus Status, int Bodies = 0, int Events = 0);

/// <summary>How a purge goes on.</summary>
internal enum PurgeStatus
{
    /// <summary>All of the inbox was looked at.</summary>
    Done,
    /// <summary>There is more to look at: ask again in a moment.</summary>
    More,
    /// <summary>Deliveries come first: nothing was done.</summary>
    Busy,
}
