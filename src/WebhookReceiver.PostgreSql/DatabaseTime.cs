using WebhookReceiver.Dispatch;

namespace WebhookReceiver.PostgreSql;

/// <summary>
/// Turns this process's time into the server's, so that what is due is due at the same moment for every replica, however far apart their clocks
/// are. Safe from any thread.
/// </summary>
internal sealed class DatabaseTime(TimeProvider clock)
{
    // The very clock by which the dispatcher asks for what is due.
    private readonly DueClock _due = new(clock);
    private long _ahead;

    /// <summary>Takes the server's time.</summary>
    /// <param name="server">In Unix milliseconds.</param>
    public void Set(long server) => Volatile.Write(ref _ahead, server - _due.Now.ToUnixTimeMilliseconds());

    /// <summary>The server's time, in Unix milliseconds.</summary>
    public long Now => Of(_due.Now);

    /// <summary>A moment of ours, in Unix milliseconds of the server.</summary>
    public long Of(DateTimeOffset here) => here.ToUnixTimeMilliseconds() + Volatile.Read(ref _ahead);
}
