using Microsoft.Extensions.Logging;
using WebhookReceiver.Inbox;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Diagnostics;

/// <summary>
/// Every log message, in one place. No payload, no signature, no secret; texts from outside (ids, types) come as values, which the sinks
/// escape. Success lines are Debug outside Development: the inbox is the record.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(EventIds.SourceWarning, LogLevel.Warning, "{Warning}", EventName = "SourceWarning")]
    public static partial void SourceWarning(ILogger logger, string warning);

    [LoggerMessage(EventIds.SourcesReloaded, LogLevel.Information, "Sources reloaded: {Sources} sources, {SecretsBefore} secrets before, {SecretsNow} now", EventName = "SourcesReloaded")]
    public static partial void SourcesReloaded(ILogger logger, int sources, int secretsBefore, int secretsNow);

    [LoggerMessage(EventIds.SourceReloadFailed, LogLevel.Error, "The changed configuration is not used, what was loaded stays in force: {Problem}", EventName = "SourceReloadFailed")]
    public static partial void SourceReloadFailed(ILogger logger, string problem);

    [LoggerMessage(EventIds.HttpsNotRequired, LogLevel.Warning, "RequireHttps is false: deliveries are taken over plain HTTP, where anybody on the way can read them", EventName = "HttpsNotRequired")]
    public static partial void HttpsNotRequired(ILogger logger);

    [LoggerMessage(EventIds.SettingUnknown, LogLevel.Warning, "{Key}: {Cause} {Fix} [{Code}]", EventName = "SettingUnknown")]
    public static partial void SettingUnknown(ILogger logger, string key, string cause, string fix, string code);

    [LoggerMessage(EventIds.AlarmRaised, LogLevel.Warning, "Alarm {Alarm}: {Cause}", EventName = "AlarmRaised")]
    public static partial void AlarmRaised(ILogger logger, string alarm, string cause);

    [LoggerMessage(EventIds.AlarmCleared, LogLevel.Information, "Alarm {Alarm} is over ({Source})", EventName = "AlarmCleared")]
    public static partial void AlarmCleared(ILogger logger, string alarm, string source);

    [LoggerMessage(EventIds.CertificateReloaded, LogLevel.Information, "Connections to {Endpoint} get the new certificate in {Path}: {Subject}, until {End:o}", EventName = "CertificateReloaded")]
    public static partial void CertificateReloaded(ILogger logger, string endpoint, string path, string subject, DateTimeOffset end);

    [LoggerMessage(EventIds.CertificateNotReloaded, LogLevel.Error, "Connections to {Endpoint} get the same certificate as before, since what is now in {Path} cannot be used: {Problem}", EventName = "CertificateNotReloaded")]
    public static partial void CertificateNotReloaded(ILogger logger, string endpoint, string path, string problem);

    [LoggerMessage(EventIds.CertificateEnding, LogLevel.Warning, "The certificate of {Endpoint} ends at {End:o}, and nothing has renewed it: replace {Path}", EventName = "CertificateEnding")]
    public static partial void CertificateEnding(ILogger logger, string endpoint, string path, DateTimeOffset end);

    [LoggerMessage(EventIds.SecretFileReadable, LogLevel.Information, "Every user of this machine who can reach {Directory} can read {Count} secret files in it, such as {File}", EventName = "SecretFileReadable")]
    public static partial void SecretFileReadable(ILogger logger, string directory, int count, string file);

    // Not {EventId}: Serilog keeps the id of the log event under that name.
    [LoggerMessage(EventIds.DeliveryAccepted, LogLevel.Debug, "Accepted {Id} from {Source}: {Type} {SenderEventId}, {Status}", EventName = "DeliveryAccepted")]
    public static partial void DeliveryAccepted(ILogger logger, string id, string source, string type, string senderEventId, string status);

    [LoggerMessage(EventIds.DeliveryRejected, LogLevel.Information, "Rejected delivery {DeliveryId} for {Source}: {Reason} [{Code}], {Status}, from {RemoteAddress}, {BodyBytes} bytes", EventName = "DeliveryRejected")]
    public static partial void DeliveryRejected(ILogger logger, string deliveryId, string source, RejectionReason reason, string code, int status, string remoteAddress, long bodyBytes);

    [LoggerMessage(EventIds.RejectionsSuppressed, LogLevel.Information, "{Count} more rejections for {Reason} were not logged", EventName = "RejectionsSuppressed")]
    public static partial void RejectionsSuppressed(ILogger logger, int count, RejectionReason reason);

    [LoggerMessage(EventIds.RejectionExplained, LogLevel.Warning, "Delivery {DeliveryId} of {Source} was not verified ({Cause}): {Explanation}", EventName = "RejectionExplained")]
    public static partial void RejectionExplained(ILogger logger, string deliveryId, string source, SignatureCause cause, string explanation);

    [LoggerMessage(EventIds.ExplanationFailed, LogLevel.Error, "Why delivery {DeliveryId} of {Source} was not verified could not be looked into", EventName = "ExplanationFailed")]
    public static partial void ExplanationFailed(ILogger logger, string deliveryId, string source, Exception exception);

    [LoggerMessage(EventIds.KeyFetched, LogLevel.Information, "Fetched a sender's key from {Url}", EventName = "KeyFetched")]
    public static partial void KeyFetched(ILogger logger, Uri url);

    [LoggerMessage(EventIds.KeyNotFetched, LogLevel.Warning, "A sender's key could not be fetched from {Url}: {Problem}. Deliveries that need it are answered 503", EventName = "KeyNotFetched")]
    public static partial void KeyNotFetched(ILogger logger, Uri url, string problem, Exception? exception);

    [LoggerMessage(EventIds.HandshakeAnswered, LogLevel.Debug, "Answered the handshake {Handshake} of {Source}", EventName = "HandshakeAnswered")]
    public static partial void HandshakeAnswered(ILogger logger, string handshake, string source);

    [LoggerMessage(EventIds.ReceiveFailed, LogLevel.Error, "Receiving delivery {DeliveryId} for {Source} failed; nothing was acknowledged", EventName = "ReceiveFailed")]
    public static partial void ReceiveFailed(ILogger logger, string deliveryId, string source, Exception error);

    [LoggerMessage(EventIds.DuplicateBodyMismatch, LogLevel.Warning, "A duplicate of {Id} from {Source} ({SenderEventId}) came with another body; the first one stays", EventName = "DuplicateBodyMismatch")]
    public static partial void DuplicateBodyMismatch(ILogger logger, string id, string source, string senderEventId);

    [LoggerMessage(EventIds.EventHandled, LogLevel.Debug, "Handled {Id} from {Source}: {Type} by {Handler}, attempt {Attempt}, in {DurationMs:0.0} ms", EventName = "EventHandled")]
    public static partial void EventHandled(ILogger logger, string id, string source, string type, string handler, int attempt, double durationMs);

    [LoggerMessage(EventIds.AttemptFailed, LogLevel.Warning, "Attempt {Attempt} of {Handler} on {Id} from {Source} ({Type}) failed with {Error}; tried again at {DueAt:o}", EventName = "AttemptFailed")]
    public static partial void AttemptFailed(ILogger logger, string id, string source, string type, string handler, int attempt, DateTimeOffset dueAt, string error);

    [LoggerMessage(EventIds.EventDead, LogLevel.Error, "{Id} from {Source} ({Type}) is a dead letter for {Handler} after attempt {Attempt}: {Outcome}, {Error}", EventName = "EventDead")]
    public static partial void EventDead(ILogger logger, string id, string source, string type, string handler, int attempt, string outcome, string error);

    [LoggerMessage(EventIds.AttemptDeferred, LogLevel.Information, "{Handler} deferred {Id} from {Source} ({Type}) until {DueAt:o}", EventName = "AttemptDeferred")]
    public static partial void AttemptDeferred(ILogger logger, string id, string source, string type, string handler, DateTimeOffset dueAt);

    [LoggerMessage(EventIds.StaleCompletion, LogLevel.Warning, "stale_completion: the result of handler {Handler} on {Id} in epoch {Epoch} was dropped, another owner has the work", EventName = "StaleCompletion")]
    public static partial void StaleCompletion(ILogger logger, string id, int handler, int epoch);

    [LoggerMessage(EventIds.HandlerGone, LogLevel.Warning, "{Id} from {Source} ({Type}) waits for a handler that is not registered any more; it is parked", EventName = "HandlerGone")]
    public static partial void HandlerGone(ILogger logger, string id, string source, string type);

    [LoggerMessage(EventIds.CompletionFailed, LogLevel.Error, "The end of an attempt on {Id} could not be stored; it runs again after the next start", EventName = "CompletionFailed")]
    public static partial void CompletionFailed(ILogger logger, string id);

    [LoggerMessage(EventIds.ClaimFailed, LogLevel.Error, "Looking for due work failed; tried again in a moment", EventName = "ClaimFailed")]
    public static partial void ClaimFailed(ILogger logger, Exception error);

    [LoggerMessage(EventIds.HandlersStillRunning, LogLevel.Warning, "{Count} handlers had not ended when the time to stop was up; their events go back to pending", EventName = "HandlersStillRunning")]
    public static partial void HandlersStillRunning(ILogger logger, int count);

    [LoggerMessage(EventIds.AttemptCrashed, LogLevel.Warning, "{Id} was running in {Handler} when the process ended, {Crashes} times now; it is tried again, beside no other suspect", EventName = "AttemptCrashed")]
    private static partial void AttemptCrashed(ILogger logger, string id, string handler, int crashes);

    [LoggerMessage(EventIds.CrashSuspectDead, LogLevel.Error, "{Id} was running in {Handler} each of the {Crashes} times that the process ended; it is a dead letter (crash_suspect)", EventName = "CrashSuspectDead")]
    private static partial void CrashSuspectDead(ILogger logger, string id, string handler, int crashes);

    /// <summary>What became of an attempt whose process is gone.</summary>
    public static void Crashed(ILogger logger, CrashedAttempt crashed, string? handler)
    {
        var name = handler ?? "a handler that is gone";
        if (crashed.Outcome == AttemptOutcome.CrashSuspect)
        {
            CrashSuspectDead(logger, crashed.PublicId, name, crashed.Crashes);
        }
        else
        {
            AttemptCrashed(logger, crashed.PublicId, name, crashed.Crashes);
        }
    }

    [LoggerMessage(EventIds.InboxOpened, LogLevel.Information, "Inbox {Location} is open; {Recovered} attempts that were cut off go back to pending", EventName = "InboxOpened")]
    public static partial void InboxOpened(ILogger logger, string location, int recovered);

    [LoggerMessage(EventIds.InboxFailed, LogLevel.Critical, "The inbox could not be written. Nothing that was waiting is acknowledged; the program ends with exit code 70, and the next start reads what is on disk", EventName = "InboxFailed")]
    public static partial void InboxFailed(ILogger logger, Exception error);

    [LoggerMessage(EventIds.Draining, LogLevel.Information, "Stopping: not ready any more, deliveries are still taken for {Delay}", EventName = "Draining")]
    public static partial void Draining(ILogger logger, TimeSpan delay);

    [LoggerMessage(EventIds.OwnershipLost, LogLevel.Error, "The database has not answered for too long: others may take over {InMemory} attempts. Nothing is claimed until it answers again, and {Running} handlers are told to end", EventName = "OwnershipLost")]
    public static partial void OwnershipLost(ILogger logger, int inMemory, int running);

    [LoggerMessage(EventIds.TakenOver, LogLevel.Warning, "Took over from a process that is gone; {Recovered} attempts that were cut off go back to pending", EventName = "TakenOver")]
    public static partial void TakenOver(ILogger logger, int recovered);

    [LoggerMessage(EventIds.LeaseNotRenewed, LogLevel.Warning, "The database did not answer: the lease on what runs here was not renewed; tried again in a moment", EventName = "LeaseNotRenewed")]
    public static partial void LeaseNotRenewed(ILogger logger, Exception error);

    [LoggerMessage(EventIds.Purged, LogLevel.Information, "Retention removed {Bodies} bodies and {Events} events whose time was up", EventName = "Purged")]
    public static partial void Purged(ILogger logger, int bodies, int events);

    [LoggerMessage(EventIds.PurgeFailed, LogLevel.Error, "Retention could not go on; it tries again later", EventName = "PurgeFailed")]
    public static partial void PurgeFailed(ILogger logger, Exception error);

    [LoggerMessage(EventIds.IntakeStopped, LogLevel.Error, "The inbox's disk is nearly full: {AvailableBytes} bytes are free, and {LowWaterBytes} must be. Deliveries are answered 503 until there is room; what is stored is still handled", EventName = "IntakeStopped")]
    public static partial void IntakeStopped(ILogger logger, long availableBytes, long lowWaterBytes);

    [LoggerMessage(EventIds.IntakeResumed, LogLevel.Information, "There is room again on the inbox's disk, {AvailableBytes} bytes: deliveries are taken", EventName = "IntakeResumed")]
    public static partial void IntakeResumed(ILogger logger, long availableBytes);

    [LoggerMessage(EventIds.NotAlive, LogLevel.Critical, "/livez fails: {Status}. Stalled: the inbox's writer takes nothing up; stuck: handlers that ignore their token hold a quarter of the slots. A restart loses nothing", EventName = "NotAlive")]
    public static partial void NotAlive(ILogger logger, string status);

    [LoggerMessage(EventIds.InboxUpgraded, LogLevel.Information, "The inbox was of schema version {Version} and is of this program's now; as it was it is kept at {Backup}, until you remove it", EventName = "InboxUpgraded")]
    public static partial void InboxUpgraded(ILogger logger, long version, string backup);

    [LoggerMessage(EventIds.InboxChecked, LogLevel.Information, "The inbox was not closed by the last process; its file was checked and is sound", EventName = "InboxChecked")]
    public static partial void InboxChecked(ILogger logger);

    [LoggerMessage(EventIds.InboxDamaged, LogLevel.Critical, "The file of the inbox is damaged: {Problems}. Run the command 'check', and restore a backup", EventName = "InboxDamaged")]
    public static partial void InboxDamaged(ILogger logger, string problems);

    [LoggerMessage(EventIds.EventsMissing, LogLevel.Error, "The inbox ends with event number {Last}, and {Stored} was stored: what came between was accepted and is gone. An older copy was restored, or the log (-wal) was removed. Ask the senders for it", EventName = "EventsMissing")]
    public static partial void EventsMissing(ILogger logger, long last, long stored);

    [LoggerMessage(EventIds.OperatorAction, LogLevel.Information, "Operator: {Action} of {Id}, {Result}", EventName = "OperatorAction")]
    public static partial void OperatorAction(ILogger logger, string action, string id, string result);

    [LoggerMessage(EventIds.ManagementFailed, LogLevel.Error, "{Method} {Path} of management could not be answered", EventName = "ManagementFailed")]
    public static partial void ManagementFailed(ILogger logger, string method, string path, Exception error);
}
