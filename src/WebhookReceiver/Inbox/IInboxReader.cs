namespace WebhookReceiver.Inbox;

/// <summary>What an operator may ask of the inbox. Never blocks the writer. Safe from any thread.</summary>
internal interface IInboxReader
{
    /// <summary>The events of a stretch, newest first. What it costs depends on how long the stretch is, or on how many are wanted.</summary>
    Task<IReadOnlyList<EventRow>> ListAsync(EventFilter filter, CancellationToken cancellationToken);

    /// <summary>The numbers of the oldest and the newest event; <see langword="null"/> if there is none. Two looks at an index.</summary>
    Task<EventBounds?> FindBoundsAsync(CancellationToken cancellationToken);

    /// <summary>One event with its work; <see langword="null"/> if there is none, or the random part of the id is wrong.</summary>
    Task<EventDetail?> FindAsync(long seq, long token, CancellationToken cancellationToken);

    /// <summary>Counts by state. What it costs depends on how much work is open, not on how much is stored.</summary>
    Task<InboxCounts> CountAsync(CancellationToken cancellationToken);

    /// <summary>What somebody should know of. It costs next to nothing, however much is stored or open.</summary>
    Task<InboxTrouble> LookAsync(CancellationToken cancellationToken);
}

/// <summary>Which events to list.</summary>
/// <param name="Source">Only this source.</param>
/// <param name="Type">Only this type.</param>
/// <param name="State">Only this state.</param>
/// <param name="Limit">At most so many.</param>
/// <param name="BeforeSeq">Only older ones than this.</param>
/// <param name="FromSeq">Only this one and newer ones.</param>
internal sealed record EventFilter(string? Source, string? Type, WorkState? State, int Limit, long? BeforeSeq, long FromSeq = 0);

/// <summary>From where to where there are events.</summary>
internal sealed record EventBounds(long Oldest, long Newest);

/// <summary>An event in a list.</summary>
internal sealed record EventRow(long Seq, string Id, string Source, string EventId, string Type, WorkState State, DateTimeOffset ReceivedAt, int Attempts);

/// <summary>An event with all that is known of it.</summary>
internal sealed record EventDetail(InboxEvent Event, WorkState State, IReadOnlyList<WorkDetail> Work);

/// <summary>The work of one handler on one event. <paramref name="Handler"/> is <see langword="null"/> for parked work.</summary>
internal sealed record WorkDetail(
    int HandlerNumber, string? Handler, WorkState State, int Generation, int Attempt, DateTimeOffset? DueAt, IReadOnlyList<AttemptDetail> Attempts);

/// <summary>One attempt.</summary>
internal sealed record AttemptDetail(int Generation, int Number, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string Outcome, string? Error);

/// <summary>How many events there are in each state.</summary>
/// <param name="ByState">By state. An event whose work is all done has succeeded.</param>
/// <param name="Unaccounted">
/// How much work was open when it was last written and is not there any more, by a count that is kept beside the rows: always 0 unless rows
/// were removed behind the product's back.
/// </param>
/// <param name="Purged">How many events were removed because their time was up. With those of all states and what is unaccounted they are all that were ever accepted.</param>
/// <param name="OldestDueAt">When the work that waits longest was due, or will be; <see langword="null"/> if none waits.</param>
internal sealed record InboxCounts(IReadOnlyDictionary<WorkState, long> ByState, long Unaccounted, long Purged, DateTimeOffset? OldestDueAt = null)
{
    /// <summary>How long the work that waits longest has been due.</summary>
    public TimeSpan BacklogAge(DateTimeOffset now) => AgeOf(OldestDueAt, now);

    /// <summary>How long something has been due.</summary>
    public static TimeSpan AgeOf(DateTimeOffset? due, DateTimeOffset now) => due < now ? now - due.Value : TimeSpan.Zero;
}

/// <summary>What somebody should know of an inbox.</summary>
/// <param name="OldestDueAt">When the work that waits longest was due, or will be; <see langword="null"/> if none waits.</param>
/// <param name="HasDeadLetters">Whether any work is dead.</param>
internal sealed record InboxTrouble(DateTimeOffset? OldestDueAt, bool HasDeadLetters);
