using Npgsql;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.PostgreSql.Schema;

/// <summary>
/// Tells whether something stands between this process and the server that gives sessions away: then no statement may be prepared, since the next
/// transaction may be in a session that has never heard of it.
/// </summary>
internal static class PoolerCheck
{
    /// <summary>
    /// A pooler has sessions of its own, and cannot give their numbers away, since several of its clients share one.
    /// </summary>
    /// <returns>Whether the session is another one than the connection was told when it was opened.</returns>
    public static async Task<bool> IsPooledAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var read = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        return (int)(await read.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))! != connection.ProcessID;
    }

    /// <summary>Looks again, for a program that prepares its statements.</summary>
    /// <exception cref="InboxException">A pooler has been put in between since the start.</exception>
    public static async Task EnsureDirectAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        if (await IsPooledAsync(source, cancellationToken).ConfigureAwait(false))
        {
            throw new InboxException("A connection pooler now stands in front of the inbox, which was not there when this program started. It starts again and takes note of it.");
        }
    }
}
