using WebhookReceiver.Inbox;

namespace WebhookReceiver.PostgreSql;

/// <summary>What the inbox on PostgreSQL needs to know.</summary>
internal sealed record PostgreSqlInboxOptions
{
    /// <summary>The connection string as the user wrote it.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The handlers to number.</summary>
    public required IReadOnlyList<HandlerIdentity> Handlers { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Called once when this process must not go on.</summary>
    public Action<Exception> OnFailed { get; init; } = static _ => { };

    /// <summary>Called when this process has taken over from another one that is gone.</summary>
    public Action<RecoveredWork> OnTakenOver { get; init; } = static _ => { };

    /// <summary>Called when the lease could not be renewed, or something else that is done again failed.</summary>
    public Action<Exception> OnTurnFailed { get; init; } = static _ => { };

    /// <summary>Called in each transaction that writes, before it is sent, for tests that hold it up or make it fail.</summary>
    public Func<Task>? BeforeCommit { get; init; }
}
