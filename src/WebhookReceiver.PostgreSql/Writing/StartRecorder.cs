using Npgsql;

namespace WebhookReceiver.PostgreSql.Writing;

/// <summary>
/// Records which handlers are about to be called: while one transaction is in flight the next calls gather. It need not be flushed, since a server that
/// crashes takes no process of ours along, and whoever asks is one of its sessions, which sees it at once.
/// </summary>
internal sealed class StartRecorder(NpgsqlDataSource source)
{
    private const int MaxBatch = 256;

    private readonly Lock _gate = new();
    private List<Start> _gathering = [];
    private bool _isRunning;

    /// <returns>Whether the claim was still good.</returns>
    public Task<bool> RecordAsync(RunningWork work, long startedAt)
    {
        // Who waits goes on elsewhere: it calls a handler, and the next ones are waiting.
        var start = new Start(work, startedAt, new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        bool isFirst;
        lock (_gate)
        {
            _gathering.Add(start);
            isFirst = !_isRunning;
            _isRunning = true;
        }

        if (isFirst)
        {
            _ = RunAsync();
        }

        return start.Done.Task;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            List<Start> starts;
            lock (_gate)
            {
                if (_gathering.Count == 0)
                {
                    _isRunning = false;
                    return;
                }

                (starts, _gathering) = (_gathering, []);
            }

            foreach (var batch in starts.Chunk(MaxBatch))
            {
                await RecordAsync(batch).ConfigureAwait(false);
            }
        }
    }

    private async Task RecordAsync(Start[] starts)
    {
        try
        {
            var running = await WriteAsync(starts).ConfigureAwait(false);
            foreach (var start in starts)
            {
                start.Done.SetResult(running.Contains(start.Work));
            }
        }
#pragma warning disable CA1031 // Nobody may wait for ever.
        catch (Exception error)
#pragma warning restore CA1031
        {
            foreach (var start in starts)
            {
                start.Done.TrySetException(error);
            }
        }
    }

    private async Task<HashSet<RunningWork>> WriteAsync(Start[] starts)
    {
        await using var connection = await source.OpenConnectionAsync().ConfigureAwait(false);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"),
                new NpgsqlBatchCommand("SELECT set_config('synchronous_commit', 'off', true), set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"),
                new NpgsqlBatchCommand("""
                    UPDATE webhook_receiver.work w SET started_at = c.began FROM unnest($1, $2, $3, $4) AS c(of_seq, of_handler, of_epoch, began)
                    WHERE w.seq = c.of_seq AND w.handler = c.of_handler AND w.epoch = c.of_epoch AND w.state = 0
                    RETURNING w.seq, w.handler, w.epoch
                    """)
                {
                    Parameters =
                    {
                        Each(starts, static start => start.Work.Seq), Each(starts, static start => start.Work.Handler),
                        Each(starts, static start => start.Work.Epoch), Each(starts, static start => start.StartedAt),
                    },
                },
                new NpgsqlBatchCommand("COMMIT"),
            },
        };
        await using var rows = await batch.ExecuteReaderAsync().ConfigureAwait(false);
        await rows.NextResultAsync().ConfigureAwait(false);
        var running = new HashSet<RunningWork>(starts.Length);
        while (await rows.ReadAsync().ConfigureAwait(false))
        {
            running.Add(new RunningWork(rows.GetInt64(0), rows.GetInt32(1), rows.GetInt32(2)));
        }

        while (await rows.NextResultAsync().ConfigureAwait(false))
        {
            // To the end: what goes wrong in the commit is said there.
        }

        return running;
    }

    private static NpgsqlParameter<T[]> Each<T>(Start[] starts, Converter<Start, T> value) => new() { TypedValue = Array.ConvertAll(starts, value) };

    private sealed record Start(RunningWork Work, long StartedAt, TaskCompletionSource<bool> Done);
}
