using Npgsql;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.PostgreSql;

/// <summary>
/// The numbers of handlers, the same in every process. A process claims work of the handlers that it has itself. That of a handler which no process
/// has had for a while it claims too: then it becomes parked, as on the embedded inbox at once; until then a deployment may still be rolling.
/// </summary>
internal sealed class HandlerNumbers
{
    /// <summary>How long nobody may have had a handler before its work is nobody's.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private readonly Dictionary<HandlerIdentity, int> _numbers;
    private readonly int[] _own;
    private int[] _claimable;

    private HandlerNumbers(Dictionary<HandlerIdentity, int> numbers)
    {
        _numbers = numbers;
        _claimable = _own = [.. numbers.Values];
    }

    /// <summary>The handlers whose work this process may claim.</summary>
    public int[] Claimable => Volatile.Read(ref _claimable);

    public int Of(HandlerIdentity handler) => _numbers[handler];

    public static async Task<HandlerNumbers> ReadAsync(NpgsqlDataSource source, IReadOnlyList<HandlerIdentity> handlers, CancellationToken cancellationToken)
    {
        var numbers = new Dictionary<HandlerIdentity, int>();
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        foreach (var handler in handlers)
        {
            // One statement each and one after the other: replicas that start together must not wait for each other in a circle.
            await using var number = new NpgsqlCommand("""
                INSERT INTO webhook_receiver.handler(source, type, name) VALUES ($1, $2, $3)
                ON CONFLICT (source, type, name) DO UPDATE SET seen_at = clock_timestamp() RETURNING id
                """, connection);
            number.Parameters.Add(new NpgsqlParameter<string> { TypedValue = handler.Source });
            number.Parameters.Add(new NpgsqlParameter<string> { TypedValue = handler.Type });
            number.Parameters.Add(new NpgsqlParameter<string> { TypedValue = handler.Name });
            numbers[handler] = (int)(await number.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }

        return new HandlerNumbers(numbers);
    }

    /// <summary>Says that this process has its handlers, and looks for those that nobody has.</summary>
    public async Task SeenAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var seen = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("""
                    UPDATE webhook_receiver.handler SET seen_at = clock_timestamp() WHERE id IN (
                        SELECT id FROM webhook_receiver.handler WHERE id = ANY($1) AND seen_at < clock_timestamp() - interval '1 minute'
                        ORDER BY id FOR UPDATE SKIP LOCKED)
                    """) { Parameters = { new NpgsqlParameter<int[]> { TypedValue = _own } } },
                new NpgsqlBatchCommand("SELECT id FROM webhook_receiver.handler WHERE seen_at < clock_timestamp() - make_interval(secs => $1)")
                {
                    Parameters = { new NpgsqlParameter<double> { TypedValue = Patience.TotalSeconds } },
                },
            },
        };
        await using var rows = await seen.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var claimable = new List<int>(_own);
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            claimable.Add(rows.GetInt32(0));
        }

        Volatile.Write(ref _claimable, [.. claimable.Distinct()]);
    }
}
