namespace WebhookReceiver.ReliabilityTests;

/// <summary>What survives a process: the inbox, and the ledger of effects beside it.</summary>
internal sealed class DataDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("webhook-receiver-").FullName;

    /// <summary>The directory of the inbox, where it lies elsewhere: on a disk of its own.</summary>
    public string? Disk { get; init; }

    public string Inbox => System.IO.Path.Combine(Disk ?? Path, "inbox.db");

    public string Effects => System.IO.Path.Combine(Path, "effects");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
