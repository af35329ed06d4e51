using Npgsql;
using WebhookReceiver.PostgreSql.Schema;

namespace WebhookReceiver.PostgreSql.Writing;

/// <summary>Commands that one transaction makes, in one trip to the server and back.</summary>
internal sealed class WriteBatch
{
    // Whatever the statistics say of a table that was empty a moment ago: what is asked for by its key is looked up by its key.
    private const string Settings = $"SELECT {ServerCheck.FlushAtCommit}, set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)";

    private readonly AppendStatement _append;
    private readonly CompleteStatements _completions = new();

    /// <param name="commands">What it is to make.</param>
    /// <param name="time">The server's time.</param>
    /// <param name="mayTakeAllForNew">Whether it may fail where an event is known.</param>
    public WriteBatch(ReadOnlySpan<WriteCommand> commands, DatabaseTime time, bool mayTakeAllForNew)
    {
        _append = new AppendStatement(mayTakeAllForNew);
        foreach (var command in commands)
        {
            if (command is AppendCommand append)
            {
                _append.Add(append, time);
            }
            else if (command is CompleteCommand completion)
            {
                _completions.Add(completion);
            }
        }
    }

    /// <summary>Whether it fails where an event is known.</summary>
    public bool TakesAllForNew => _append.TakesAllForNew;

    /// <summary>Whether an event was known.</summary>
    public bool HasKnown => _append.HasKnown;

    /// <summary>Commits all of them, or none.</summary>
    public async Task CommitAsync(NpgsqlConnection connection, int node, int lane, DatabaseTime time, HeldWork held, CancellationToken cancellationToken)
    {
        var standby = new StandbyWait(connection);
        await using (var batch = new NpgsqlBatch(connection))
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"));
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Settings));
            if (!_append.IsEmpty)
            {
                batch.BatchCommands.Add(_append.Command(node, lane));
            }

            _completions.AddTo(batch, node, lane, time);
            if (_append.IsEmpty && _completions.IsEmpty)
            {
                // A probe: something that has to reach the disk.
                batch.BatchCommands.Add(new NpgsqlBatchCommand("UPDATE webhook_receiver.ledger SET events = events WHERE node = $1 AND lane = $2")
                {
                    Parameters = { new NpgsqlParameter<int> { TypedValue = node }, new NpgsqlParameter<int> { TypedValue = lane } },
                });
            }

            batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
            await using var rows = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await rows.NextResultAsync(cancellationToken).ConfigureAwait(false);
            if (!_append.IsEmpty)
            {
                await _append.ReadAsync(rows, cancellationToken).ConfigureAwait(false);
                await rows.NextResultAsync(cancellationToken).ConfigureAwait(false);
            }

            await _completions.ReadAsync(rows, cancellationToken).ConfigureAwait(false);
            while (await rows.NextResultAsync(cancellationToken).ConfigureAwait(false))
            {
                // To the end: what goes wrong in the commit is said there.
            }
        }

        standby.Check();
        _append.Hold(held, node);
        _completions.Drop(held);
        await _append.FindKnownAsync(connection, cancellationToken).ConfigureAwait(false);
    }
}
