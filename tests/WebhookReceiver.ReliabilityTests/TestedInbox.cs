namespace WebhookReceiver.ReliabilityTests;

/// <summary>The database on which a test is made.</summary>
public enum TestedInbox
{
    Sqlite,
    PostgreSql,
}
