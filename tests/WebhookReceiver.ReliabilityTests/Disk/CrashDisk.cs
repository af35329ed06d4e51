namespace WebhookReceiver.ReliabilityTests.Disk;

/// <summary>The inbox on a disk that may lose power, at any point of a record.</summary>
internal sealed class CrashDisk
{
    private readonly CrashFile _database = new();
    private readonly CrashFile _log = new();
    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);

    /// <summary>Whose answer had begun.</summary>
    public IReadOnlySet<string> Answered => _answered;

    /// <summary>How many writes are not surely on the disk.</summary>
    public int UnsureWrites => _database.UnsureWrites + _log.UnsureWrites;

    /// <summary>Goes one entry further.</summary>
    public void Apply(DiskEntry entry)
    {
        switch (entry.File)
        {
            case DiskFiles.Database:
                _database.Apply(entry);
                break;
            case DiskFiles.Log:
                _log.Apply(entry);
                break;
            default:
                if (entry.Answered is { } id)
                {
                    _answered.Add(id);
                }

                break;
        }
    }

    /// <summary>Writes what could be left.</summary>
    public void Write(string inbox, CrashLoss loss, Random random)
    {
        _database.Write(inbox, loss, random);
        _log.Write(inbox + "-wal", loss, random);
    }
}
