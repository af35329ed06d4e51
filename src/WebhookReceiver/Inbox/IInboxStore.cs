namespace WebhookReceiver.Inbox;

/// <summary>
/// The durable inbox. Every database keeps the same promises; they are stated as tests in <c>InboxStoreContract</c>. Safe from any thread.
/// </summary>
internal interface IInboxStore : IAsyncDisposable
{
    /// <summary>Raised when this process stops being the owner of what it has claimed. On any thread; must be quick and must not throw.</summary>
    event Action? OwnershipLost;

    /// <summary>Where the store is, for people. Holds no secret.</summary>
    string Location { get; }

    /// <summary>Whether a write failed in a way after which nothing may be written any more; the process must end.</summary>
    bool HasFailed { get; }

    /// <summary>
    /// Whether what this process has claimed is its own. A store that several processes share gives it away when it has not heard of the process for a
    /// while: before that, this becomes <see langword="false"/>, nothing is claimed any more, and no handler may start.
    /// </summary>
    bool IsOwner { get; }

    /// <summary>
    /// What is free on the disk that the store writes to, as it was measured a moment ago; <see langword="null"/> where that is not this machine's to know. While
    /// it is low, deliveries are refused and everything else goes on.
    /// </summary>
    InboxSpace? Space { get; }

    /// <summary>
    /// Opens the store: makes or checks the schema, numbers the handlers, and makes pending what was running in a process that has ended, or dead what
    /// has ended it too often.
    /// </summary>
    /// <returns>What was running.</returns>
    /// <exception cref="InboxException">The store cannot be used; the message says why and what to do.</exception>
    Task<RecoveredWork> OpenAsync(CancellationToken cancellationToken);

    /// <summary>The handler's number, the same in every run of the program.</summary>
    int NumberOf(HandlerIdentity handler);

    /// <summary>
    /// Stores all events of a delivery with their work, or none. Returns once the transaction is flushed. An event whose (source, event id)
    /// is known is not stored again: its receipt is the first one's.
    /// </summary>
    ValueTask<AppendStatus> AppendAsync(InboxDelivery delivery);

    /// <summary>
    /// Records that a handler is about to be called, unless the claim is lost. It costs no flush, and is there for whoever finds this process gone: the machine that stops takes it
    /// along, and then the attempt was never made.
    /// </summary>
    /// <param name="item">The claim.</param>
    /// <param name="slot">Where it runs, one attempt at a time: 0 to <c>Dispatch:MaxConcurrency</c> - 1.</param>
    /// <param name="now">The time of the call.</param>
    /// <returns><see langword="false"/> if somebody else has the work by now: the handler must not be called.</returns>
    ValueTask<bool> StartAsync(WorkItem item, int slot, DateTimeOffset now);

    /// <summary>Takes back what <see cref="StartAsync"/> recorded: the handler has returned, and this process is still there.</summary>
    /// <param name="slot">Where it ran.</param>
    void Return(int slot);

    /// <summary>
    /// Records how an attempt ended. Nobody waits for it, so that it may be written a few milliseconds later, together with others; lost in a
    /// crash, the attempt is made again.
    /// </summary>
    /// <param name="completion">What became of the attempt.</param>
    /// <param name="recorded">Called when that is on disk or never will be, on a thread of the store: it must be quick and must not throw.</param>
    void Complete(WorkCompletion completion, Action<WorkCompletion, CompletionStatus> recorded);

    /// <summary>Claims work that is due, oldest first.</summary>
    /// <param name="limit">At most so many.</param>
    /// <param name="now">What is due by then.</param>
    ValueTask<IReadOnlyList<WorkItem>> ClaimAsync(int limit, DateTimeOffset now);

    /// <summary>Makes terminal work pending again, one generation on; parked work becomes that of <paramref name="handlers"/>.</summary>
    ValueTask<ChangeStatus> ReplayAsync(long seq, IReadOnlyList<int> handlers, string reason, DateTimeOffset now);

    /// <summary>Cancels pending, scheduled, parked and dead work.</summary>
    ValueTask<ChangeStatus> CancelAsync(long seq, string reason, DateTimeOffset now);

    /// <summary>Records what a person has decided about an event.</summary>
    /// <param name="seq">The event's number.</param>
    /// <param name="action">What was done.</param>
    /// <param name="reason">Why.</param>
    /// <param name="now">When.</param>
    ValueTask AuditAsync(long seq, string action, string reason, DateTimeOffset now);

    /// <summary>
    /// Removes a slice of what is past its time: at most a thousand events, and a few milliseconds of what deliveries need too. Goes through the
    /// whole inbox, call by call, until it says that it is done; then it begins anew. One caller at a time.
    /// </summary>
    /// <remarks>
    /// The statement that removes says by itself that it concerns only events all of whose work has succeeded or was cancelled, whatever was read before it. Of a
    /// purged body length and bytes are gone; hash, headers and attempts stay until the event goes. An event that goes is counted as purged in the same
    /// transaction. Its id stays known for the dedupe window, and the numbers of events are never given twice.
    /// </remarks>
    ValueTask<PurgeSlice> PurgeAsync(RetentionLimits limits);

    /// <summary>Commits an empty change, to show that the store can be written.</summary>
    ValueTask ProbeAsync();

    /// <summary>
    /// Goes the way of a change through the store's own threads and loops, and changes nothing: that it comes back shows that they work. Whether a database or a disk does is not
    /// what is asked.
    /// </summary>
    ValueTask PingAsync();

    /// <summary>Reads for operators.</summary>
    IInboxReader Reader { get; }
}

/// <summary>What makes a handler itself: the same source, type pattern and name is the same handler.</summary>
/// <param name="Source">The source it is registered for; empty for every source.</param>
/// <param name="Type">The type or pattern.</param>
/// <param name="Name">Its name.</param>
internal sealed record HandlerIdentity(string Source, string Type, string Name);

/// <summary>The events of one delivery, and the work that each of them starts with.</summary>
/// <param name="Events">The events, in the order of the delivery.</param>
/// <param name="Handlers">For each event the numbers of its handlers; empty: parked.</param>
/// <param name="BornRunning">Whether the dispatcher has room, so that the work is stored as running already.</param>
/// <param name="StartsAtOnce">Whether its handlers are called as soon as it is stored, since nothing waits before them: a store may record the calls with the events.</param>
internal sealed record InboxDelivery(InboxEvent[] Events, int[][] Handlers, bool BornRunning, bool StartsAtOnce = false)
{
    /// <summary>The bytes of all bodies.</summary>
    public long Size { get; } = SizeOf(Events);

    private static long SizeOf(InboxEvent[] events)
    {
        var size = 0L;
        foreach (var item in events)
        {
            size += item.Body.Length;
        }

        return size;
    }
}

/// <summary>What became of an append.</summary>
internal enum AppendStatus
{
    /// <summary>On disk: each event's receipt says whether it is new.</summary>
    Committed,
    /// <summary>Too much is waiting; nothing was stored.</summary>
    Overloaded,
    /// <summary>The disk is nearly full; nothing was stored.</summary>
    NoSpace,
    /// <summary>The write failed; nothing was acknowledged.</summary>
    Failed,
}

/// <summary>What became of the record of an attempt's end.</summary>
internal enum CompletionStatus
{
    /// <summary>On disk.</summary>
    Recorded,
    /// <summary>The work is not running in the claim's epoch any more: the result is dropped.</summary>
    Stale,
    /// <summary>The write failed: the work is still running on disk. A store that has not failed for good can be asked again.</summary>
    Failed,
}

/// <summary>What became of an operator's change.</summary>
internal enum ChangeStatus
{
    /// <summary>Done.</summary>
    Changed,
    /// <summary>There is no such event.</summary>
    NotFound,
    /// <summary>The event's state does not allow it.</summary>
    Refused,
    /// <summary>There is no body any more to run handlers on: its time was up.</summary>
    Purged,
    /// <summary>The body is not what arrived: no handler may see it. Said by who read it.</summary>
    Corrupt,
}

/// <summary>The store cannot be used.</summary>
public sealed class InboxException : Exception
{
    /// <inheritdoc cref="Exception(string)"/>
    public InboxException(string message) : base(message) { }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public InboxException(string message, Exception innerException) : base(message, innerException) { }
}
