using Npgsql;

namespace WebhookReceiver.PostgreSql.Writing;

/// <summary>
/// Records which handlers are being called, so that whoever takes over knows what may have ended this process: while one transaction is in flight the
/// next calls gather. What has returned is gone from the record at the next call beside it.
/// </summary>
/// <remarks>Safe from any thread.</remarks>
internal sealed class StartRecorder(NpgsqlDataSource source, Func<int> node)
{
    /// <summary>How many slots share a row: it is written anew for each call, so it must stay small.</summary>
    private const int SlotsPerPart = 32;

    /// <summary>Only while the server takes this process for alive: one that stood still for long has lost its work, and hears of it here.</summary>
    private const string Record = """
        INSERT INTO webhook_receiver.called AS c (node, part, seqs, handlers, epochs, starts)
        SELECT n.id, $2, $3, $4, $5, $6 FROM webhook_receiver.node n WHERE n.id = $1 AND n.expires_at > clock_timestamp()
        ON CONFLICT (node, part) DO UPDATE SET seqs = excluded.seqs, handlers = excluded.handlers, epochs = excluded.epochs, starts = excluded.starts
        """;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, CalledWork> _called = [];
    private List<Start> _gathering = [];
    private bool _isRunning;

    /// <summary>What has been called and has not returned.</summary>
    public IReadOnlyCollection<CalledWork> Called
    {
        get
        {
            lock (_gate)
            {
                return [.. _called.Values];
            }
        }
    }

    /// <param name="work">The claim.</param>
    /// <param name="slot">Where its handler runs.</param>
    /// <param name="startedAt">In Unix milliseconds.</param>
    /// <returns>Whether the server still takes this process for alive.</returns>
    public Task<bool> RecordAsync(RunningWork work, int slot, long startedAt)
    {
        // Who waits goes on elsewhere: it calls a handler, and the next ones are waiting.
        var start = new Start(slot, new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        bool isFirst;
        lock (_gate)
        {
            _called[slot] = new CalledWork(work, startedAt);
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

    /// <summary>A handler is called whose start is recorded already.</summary>
    public void Note(RunningWork work, int slot, long startedAt)
    {
        lock (_gate)
        {
            _called[slot] = new CalledWork(work, startedAt);
        }
    }

    /// <summary>The handler in a slot has returned, or was not called after all.</summary>
    public void Return(int slot)
    {
        lock (_gate)
        {
            _called.Remove(slot);
        }
    }

    private async Task RunAsync()
    {
        while (true)
        {
            // Whoever is on the way already comes along.
            await Task.Yield();
            List<Start> starts;
            (int Part, CalledWork[] Called)[] parts;
            lock (_gate)
            {
                if (_gathering.Count == 0)
                {
                    _isRunning = false;
                    return;
                }

                (starts, _gathering) = (_gathering, []);
                parts = [.. starts.Select(static start => start.Slot / SlotsPerPart).Distinct().Select(part => (part, CalledIn(part)))];
            }

            await RecordAsync(starts, parts).ConfigureAwait(false);
        }
    }

    private CalledWork[] CalledIn(int part)
    {
        var called = new List<CalledWork>(SlotsPerPart);
        for (var slot = part * SlotsPerPart; slot < (part + 1) * SlotsPerPart; slot++)
        {
            if (_called.TryGetValue(slot, out var work))
            {
                called.Add(work);
            }
        }

        return [.. called];
    }

    private async Task RecordAsync(List<Start> starts, (int Part, CalledWork[] Called)[] parts)
    {
        try
        {
            var isAlive = await WriteAsync(parts).ConfigureAwait(false);
            foreach (var start in starts)
            {
                start.Done.SetResult(isAlive);
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

    private async Task<bool> WriteAsync((int Part, CalledWork[] Called)[] parts)
    {
        await using var connection = await source.OpenConnectionAsync().ConfigureAwait(false);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new NpgsqlBatchCommand("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE") } };
        var id = node();
        foreach (var (part, called) in parts)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Record)
            {
                Parameters =
                {
                    new NpgsqlParameter<int> { TypedValue = id }, new NpgsqlParameter<int> { TypedValue = part },
                    Each(called, static work => work.Work.Seq), Each(called, static work => work.Work.Handler),
                    Each(called, static work => work.Work.Epoch), Each(called, static work => work.StartedAt),
                },
            });
        }

        batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
        return batch.BatchCommands[1].RecordsAffected == 1;
    }

    private static NpgsqlParameter<T[]> Each<T>(CalledWork[] called, Converter<CalledWork, T> value) => new() { TypedValue = Array.ConvertAll(called, value) };

    private readonly record struct Start(int Slot, TaskCompletionSource<bool> Done);
}
