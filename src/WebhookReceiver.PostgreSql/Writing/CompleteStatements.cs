using Npgsql;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.PostgreSql.Writing;

/// <summary>
/// Records how attempts ended. Work that has succeeded leaves the open work; any other end stays there. A claim that is not running in its epoch any
/// more changes nothing.
/// </summary>
internal sealed class CompleteStatements
{
    private const string Succeed = """
        WITH ended AS (
            DELETE FROM webhook_receiver.work w USING unnest($1, $2, $3, $4, $5) AS c(seq, handler, epoch, started_at, ended_at)
            WHERE w.seq = c.seq AND w.handler = c.handler AND w.state = 0 AND w.epoch = c.epoch
            RETURNING w.seq, w.handler, w.generation, w.attempt, w.epoch, c.started_at, c.ended_at),
        done AS (INSERT INTO webhook_receiver.work_done(seq, handler, generation, attempt, epoch, started_at, ended_at) SELECT * FROM ended),
        logged AS (
            INSERT INTO webhook_receiver.attempt(seq, handler, epoch, generation, number, started_at, ended_at, outcome)
            SELECT seq, handler, epoch, generation, attempt, started_at, ended_at, 0 FROM ended WHERE generation > 0 OR attempt > 1),
        counted AS (
            INSERT INTO webhook_receiver.ledger AS l (node, lane, events, open_work) SELECT $6, $7, 0, -(SELECT COUNT(*) FROM ended)
            ON CONFLICT (node, lane) DO UPDATE SET open_work = l.open_work + excluded.open_work)
        SELECT seq, handler, epoch FROM ended
        """;

    private const string End = """
        WITH ended AS (
            UPDATE webhook_receiver.work w SET state = c.state, attempt = w.attempt - c.uncounted, owner = NULL, due_at = c.due_at,
                started_at = c.started_at, ended_at = c.ended_at, error = c.error
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS c(seq, handler, epoch, state, uncounted, due_at, started_at, ended_at, error, number, outcome)
            WHERE w.seq = c.seq AND w.handler = c.handler AND w.state = 0 AND w.epoch = c.epoch
            RETURNING w.seq, w.handler, w.epoch, w.generation, c.number, c.started_at, c.ended_at, c.outcome, c.error),
        logged AS (
            INSERT INTO webhook_receiver.attempt(seq, handler, epoch, generation, number, started_at, ended_at, outcome, error)
            SELECT seq, handler, epoch, generation, number, started_at, ended_at, outcome, error FROM ended WHERE outcome <> $12)
        SELECT seq, handler, epoch FROM ended
        """;

    private readonly List<CompleteCommand> _succeeded = [], _ended = [];

    public bool IsEmpty => _succeeded.Count + _ended.Count == 0;

    public void Add(CompleteCommand command) => (command.Completion.Outcome == AttemptOutcome.Succeeded ? _succeeded : _ended).Add(command);

    public void AddTo(NpgsqlBatch batch, int node, int lane, DatabaseTime time)
    {
        if (_succeeded.Count > 0)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Succeed)
            {
                Parameters =
                {
                    Each(_succeeded, static c => c.Item.Event.Seq), Each(_succeeded, static c => c.Item.Handler), Each(_succeeded, static c => c.Item.Epoch),
                    Each(_succeeded, static c => c.StartedAt.ToUnixTimeMilliseconds()), Each(_succeeded, static c => c.EndedAt.ToUnixTimeMilliseconds()),
                    new NpgsqlParameter<int> { TypedValue = node }, new NpgsqlParameter<int> { TypedValue = lane },
                },
            });
        }

        if (_ended.Count > 0)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(End)
            {
                Parameters =
                {
                    Each(_ended, static c => c.Item.Event.Seq), Each(_ended, static c => c.Item.Handler), Each(_ended, static c => c.Item.Epoch),
                    Each(_ended, static c => (int)c.Outcome.Next()), Each(_ended, static c => c.Outcome.IsCounted() ? 0 : 1), Each(_ended, c => Due(c, time)),
                    Each(_ended, static c => c.StartedAt.ToUnixTimeMilliseconds()), Each(_ended, static c => c.EndedAt.ToUnixTimeMilliseconds()),
                    Each(_ended, static c => StorableText.Of(c.Error)), Each(_ended, static c => c.Item.Attempt), Each(_ended, static c => (int)c.Outcome),
                    new NpgsqlParameter<int> { TypedValue = (int)AttemptOutcome.Released },
                },
            });
        }
    }

    /// <summary>Reads which of them were still running.</summary>
    public async Task ReadAsync(NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        foreach (var commands in new[] { _succeeded, _ended }.Where(static commands => commands.Count > 0))
        {
            var ended = new HashSet<RunningWork>(commands.Count);
            while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                ended.Add(new RunningWork(rows.GetInt64(0), rows.GetInt32(1), rows.GetInt32(2)));
            }

            foreach (var command in commands)
            {
                // One claim can end twice, when a stop releases what its handler finishes at the same moment: the first one counts.
                command.IsRecorded = ended.Remove(Of(command.Completion.Item));
            }

            await rows.NextResultAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Forgets what has ended here or belongs to somebody else by now.</summary>
    public void Drop(HeldWork held)
    {
        foreach (var command in _succeeded.Concat(_ended))
        {
            held.Remove(command.Completion.Item);
        }
    }

    private static RunningWork Of(WorkItem item) => new(item.Event.Seq, item.Handler, item.Epoch);

    /// <summary>What goes back to pending is due at once.</summary>
    private static long? Due(WorkCompletion completion, DatabaseTime time) =>
        completion.Outcome.Next() == WorkState.Pending ? time.Of(completion.EndedAt) : completion.DueAt is { } due ? time.Of(due) : null;

    private static NpgsqlParameter<T[]> Each<T>(List<CompleteCommand> commands, Converter<WorkCompletion, T> value) =>
        new() { TypedValue = [.. commands.Select(command => value(command.Completion))] };
}
