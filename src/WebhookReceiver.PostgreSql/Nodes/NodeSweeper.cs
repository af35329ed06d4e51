using Npgsql;
using WebhookReceiver.Inbox;
using WebhookReceiver.PostgreSql.Schema;
using WebhookReceiver.PostgreSql.Writing;

namespace WebhookReceiver.PostgreSql.Nodes;

/// <summary>
/// Takes over what nobody runs any more. Any replica may, at any time: rows that somebody else has locked are left for the next turn, and the epoch
/// rises, so that whoever still runs them has lost them. What a handler was called for is a suspect, and dead at the third time.
/// </summary>
internal sealed class NodeSweeper(NpgsqlDataSource source, DatabaseTime time)
{
    private const string Error = "The process was gone while the handler ran or was about to be called.";

    /// <summary>A sweeper that is held up in the middle must not hold up the others: the server ends its transaction.</summary>
    private const string Settings =
        $"SELECT {ServerCheck.FlushAtCommit}, set_config('lock_timeout', '5s', true), set_config('idle_in_transaction_session_timeout', '5s', true)";

    /// <summary>
    /// What the processes had called when they said so last, under names that the table of transitions does not use: what was to be called as soon as it was stored
    /// has its start in its own row, and all else in the rows of the process.
    /// </summary>
    private const string Called = """
        (SELECT c.node AS by_node, k.* FROM webhook_receiver.called c, unnest(c.seqs, c.handlers, c.epochs, c.starts) AS k(called_seq, called_handler, called_epoch, began)
        UNION ALL SELECT b.owner, b.seq, b.handler, b.epoch, b.started_at FROM webhook_receiver.work b WHERE b.state = 0 AND b.started_at IS NOT NULL)
        """;

    private const string IsCalled = "by_node = owner AND called_seq = seq AND called_handler = handler AND called_epoch = epoch";

    /// <summary>Work that somebody else has locked is left for the next turn, and so is what is known of it.</summary>
    private const string Forget = """
        DELETE FROM webhook_receiver.called WHERE node NOT IN (SELECT id FROM webhook_receiver.node)
            AND node NOT IN (SELECT owner FROM webhook_receiver.work WHERE state = 0 AND owner IS NOT NULL)
        """;

    private const string Nobodys = "owner NOT IN (SELECT id FROM webhook_receiver.node)";

    private const string EndExpired = """
        DELETE FROM webhook_receiver.node WHERE id IN (
            SELECT id FROM webhook_receiver.node WHERE expires_at < clock_timestamp() ORDER BY id FOR UPDATE SKIP LOCKED)
        """;

    private static readonly string Recover = $"""
        UPDATE webhook_receiver.work w SET {WorkTransitions.Recover.Assignments}, owner = NULL, due_at = $1
        FROM ({Lock($"NOT EXISTS (SELECT FROM {Called} k WHERE {IsCalled})", WorkTransitions.Recover)}) o WHERE w.seq = o.of_seq AND w.handler = o.of_handler
        """;

    private static readonly string Suspect = EndStarted(AttemptOutcome.Crashed, $"crash_count < {WorkTransitions.MaxCrashes - 1}");

    private static readonly string Condemn = EndStarted(AttemptOutcome.CrashSuspect, $"crash_count >= {WorkTransitions.MaxCrashes - 1}");

    /// <summary>What nodes that are gone have counted goes into the row of node 0.</summary>
    private const string Fold = """
        WITH gone AS (
            DELETE FROM webhook_receiver.ledger WHERE (node, lane) IN (
                SELECT node, lane FROM webhook_receiver.ledger
                WHERE node <> 0 AND node NOT IN (SELECT id FROM webhook_receiver.node)
                ORDER BY node, lane FOR UPDATE SKIP LOCKED)
            RETURNING events, open_work, purged)
        UPDATE webhook_receiver.ledger SET
            events = events + (SELECT COALESCE(SUM(g.events), 0) FROM gone g)::bigint,
            open_work = open_work + (SELECT COALESCE(SUM(g.open_work), 0) FROM gone g)::bigint,
            purged = purged + (SELECT COALESCE(SUM(g.purged), 0) FROM gone g)::bigint
        WHERE node = 0 AND EXISTS (SELECT FROM gone)
        """;

    /// <summary>Ends the nodes whose lease has run out, and takes over their work.</summary>
    public async Task<RecoveredWork> EndExpiredAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var find = new NpgsqlCommand("SELECT EXISTS (SELECT FROM webhook_receiver.node WHERE expires_at < clock_timestamp())", connection);
        return await find.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true
            ? await TakeOverAsync(connection, [new NpgsqlBatchCommand(EndExpired)], cancellationToken).ConfigureAwait(false)
            : RecoveredWork.None;
    }

    /// <summary>Ends one node at a clean stop.</summary>
    /// <param name="node">The node.</param>
    /// <param name="called">The work whose handlers have not returned.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public async Task EndAsync(int node, IReadOnlyCollection<CalledWork> called, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var forget = new NpgsqlBatchCommand("DELETE FROM webhook_receiver.called WHERE node = $1") { Parameters = { new NpgsqlParameter<int> { TypedValue = node } } };
        var forgetStored = new NpgsqlBatchCommand("UPDATE webhook_receiver.work SET started_at = NULL WHERE owner = $1 AND state = 0 AND started_at IS NOT NULL")
        {
            Parameters = { new NpgsqlParameter<int> { TypedValue = node } },
        };
        var remember = new NpgsqlBatchCommand("INSERT INTO webhook_receiver.called(node, part, seqs, handlers, epochs, starts) VALUES ($1, 0, $2, $3, $4, $5)")
        {
            Parameters = { new NpgsqlParameter<int> { TypedValue = node } },
        };
        Add(remember.Parameters, [.. called.Select(static c => c.Work)]);
        remember.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. called.Select(static c => c.StartedAt)] });
        var end = new NpgsqlBatchCommand("DELETE FROM webhook_receiver.node WHERE id = $1") { Parameters = { new NpgsqlParameter<int> { TypedValue = node } } };
        await TakeOverAsync(connection, [forget, forgetStored, remember, end], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes over what runs by the account of a node that is not there: somebody had it locked, or a process that was held up wrote it after its
    /// lease had run out.
    /// </summary>
    public async Task<RecoveredWork> EndOrphansAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await TakeOverAsync(connection, [], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What runs by the account of a node.</summary>
    public async Task<IReadOnlyList<RunningWork>> RunningAsync(int node, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var running = new NpgsqlCommand("SELECT seq, handler, epoch FROM webhook_receiver.work WHERE state = 0 AND owner = $1", connection);
        running.Parameters.Add(new NpgsqlParameter<int> { TypedValue = node });
        await using var rows = await running.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var work = new List<RunningWork>();
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            work.Add(new RunningWork(rows.GetInt64(0), rows.GetInt32(1), rows.GetInt32(2)));
        }

        return work;
    }

    /// <summary>Makes pending what still runs in its epoch, of which nobody knew.</summary>
    public async Task FreeAsync(IReadOnlyCollection<RunningWork> work, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var free = new NpgsqlCommand($"""
            UPDATE webhook_receiver.work w SET {WorkTransitions.Recover.Assignments}, owner = NULL, due_at = $1
            FROM unnest($2, $3, $4) AS f(of_seq, of_handler, of_epoch)
            WHERE w.seq = f.of_seq AND w.handler = f.of_handler AND w.epoch = f.of_epoch AND {WorkTransitions.Recover.Condition}
            """, connection);
        free.Parameters.Add(Now());
        Add(free.Parameters, work);
        await free.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<RecoveredWork> TakeOverAsync(
        NpgsqlConnection connection, IReadOnlyList<NpgsqlBatchCommand> first, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        Add("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
        Add(Settings);
        foreach (var command in first)
        {
            batch.BatchCommands.Add(command);
        }

        // Each statement sees what the one before it did: work whose node has just ended is nobody's.
        var recovered = Add(Recover, Now());
        Add(Suspect, Now());
        Add(Condemn, Now());
        Add(Forget);
        Add(Fold);
        Add("COMMIT");
        var crashed = new List<CrashedAttempt>();
        await using (var rows = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            // Past the settings: what follows with rows are the attempts that were cut off.
            while (await rows.NextResultAsync(cancellationToken).ConfigureAwait(false))
            {
                while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    crashed.Add(new CrashedAttempt(
                        rows.IsDBNull(1) ? "" : PublicId.Format(rows.GetInt64(0), rows.GetInt64(1)), rows.GetInt32(2), rows.GetInt32(3), (AttemptOutcome)rows.GetInt32(4)));
                }
            }
        }

        return new RecoveredWork((int)recovered.RecordsAffected, crashed);

        NpgsqlBatchCommand Add(string sql, NpgsqlParameter? parameter = null)
        {
#pragma warning disable CA2100 // All of it is written in this program.
            var command = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
            if (parameter is not null)
            {
                command.Parameters.Add(parameter);
            }

            batch.BatchCommands.Add(command);
            return command;
        }
    }

    private static string Lock(string condition, WorkTransition transition) => $"""
        SELECT seq AS of_seq, handler AS of_handler FROM webhook_receiver.work
        WHERE {transition.Condition} AND {condition} AND {Nobodys} ORDER BY seq, handler FOR UPDATE SKIP LOCKED
        """;

    private static string EndStarted(AttemptOutcome outcome, string condition)
    {
        var transition = outcome.Transition();
        return $"""
            WITH ended AS (
                UPDATE webhook_receiver.work w SET {transition.Assignments}, crash_count = crash_count + 1, owner = NULL,
                    due_at = {(transition.To == WorkState.Pending ? "$1" : "NULL::bigint")}, started_at = k.began, ended_at = $1, error = '{Error}'
                FROM ({Lock(condition, transition)}) o, {Called} k
                WHERE w.seq = o.of_seq AND w.handler = o.of_handler AND {IsCalled}
                RETURNING w.seq, w.handler, w.epoch - 1 AS epoch, w.generation, w.attempt, w.started_at, w.crash_count),
            logged AS (
                INSERT INTO webhook_receiver.attempt(seq, handler, epoch, generation, number, started_at, ended_at, outcome, error)
                SELECT seq, handler, epoch, generation, attempt, started_at, $1, {(int)outcome}, '{Error}' FROM ended)
            SELECT n.seq, e.token, n.handler, n.crash_count, {(int)outcome} FROM ended n LEFT JOIN webhook_receiver.event e ON e.seq = n.seq
            """;
    }

    private static void Add(NpgsqlParameterCollection parameters, IReadOnlyCollection<RunningWork> work)
    {
        parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. work.Select(static w => w.Seq)] });
        parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. work.Select(static w => w.Handler)] });
        parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. work.Select(static w => w.Epoch)] });
    }

    private NpgsqlParameter<long> Now() => new() { TypedValue = time.Now };
}
