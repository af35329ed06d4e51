namespace WebhookReceiver.SimulationTests.Inboxes;

/// <summary>What the store of the simulation can be told to do wrong, to show that it is found.</summary>
public enum BrokenGuard
{
    None,
    /// <summary>A completion is written whatever its epoch.</summary>
    EpochNotCompared,
    /// <summary>A completion is written whatever the state.</summary>
    StateNotCompared,
    /// <summary>Work that runs is claimed again when its time has come.</summary>
    ClaimTakesRunningWork,
    /// <summary>What the owner lost can still be written by it.</summary>
    RecoveryKeepsTheEpoch,
    /// <summary>What was running when the process ended stays so.</summary>
    RecoveryForgetsWhatRan,
    /// <summary>A known event is only known to the process that stored it.</summary>
    IdsForgottenAtRestart,
    /// <summary>The sender is answered before the commit.</summary>
    AnsweredBeforeTheCommit,
    /// <summary>An end is told before the commit.</summary>
    EndToldBeforeTheCommit,
    /// <summary>Work that runs is cancelled under its handler.</summary>
    RunningWorkCancelled,
    /// <summary>What is tried again has no due time.</summary>
    RetryWithoutDueTime,
    /// <summary>What is tried again is due at once.</summary>
    RetryAtOnce,
    /// <summary>Which handlers were called is forgotten with the process.</summary>
    StartNotRecorded,
    /// <summary>Work that a person makes of parked work begins with the epochs that it had.</summary>
    EpochBeginsAnew,
    /// <summary>A handler is called although the work was taken from its process.</summary>
    LostClaimIsStarted,
    /// <summary>All that a process held is suspected, called or not.</summary>
    EverythingIsSuspected,
    /// <summary>A stop costs an attempt.</summary>
    ReleaseCountsTheAttempt,
    /// <summary>A delivery that failed leaves its event behind.</summary>
    FailedCommitIsKept,
    /// <summary>The lease of a live process is not looked at.</summary>
    LiveOwnerIsSwept,
    /// <summary>Nobody looks for owners that are gone.</summary>
    NobodySweeps,
}
