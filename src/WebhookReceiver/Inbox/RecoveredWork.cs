namespace WebhookReceiver.Inbox;

/// <summary>What was running in a process that is gone.</summary>
/// <param name="Unstarted">How much work it held whose handlers it had not called: pending again, without a penalty.</param>
/// <param name="Crashed">The attempts whose handlers it had called.</param>
internal sealed record RecoveredWork(int Unstarted, IReadOnlyList<CrashedAttempt> Crashed)
{
    public static readonly RecoveredWork None = new(0, []);

    /// <summary>All of it.</summary>
    public int Count => Unstarted + Crashed.Count;
}

/// <summary>An attempt that was running when its process ended.</summary>
/// <param name="PublicId">The event.</param>
/// <param name="Handler">The handler's number.</param>
/// <param name="Crashes">How often that has happened to this work.</param>
/// <param name="Outcome">Crashed, or given up as a crash suspect.</param>
internal sealed record CrashedAttempt(string PublicId, int Handler, int Crashes, AttemptOutcome Outcome);
