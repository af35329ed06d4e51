using Npgsql;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.PostgreSql.Schema;

/// <summary>Refuses a server that cannot keep the promise: what was committed must be on its disk.</summary>
internal static class ServerCheck
{
    private const int OldestVersion = 140_000;

    /// <summary>
    /// Makes the commit of this transaction wait for the flush, whatever the role, the database or the server say; a standby that has to have
    /// applied it is more than that, and stays. And lets the server warn that it did not (see <see cref="StandbyWait"/>). For this transaction alone, since a
    /// pooler gives the session to others.
    /// </summary>
    public const string FlushAtCommit =
        "set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true), set_config('client_min_messages', 'warning', true)";

    /// <exception cref="InboxException">The server is too old, or set so that it loses what it has confirmed.</exception>
    public static async Task CheckAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var set = new NpgsqlCommand("SELECT " + FlushAtCommit, connection, transaction);
        await set.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        await using var read = new NpgsqlCommand("""
            SELECT current_setting('server_version_num')::int, current_setting('server_version'), current_setting('fsync'),
                current_setting('synchronous_commit'), pg_is_in_recovery(), current_setting('server_encoding')
            """, connection, transaction);
        await using var row = await read.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await row.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (Problem(row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetBoolean(4), row.GetString(5)) is { } problem)
        {
            throw new InboxException(problem);
        }
    }

    /// <returns>What is wrong and what to do; <see langword="null"/> if nothing is.</returns>
    public static string? Problem(int version, string versionName, string fsync, string synchronousCommit, bool isStandby, string encoding)
    {
        if (version < OldestVersion)
        {
            return $"PostgreSQL {versionName} is too old: {OldestVersion / 10_000} or later is needed.";
        }

        if (isStandby)
        {
            return "The server is a standby, which cannot be written. Name the primary, or several hosts and Target Session Attributes=primary.";
        }

        if (encoding != "UTF8")
        {
            return $"The database has the encoding {encoding}, in which not every event can be stored. Make one with ENCODING 'UTF8'.";
        }

        if (fsync != "on")
        {
            return $"The server runs with fsync = {fsync}: a power cut would lose events that were answered 200. Set fsync = on in postgresql.conf and reload the server.";
        }

        return synchronousCommit is "on" or "remote_apply"
            ? null
            : $"The server did not take synchronous_commit = on; it says '{synchronousCommit}': a crash would lose events that were answered 200. Let the role set it, or set it to on.";
    }
}
