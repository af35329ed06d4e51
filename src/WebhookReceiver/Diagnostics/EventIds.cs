namespace WebhookReceiver.Diagnostics;

/// <summary>The ids of log events, in ranges by area. They stay put when methods are renamed.</summary>
internal static class EventIds
{
    public const int SourceWarning = 1000;
    public const int SourcesReloaded = 1001;
    public const int SourceReloadFailed = 1002;
    public const int HttpsNotRequired = 1003;
    public const int SettingUnknown = 1004;
    public const int CertificateReloaded = 1005;
    public const int CertificateNotReloaded = 1006;
    public const int SecretFileReadable = 1007;
    public const int CertificateEnding = 1008;
    public const int AlarmRaised = 1010;
    public const int AlarmCleared = 1011;

    public const int DeliveryAccepted = 2000;
    public const int DeliveryRejected = 2001;
    public const int RejectionsSuppressed = 2002;
    public const int HandshakeAnswered = 2003;
    public const int ReceiveFailed = 2004;
    public const int DuplicateBodyMismatch = 2005;
    public const int RejectionExplained = 2006;
    public const int ExplanationFailed = 2007;
    public const int KeyFetched = 2008;
    public const int KeyNotFetched = 2009;

    public const int EventHandled = 3000;
    public const int AttemptFailed = 3001;
    public const int EventDead = 3002;
    public const int AttemptDeferred = 3003;
    public const int StaleCompletion = 3004;
    public const int HandlerGone = 3005;
    public const int CompletionFailed = 3006;
    public const int ClaimFailed = 3007;
    public const int HandlersStillRunning = 3008;
    public const int AttemptCrashed = 3009;
    public const int CrashSuspectDead = 3010;

    public const int InboxOpened = 4000;
    public const int InboxFailed = 4001;
    public const int Draining = 4002;
    public const int OwnershipLost = 4003;
    public const int TakenOver = 4004;
    public const int LeaseNotRenewed = 4005;
    public const int Purged = 4006;
    public const int PurgeFailed = 4007;
    public const int IntakeStopped = 4008;
    public const int IntakeResumed = 4009;
    public const int NotAlive = 4010;
    public const int InboxUpgraded = 4011;
    public const int InboxChecked = 4012;
    public const int InboxDamaged = 4013;
    public const int EventsMissing = 4014;

    public const int OperatorAction = 5000;
    public const int ManagementFailed = 5001;
}
