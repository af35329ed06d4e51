namespace WebhookReceiver.Inbox;

/// <summary>What is free on the disk that an inbox is written to.</summary>
/// <param name="Available">How many bytes this process may still write.</param>
/// <param name="Total">How large the volume is.</param>
internal sealed record InboxSpace(long Available, long Total)
{
    private const long MiB = 1024 * 1024;

    /// <summary>
    /// What must stay free, 512 MiB or a tenth of the volume, and 32 MiB at least: on a disk that is full to the end nothing can be ended, and nothing removed
    /// to make room.
    /// </summary>
    public long LowWater { get; } = Math.Max(32 * MiB, Math.Min(512 * MiB, Total / 10));

    public bool IsLow => Available < LowWater;
}
