namespace WebhookReceiver.PostgreSql;

/// <summary>
/// Turns this process's time into the server's, so that what is due is due at the same moment for every replica, however far apart their clocks
/// are. Safe from any thread.
/// </summary>
internal sealed class DatabaseTime
{
    private long _ahead;

    /// <summary>Takes the server's time.</summary>
    /// <param name="server">In Unix milliseconds.</param>
    /// <param name="here">Ours at that moment.</param>
    public void Set(long server, DateTimeOffset here) => Volatile.Write(ref _ahead, server - here.ToUnixTimeMilliseconds());

    /// <summary>A moment of ours, in Unix milliseconds of the server.</summary>
    public long Of(DateTimeOffset here) => here.ToUnixTimeMilliseconds() + Volatile.Read(ref _ahead);
}
