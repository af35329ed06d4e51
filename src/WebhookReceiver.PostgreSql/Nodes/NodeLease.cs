using Npgsql;
using WebhookReceiver.Inbox;
using WebhookReceiver.PostgreSql.Schema;

namespace WebhookReceiver.PostgreSql.Nodes;

/// <summary>
/// This process's row among the nodes, and with it the right to run what it has claimed. The row's time is the server's; whether the lease is still
/// sure is told by our own monotonic clock, ten seconds before the others may take over.
/// </summary>
/// <remarks>One task renews it; <see cref="IsHeld"/> and <see cref="Node"/> may be read from any thread.</remarks>
internal sealed class NodeLease(NpgsqlDataSource source, DatabaseTime time, TimeProvider clock)
{
    /// <summary>So long after its last sign of life others take over what a process was running.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(30);

    /// <summary>So long after it a process stops of itself.</summary>
    public static readonly TimeSpan Safe = TimeSpan.FromSeconds(20);

    private int _node;
    private long _renewedAt;

    /// <summary>The number of this process; another one after its lease had run out.</summary>
    public int Node => Volatile.Read(ref _node);

    /// <summary>Whether nobody else can have taken over yet.</summary>
    public bool IsHeld => Node != 0 && Left > TimeSpan.Zero;

    /// <summary>How long that stays so, unless it is renewed.</summary>
    public TimeSpan Left => Safe - clock.GetElapsedTime(Volatile.Read(ref _renewedAt));

    /// <summary>
    /// Renews the lease, also one that has run out and was not noticed, since then nobody has taken over; takes a new one where somebody has.
    /// </summary>
    /// <exception cref="InboxException">A newer program has changed the schema so that this one must not go on.</exception>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        // Before the server is asked: whatever happens on the way, our time runs out first.
        var asked = clock.GetTimestamp();
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        if (Node != 0 && !IsHeld)
        {
            // Where what we send arrives and no answer comes back, each try would keep alive a lease that we have given up, and nobody could take over.
            await using var ask = new NpgsqlCommand("SELECT", connection);
            await ask.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        await using var renew = new NpgsqlCommand($"""
            WITH renewed AS (
                UPDATE {InboxSchema.Name}.node SET expires_at = clock_timestamp() + make_interval(secs => $2)
                WHERE id = $1 RETURNING id)
            SELECT (SELECT id FROM renewed), (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint,
                (SELECT MAX(oldest_program) FROM {InboxSchema.Name}.version), (SELECT MAX(version) FROM {InboxSchema.Name}.version)
            """, connection);
        renew.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Node });
        renew.Parameters.Add(new NpgsqlParameter<double> { TypedValue = Duration.TotalSeconds });
        int? node;
        await using (var row = await renew.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            await row.ReadAsync(cancellationToken).ConfigureAwait(false);
            node = row.IsDBNull(0) ? null : row.GetInt32(0);
            time.Set(row.GetInt64(1));
            if (row.GetInt32(2) > InboxSchema.Version)
            {
                throw new InboxException(
                    $"The schema of the inbox became version {row.GetInt32(3)}, with which programs before {row.GetInt32(2)} cannot work; this program knows {InboxSchema.Version}.");
            }
        }

        Volatile.Write(ref _node, node ?? await RegisterAsync(connection, cancellationToken).ConfigureAwait(false));
        Volatile.Write(ref _renewedAt, asked);
    }

    /// <summary>Gives the lease up.</summary>
    public void Release() => Volatile.Write(ref _node, 0);

    private static async Task<int> RegisterAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var register = new NpgsqlCommand($"""
            INSERT INTO {InboxSchema.Name}.node(name, version, expires_at)
            VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3)) RETURNING id
            """, connection);
        register.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{Environment.MachineName}:{Environment.ProcessId}" });
        register.Parameters.Add(new NpgsqlParameter<int> { TypedValue = InboxSchema.Version });
        register.Parameters.Add(new NpgsqlParameter<double> { TypedValue = Duration.TotalSeconds });
        return (int)(await register.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }
}
