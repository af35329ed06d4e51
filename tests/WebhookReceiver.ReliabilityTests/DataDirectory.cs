namespace WebhookReceiver.ReliabilityTests;

/// <summary>What survives a process: the inbox, and the ledger of effects beside it.</summary>
internal sealed class DataDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("webhook-receiver-").FullName;

    public string Inbox => System.IO.Path.Combine(Path, "inbox.db");

    public string Effects => System.IO.Path.Combine(Path, "effects");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
