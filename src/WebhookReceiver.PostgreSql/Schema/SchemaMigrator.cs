using Npgsql;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.PostgreSql.Schema;

/// <summary>Brings the schema to this program's version, one step at a time, each in a transaction of its own: what was cut off goes on from there.</summary>
/// <param name="source">The database.</param>
/// <param name="steps">All steps, oldest first.</param>
internal sealed class SchemaMigrator(NpgsqlDataSource source, IReadOnlyList<SchemaStep> steps)
{
    /// <summary>Any number that nobody else takes in this database; held until the end of a transaction alone, so that poolers do not mind.</summary>
    public const long LockKey = 0x57_48_52_5f_49_4e_42_58;

    /// <summary>A step waits so long for a lock, and everybody else behind it.</summary>
    private const string LockTimeout = "5s";

    /// <summary>Another replica may be at it, or somebody may be using a table.</summary>
    private const int Tries = 12;

    private int Version => steps[^1].Version;

    /// <exception cref="InboxException">The database is newer than this program can live with, or the role may not do it.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        try
        {
            for (var found = await ReadAsync(cancellationToken).ConfigureAwait(false); found < Version;)
            {
                found = await TakeStepAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new InboxException(
                $"The role may not make or change the tables of the inbox: {error.MessageText}. Grant it CREATE on the database, or make it the owner of the schema {InboxSchema.Name}.", error);
        }
    }

    /// <summary>Reads the version, and refuses one that is too new.</summary>
    /// <returns>The version; 0 if there is none yet.</returns>
    public async Task<int> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var exists = new NpgsqlCommand("SELECT to_regclass('webhook_receiver.version') IS NOT NULL", connection);
        return await exists.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true
            ? await ReadAsync(connection, cancellationToken).ConfigureAwait(false)
            : 0;
    }

    private async Task<int> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var read = new NpgsqlCommand(
            "SELECT COALESCE(MAX(version), 0), COALESCE(MAX(oldest_program), 0) FROM webhook_receiver.version", connection);
        await using var row = await read.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await row.ReadAsync(cancellationToken).ConfigureAwait(false);
        var (version, oldest) = (row.GetInt32(0), row.GetInt32(1));
        if (oldest > Version)
        {
            throw new InboxException(
                $"The inbox in {connection.Database} has schema version {version}, with which programs before {oldest} cannot work; this program knows {Version}. Use the version that wrote it.");
        }

        return version;
    }

    private async Task<int> TakeStepAsync(CancellationToken cancellationToken)
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                return await TryTakeStepAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.LockNotAvailable && tried < Tries)
            {
                // Somebody holds what the step needs; those who wait behind us have gone on meanwhile.
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                throw new InboxException(
                    $"The tables of the inbox could not be changed: somebody holds a lock on them ({error.MessageText}). Look for long transactions in pg_stat_activity.", error);
            }
        }
    }

    private async Task<int> TryTakeStepAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await ExecuteAsync($"SET LOCAL lock_timeout = '{LockTimeout}'; SET LOCAL synchronous_commit = on; SELECT pg_advisory_xact_lock({LockKey})").ConfigureAwait(false);

        // A session that once saw no schema believes that until it hears of the changes of others, which it does where it first touches a table.
        await ExecuteAsync("SELECT FROM pg_catalog.pg_namespace").ConfigureAwait(false);
        await ExecuteAsync("""
            CREATE SCHEMA IF NOT EXISTS webhook_receiver;
            CREATE TABLE IF NOT EXISTS webhook_receiver.version(
                version int PRIMARY KEY, oldest_program int NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp());
            """).ConfigureAwait(false);

        // Again, under the lock: another replica may have been faster.
        var found = await ReadAsync(connection, cancellationToken).ConfigureAwait(false);
        if (steps.FirstOrDefault(step => step.Version > found) is { } next)
        {
            await ExecuteAsync(next.Statements).ConfigureAwait(false);
            await ExecuteAsync($"INSERT INTO webhook_receiver.version(version, oldest_program) VALUES ({next.Version}, {next.OldestProgram})").ConfigureAwait(false);
            found = next.Version;
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return found;

        async Task ExecuteAsync(string sql)
        {
#pragma warning disable CA2100 // All of it is written in this program.
            await using var command = new NpgsqlCommand(sql, connection, transaction);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
