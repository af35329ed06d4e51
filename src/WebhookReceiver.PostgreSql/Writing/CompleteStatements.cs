using Npgsql;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.PostgreSql.Writing;

/// <summary>
/// Records how attempts ended, one statement for each way. Work that has succeeded leaves the open work; any other end stays there. A claim that is not
/// running in its epoch any more changes nothing.
/// </summary>
internal sealed class CompleteStatements
{
    // The table of transitions names its columns plainly: what is beside them here has other names.
    private static readonly string Succeed = $"""
        WITH ended AS (
            DELETE FROM webhook_receiver.work w USING unnest($1, $2, $3, $4, $5) AS c(of_seq, of_handler, of_epoch, began, finished)
            WHERE w.seq = c.of_seq AND w.handler = c.of_handler AND w.epoch = c.of_epoch AND {WorkTransitions.Succeed.Condition}
            RETURNING w.seq, w.handler, w.generation, w.attempt, w.epoch, c.began, c.finished),
        done AS (INSERT INTO webhook_receiver.work_done(seq, handler, generation, attempt, epoch, started_at, ended_at) SELECT * FROM ended),
        logged AS (
            INSERT INTO webhook_receiver.attempt(seq, handler, epoch, generation, number, started_at, ended_at, outcome)
            SELECT seq, handler, epoch, generation, attempt, began, finished, 0 FROM ended WHERE generation > 0 OR attempt > 1),
        counted AS (
            INSERT INTO webhook_receiver.ledger AS l (node, lane, events, open_work) SELECT $6, $7, 0, -(SELECT COUNT(*) FROM ended)
            ON CONFLICT (node, lane) DO UPDATE SET open_work = l.open_work + excluded.open_work)
        SELECT seq, handler, epoch FROM ended
        """;

    private static readonly Dictionary<WorkTransition, string> Ends =
        WorkTransitions.All.Where(static transition => transition.IsFenced && transition != WorkTransitions.Succeed).ToDictionary(static end => end, static end => $"""
            WITH ended AS (
                UPDATE webhook_receiver.work w SET {end.Assignments}, owner = NULL, due_at = c.due, started_at = c.began, ended_at = c.finished, error = c.text
                FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) AS c(of_seq, of_handler, of_epoch, due, began, finished, text, number, outcome)
                WHERE w.seq = c.of_seq AND w.handler = c.of_handler AND w.epoch = c.of_epoch AND {end.Condition}
                RETURNING w.seq, w.handler, w.epoch, w.generation, c.number, c.began, c.finished, c.outcome, c.text),
            logged AS (
                INSERT INTO webhook_receiver.attempt(seq, handler, epoch, generation, number, started_at, ended_at, outcome, error)
                SELECT seq, handler, epoch, generation, number, began, finished, outcome, text FROM ended WHERE outcome <> {(int)AttemptOutcome.Released})
            SELECT seq, handler, epoch FROM ended
            """);

    private readonly Dictionary<WorkTransition, List<CompleteCommand>> _commands = [];

    public bool IsEmpty => _commands.Count == 0;

    public void Add(CompleteCommand command)
    {
        var end = command.Completion.Outcome.Transition();
        if (!_commands.TryGetValue(end, out var commands))
        {
            _commands[end] = commands = [];
        }

        commands.Add(command);
    }

    public void AddTo(NpgsqlBatch batch, int node, int lane, DatabaseTime time)
    {
        foreach (var (end, commands) in _commands)
        {
            batch.BatchCommands.Add(end == WorkTransitions.Succeed ? SucceedCommand(commands, node, lane) : EndCommand(end, commands, time));
        }
    }

    /// <summary>Reads which of them were still running.</summary>
    public async Task ReadAsync(NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        foreach (var commands in _commands.Values)
        {
            var ended = new HashSet<RunningWork>(commands.Count);
            while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                ended.Add(new RunningWork(rows.GetInt64(0), rows.GetInt32(1), rows.GetInt32(2)));
            }

            foreach (var command in commands)
            {
                // One claim can end twice, when a stop releases what its handler finishes at the same moment: the first one counts.
                command.IsRecorded = ended.Remove(RunningWork.Of(command.Completion.Item));
            }

            await rows.NextResultAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Forgets what has ended here or belongs to somebody else by now.</summary>
    public void Drop(HeldWork held)
    {
        foreach (var command in _commands.Values.SelectMany(static commands => commands))
        {
            held.Remove(RunningWork.Of(command.Completion.Item));
        }
    }

    private static NpgsqlBatchCommand SucceedCommand(List<CompleteCommand> commands, int node, int lane)
    {
#pragma warning disable CA2100 // All of it is written in this program.
        return new NpgsqlBatchCommand(Succeed)
#pragma warning restore CA2100
        {
            Parameters =
            {
                Each(commands, static c => c.Item.Event.Seq), Each(commands, static c => c.Item.Handler), Each(commands, static c => c.Item.Epoch),
                Each(commands, static c => c.StartedAt.ToUnixTimeMilliseconds()), Each(commands, static c => c.EndedAt.ToUnixTimeMilliseconds()),
                new NpgsqlParameter<int> { TypedValue = node }, new NpgsqlParameter<int> { TypedValue = lane },
            },
        };
    }

    private static NpgsqlBatchCommand EndCommand(WorkTransition end, List<CompleteCommand> commands, DatabaseTime time)
    {
#pragma warning disable CA2100 // All of it is written in this program.
        return new NpgsqlBatchCommand(Ends[end])
#pragma warning restore CA2100
        {
            Parameters =
            {
                Each(commands, static c => c.Item.Event.Seq), Each(commands, static c => c.Item.Handler), Each(commands, static c => c.Item.Epoch),
                Each(commands, c => Due(c, end, time)),
                Each(commands, static c => c.StartedAt.ToUnixTimeMilliseconds()), Each(commands, static c => c.EndedAt.ToUnixTimeMilliseconds()),
                Each(commands, static c => StorableText.Of(c.Error)), Each(commands, static c => c.Item.Attempt), Each(commands, static c => (int)c.Outcome),
            },
        };
    }

    /// <summary>What goes back to pending is due at once.</summary>
    private static long? Due(WorkCompletion completion, WorkTransition end, DatabaseTime time) =>
        end.To == WorkState.Pending ? time.Of(completion.EndedAt) : completion.DueAt is { } due ? time.Of(due) : null;

    private static NpgsqlParameter<T[]> Each<T>(List<CompleteCommand> commands, Converter<WorkCompletion, T> value) =>
        new() { TypedValue = [.. commands.Select(command => value(command.Completion))] };
}
