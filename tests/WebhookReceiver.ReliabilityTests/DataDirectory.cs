namespace WebhookReceiver.ReliabilityTests;

/// <summary>What survives a process: the inbox, and the ledger of effects beside it.</summary>
internal sealed class DataDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("webhook-receiver-").FullName;

    /// <summary>The directory of the inbox, where it lies elsewhere: on a disk of its own.</summary>
    public string? Disk { get; init; }

    /// <summary>The connection string of the PostgreSQL on which the inbox lies, where it does.</summary>
    public string? Server { get; init; }

    public string Inbox => System.IO.Path.Combine(Disk ?? Path, "inbox.db");

    public string Effects => System.IO.Path.Combine(Path, "effects");

    /// <summary>How a receiver is told where its inbox is, as environment variables.</summary>
    public IReadOnlyDictionary<string, string> InboxSettings => new Dictionary<string, string>
    {
        ["WebhookReceiver__Inbox__Provider"] = Server is null ? "Sqlite" : "PostgreSql",
        ["WebhookReceiver__Inbox__ConnectionString"] = Server ?? $"Data Source={Inbox}",
    };

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
