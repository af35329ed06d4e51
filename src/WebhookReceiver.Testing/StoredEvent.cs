using System.Globalization;
using System.Text;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.Testing;

/// <summary>An event as the inbox had it when it was read. Its text is its whole timeline. Immutable; safe from any thread.</summary>
/// <param name="Id">Our id, the one that the sender was answered.</param>
/// <param name="Source">The configured source it came from.</param>
/// <param name="EventId">The sender's id; the SHA-256 of the body in hex where the sender gives none.</param>
/// <param name="Type">The event's type.</param>
/// <param name="State">The state of its work: the least finished of its handlers.</param>
/// <param name="ReceivedAt">When it arrived, by the test's clock.</param>
/// <param name="Handlers">The work of each handler; for a parked event one without a name.</param>
public sealed record StoredEvent(
    string Id, string Source, string EventId, string Type, EventState State, DateTimeOffset ReceivedAt, IReadOnlyList<HandlerWork> Handlers)
{
    /// <summary>How many attempts have ended, of all handlers.</summary>
    public int Attempts => Handlers.Sum(static work => work.Attempts.Count);

    /// <summary>The error of the last attempt that failed; <see langword="null"/> if none did.</summary>
    public string? Error => Handlers.SelectMany(static work => work.Attempts).Where(static attempt => attempt.Error is not null)
        .MaxBy(static attempt => attempt.EndedAt)?.Error;

    /// <summary>The timeline: each handler with each of its attempts.</summary>
    /// <returns>A text of several lines, for people.</returns>
    public override string ToString()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Id} ({Source}, {Type}, {EventId}): {Name(State)}, received {Time(ReceivedAt)}");
        foreach (var work in Handlers)
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"  {work.Handler ?? "no handler"}: {Name(work.State)}");
            if (work.DueAt is { } due)
            {
                text.Append(CultureInfo.InvariantCulture, $", due {Time(due)}");
            }

            foreach (var attempt in work.Attempts)
            {
                text.AppendLine().Append(
                    CultureInfo.InvariantCulture, $"    attempt {attempt.Number}: {attempt.Outcome}, {Time(attempt.StartedAt)} to {Time(attempt.EndedAt)} {attempt.Error}");
            }
        }

        return text.ToString();
    }

    internal static StoredEvent From(EventDetail found) => new(
        found.Event.PublicId, found.Event.Source, found.Event.EventId, found.Event.Type, StateOf(found.State), found.Event.ReceivedAt,
        [.. found.Work.Select(static work => new HandlerWork(
            work.Handler, StateOf(work.State), work.DueAt,
            [.. work.Attempts.Select(static a => new HandlerAttempt(a.Number, a.StartedAt, a.EndedAt ?? a.StartedAt, a.Outcome, a.Error))]))]);

    internal static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static EventState StateOf(WorkState state) => Enum.Parse<EventState>(state.ToString());

#pragma warning disable CA1308 // States are written in lower case everywhere.
    private static string Name(EventState state) => state.ToString().ToLowerInvariant();
#pragma warning restore CA1308
}

/// <summary>What one handler owes, or owed, on one event.</summary>
/// <param name="Handler">The handler's name; <see langword="null"/> where none takes the type.</param>
/// <param name="State">The state of the work.</param>
/// <param name="DueAt">When it is tried next, by the test's clock; <see langword="null"/> where nothing is due.</param>
/// <param name="Attempts">The attempts that have ended, in their order.</param>
public sealed record HandlerWork(string? Handler, EventState State, DateTimeOffset? DueAt, IReadOnlyList<HandlerAttempt> Attempts);

/// <summary>One run of one handler that has ended.</summary>
/// <param name="Number">Its number, from 1; a replay begins again with 1, and a deferred attempt keeps its number for the next one.</param>
/// <param name="StartedAt">When the handler was called, by the test's clock.</param>
/// <param name="EndedAt">When it ended, by the test's clock.</param>
/// <param name="Outcome">
/// How it ended: <c>succeeded</c>, <c>transient</c> (tried again), <c>permanent</c>, <c>exhausted</c> (the last one allowed),
/// <c>deferred</c>, <c>corrupt</c> (the stored body is not what arrived) or <c>unhandled</c> (there is no such handler any more).
/// </param>
/// <param name="Error">The error, as type and message, at most 2,000 characters; <see langword="null"/> on success.</param>
public sealed record HandlerAttempt(int Number, DateTimeOffset StartedAt, DateTimeOffset EndedAt, string Outcome, string? Error);

/// <summary>The states of an event, and of a handler's work on it.</summary>
public enum EventState
{
    /// <summary>A handler runs at this moment.</summary>
    Running,
    /// <summary>Stored, waiting for a handler to be free.</summary>
    Pending,
    /// <summary>An attempt failed, and the next one is due later.</summary>
    Scheduled,
    /// <summary>A handler failed for good or used up its attempts: a dead letter.</summary>
    Dead,
    /// <summary>An operator ended it.</summary>
    Cancelled,
    /// <summary>No handler takes its type.</summary>
    Parked,
    /// <summary>Every handler has succeeded.</summary>
    Succeeded,
}
