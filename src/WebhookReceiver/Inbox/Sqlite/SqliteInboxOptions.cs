using WebhookReceiver.Inbox.Sqlite.Dedupe;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>What the embedded inbox needs to know.</summary>
internal sealed record SqliteInboxOptions
{
    /// <summary>The database file.</summary>
    public required string Path { get; init; }

    /// <summary>The handlers to number.</summary>
    public required IReadOnlyList<HandlerIdentity> Handlers { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How many ids are held in memory before they become a run on disk.</summary>
    public int IdsPerRun { get; init; } = KnownEvents.DefaultIdsPerRun;

    /// <summary>Measures what is free on the disk; <see langword="null"/> to ask the system.</summary>
    public Func<InboxSpace>? MeasureSpace { get; init; }

    /// <summary>Called when the space has become low, or is not low any more.</summary>
    public Action<InboxSpace> OnSpaceChanged { get; init; } = static _ => { };

    /// <summary>Called when a copy was made of a file of an older program, which is then taken over.</summary>
    public Action<InboxUpgrade> OnUpgraded { get; init; } = static _ => { };

    /// <summary>Called when events are missing from the end of the file.</summary>
    public Action<MissingEvents> OnMissing { get; init; } = static _ => { };

    /// <summary>Called when the file was checked, because the last process had not closed it; with what is wrong.</summary>
    public Action<IReadOnlyList<string>> OnChecked { get; init; } = static _ => { };

    /// <summary>Called once when a write has failed for good.</summary>
    public Action<Exception> OnFailed { get; init; } = static _ => { };

    /// <summary>Called before each commit, for tests that make it fail.</summary>
    public Action? BeforeCommit { get; init; }
}
