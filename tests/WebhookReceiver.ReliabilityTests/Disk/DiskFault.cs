namespace WebhookReceiver.ReliabilityTests.Disk;

/// <summary>What shall happen to which calls.</summary>
internal sealed record DiskFault(DiskCalls Calls, DiskFiles Files, DiskAction Action)
{
    public const int InterruptedError = 4; // EINTR
    public const int InputOutputError = 5; // EIO
    public const int TooManyFilesError = 24; // EMFILE
    public const int NoSpaceError = 28; // ENOSPC

    /// <summary>The error number, or the milliseconds.</summary>
    public long Argument { get; init; }

    /// <summary>The first call that it happens to, counted from when the fault is armed.</summary>
    public long First { get; init; } = 1;

    /// <summary>How many calls it happens to.</summary>
    public long Count { get; init; } = long.MaxValue;
}

/// <summary>Kinds of calls.</summary>
[Flags]
public enum DiskCalls
{
    Write = 1,
    Flush = 2,
    Open = 4,
    Truncate = 8,
}

/// <summary>Files of the inbox.</summary>
[Flags]
public enum DiskFiles
{
    Database = 1,
    Log = 2,

    /// <summary>What else stands beside the database: its lock, the index of the log, a journal.</summary>
    Beside = 4,

    All = Database | Log | Beside,
}

/// <summary>What a fault does.</summary>
internal enum DiskAction
{
    /// <summary>The call fails, and does nothing.</summary>
    Fail = 1,

    /// <summary>Half of it is written, and that is said.</summary>
    WriteHalf,

    /// <summary>It takes longer.</summary>
    Delay,

    /// <summary>The process is killed; in a write, when half of it is written.</summary>
    Kill,

    /// <summary>The call does nothing and says that it did.</summary>
    Lie,
}
