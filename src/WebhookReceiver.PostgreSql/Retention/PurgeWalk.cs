using Npgsql;
using WebhookReceiver.Inbox;
using static WebhookReceiver.PostgreSql.Retention.PurgeStatements;

namespace WebhookReceiver.PostgreSql.Retention;

/// <summary>
/// One walk through the inbox after another, slice by slice: what is past its time is found and removed in one transaction. Bodies are looked for by when their
/// events ended, since the walk before, so that those whose bodies are gone are not looked at again; a process that starts looks at all of them once.
/// </summary>
/// <remarks>
/// Several replicas may walk: their slices do not meet, and what the one has removed the other does not find. Not thread-safe: one caller at a time.
/// </remarks>
internal sealed class PurgeWalk(NpgsqlDataSource source, Func<int> node, TimeProvider clock)
{
    private const int MaxEvents = 1_000;

    /// <summary>How many numbers one query walks over.</summary>
    private const int SeqsPerQuery = 20_000;

    private RetentionLimits? _limits;
    private long _bodiesFrom;
    private long _after;
    private bool _isWalked;
    private bool _hasPassedOver;

    public async ValueTask<PurgeSlice> NextAsync(RetentionLimits limits)
    {
        if (_limits is null)
        {
            // A clock that was ahead must not hide what has ended since.
            _bodiesFrom = _bodiesFrom > limits.BodiesBefore.ToUnixTimeMilliseconds() ? 0 : _bodiesFrom;
            (_limits, _after, _isWalked, _hasPassedOver) = (limits, 0, false, false);
        }

        await using var connection = await source.OpenConnectionAsync().ConfigureAwait(false);
        if (!_isWalked)
        {
            var first = await ReadAsync(connection, [Command(Next, Value(_after))]).ConfigureAwait(false);
            if (first is [[long seq]])
            {
                return await WalkAsync(connection, seq, _limits).ConfigureAwait(false);
            }

            _isWalked = true;
        }

        return await RemoveRestAsync(connection, _limits).ConfigureAwait(false);
    }

    private async Task<PurgeSlice> WalkAsync(NpgsqlConnection connection, long first, RetentionLimits limits)
    {
        var (bodies, events) = (limits.BodiesBefore.ToUnixTimeMilliseconds(), limits.EventsBefore.ToUnixTimeMilliseconds());
        var last = first + SeqsPerQuery - 1;
        var past = await ReadAsync(
            connection, [Command(Find, Value(first), Value(last), Value(_bodiesFrom), Value(bodies), Value(events), Value(MaxEvents))]).ConfigureAwait(false);
        var whole = past.Where(static row => (bool)row[1]!).Select(static row => (long)row[0]!).ToArray();
        var rest = past.Where(static row => !(bool)row[1]!).Select(static row => (long)row[0]!).ToArray();
        var removed = past.Count == 0 ? (Bodies: 0, Events: 0) : await RemoveAsync(connection, rest, bodies, whole, events).ConfigureAwait(false);
        if (removed is { } done)
        {
            _after = past.Count == MaxEvents ? (long)past[^1][0]! : last;
            return new PurgeSlice(PurgeStatus.More, done.Bodies, done.Events);
        }

        return new PurgeSlice(PurgeStatus.Busy);
    }

    /// <returns>How many bodies and events are gone; <see langword="null"/> if another replica is at it.</returns>
    private async Task<(int Bodies, int Events)?> RemoveAsync(NpgsqlConnection connection, long[] bodies, long bodiesBefore, long[] events, long eventsBefore)
    {
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted).ConfigureAwait(false);
        if (await ReadAsync(connection, [Command(Settings), Command(TakeTurn)]).ConfigureAwait(false) is not [.., [true]])
        {
            return null;
        }

        var held = await ReadAsync(connection, [Command(Hold, Value<long[]>([.. bodies, .. events]))]).ConfigureAwait(false);
        var mine = held.Select(static row => (long)row[0]!).ToHashSet();
        _hasPassedOver |= mine.Count < bodies.Length + events.Length;
        await using var removeBodies = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                Command(RemoveBodies, Value<long[]>([.. bodies.Where(mine.Contains)]), Value(bodiesBefore), Value(clock.GetUtcNow().ToUnixTimeMilliseconds())),
            },
        };
        var bodiesGone = await removeBodies.ExecuteNonQueryAsync().ConfigureAwait(false);
        var eventsGone = await ReadAsync(connection, [Command(RemoveEvents, Value<long[]>([.. events.Where(mine.Contains)]), Value(eventsBefore), Value(node()))]).ConfigureAwait(false);
        await transaction.CommitAsync().ConfigureAwait(false);
        return (bodiesGone, (int)eventsGone[0][0]!);
    }

    /// <summary>What is not looked for by events: lines of the audit, and ids that are not known any more.</summary>
    private async Task<PurgeSlice> RemoveRestAsync(NpgsqlConnection connection, RetentionLimits limits)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                Command(Begin), Command(Settings), Command(RemoveAudit, Value(limits.AuditBefore.ToUnixTimeMilliseconds()), Value(MaxEvents)),
                Command(RemoveKnown, Value(clock.GetUtcNow().ToUnixTimeMilliseconds()), Value(MaxEvents)), Command("COMMIT"),
            },
        };
        await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
        if (batch.BatchCommands[2].RecordsAffected + batch.BatchCommands[3].RecordsAffected > 0)
        {
            return new PurgeSlice(PurgeStatus.More);
        }

        (_limits, _bodiesFrom) = (null, _hasPassedOver ? _bodiesFrom : limits.BodiesBefore.ToUnixTimeMilliseconds());
        return new PurgeSlice(PurgeStatus.Done);
    }

    private static async Task<List<object?[]>> ReadAsync(NpgsqlConnection connection, IReadOnlyList<NpgsqlBatchCommand> commands)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var command in commands)
        {
            batch.BatchCommands.Add(command);
        }

        var read = new List<object?[]>();
        await using var rows = await batch.ExecuteReaderAsync().ConfigureAwait(false);
        do
        {
            while (await rows.ReadAsync().ConfigureAwait(false))
            {
                var row = new object?[rows.FieldCount];
                for (var i = 0; i < row.Length; i++)
                {
                    row[i] = rows.IsDBNull(i) ? null : rows.GetValue(i);
                }

                read.Add(row);
            }
        }
        while (await rows.NextResultAsync().ConfigureAwait(false));

        return read;
    }
}
