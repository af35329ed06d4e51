using Npgsql;

namespace WebhookReceiver.PostgreSql;

/// <summary>
/// Hears whether the server gave up waiting for its synchronous standby. It does when the commit is cancelled, by our time limit or by a person, and then
/// reports a success with no more than a warning: what was committed is on the primary alone, and lost if the standby takes its place.
/// </summary>
internal sealed class StandbyWait
{
    /// <summary>Where in the server the warning comes from: its text is in the server's language, and its code that of any warning.</summary>
    private const string Routine = "SyncRepWaitForLSN";

    private bool _isGivenUp;

    /// <param name="connection">Heard for as long as it is open.</param>
    public StandbyWait(NpgsqlConnection connection) => connection.Notice += (_, said) => _isGivenUp |= said.Notice.Routine == Routine;

    /// <summary>To be asked after a commit.</summary>
    /// <exception cref="NpgsqlException">Nobody knows whether it will last.</exception>
    public void Check()
    {
        if (_isGivenUp)
        {
            throw new NpgsqlException("The server has committed, and its synchronous standby did not confirm it in time.");
        }
    }
}
