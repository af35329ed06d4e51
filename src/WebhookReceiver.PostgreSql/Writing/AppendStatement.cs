using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Npgsql;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.PostgreSql.Writing;

/// <summary>
/// Stores the events of several deliveries with their work in one statement. The unique key of <c>dedupe</c> decides which of them are new: it makes
/// a twin in another transaction wait for the first one, which ends as both do.
/// </summary>
internal sealed class AppendStatement
{
    /// <summary>
    /// From so many events on they are taken for new: to look what of them is known costs a quarter of storing them. Where one is known after all the server
    /// says so in its log, and the batch is made once more. A receiver that has little to do would not save anything by that.
    /// </summary>
    private const int WorthASurprise = 8;

    private static readonly int[] NoHandler = [0];

    private readonly List<InboxEvent> _events = [];
    private readonly List<long> _deliveries = [];
    private readonly List<int> _parts = [];
    private readonly List<Twin> _twins = [];
    private readonly List<int> _workIndexes = [], _workHandlers = [], _workStates = [];
    private readonly List<long?> _workDue = [], _workStarted = [];
    private readonly List<(AppendCommand Command, int Index)> _commands = [];
    private readonly Dictionary<(string Source, string EventId), int> _indexes = [];
    private long[] _tokens = [];
    private long[] _knownHashes = [];
    private int _deliveryCount;
    private bool _mayTakeAllForNew;

    /// <param name="mayTakeAllForNew">Whether it may fail where an event is known.</param>
    public AppendStatement(bool mayTakeAllForNew) => _mayTakeAllForNew = mayTakeAllForNew;

    public bool IsEmpty => _events.Count == 0;

    /// <summary>Whether it fails where an event is known.</summary>
    public bool TakesAllForNew => _mayTakeAllForNew && _events.Count >= WorthASurprise;

    /// <summary>Whether an event was known.</summary>
    public bool HasKnown { get; private set; }

    /// <summary>Adds a delivery. An event that stands in the statement already is its twin, and becomes what that one becomes.</summary>
    public void Add(AppendCommand command, DatabaseTime time)
    {
        var delivery = command.Delivery;
        _deliveryCount++;
        _mayTakeAllForNew &= delivery.Events.Length == 1;
        for (var part = 0; part < delivery.Events.Length; part++)
        {
            var e = delivery.Events[part];
            if (_indexes.TryGetValue((e.Source, e.EventId), out var first))
            {
                _twins.Add(new Twin(command, e, first));
                continue;
            }

            var index = _events.Count;
            _events.Add(e);
            _deliveries.Add(_deliveryCount);
            _parts.Add(part);
            _indexes.Add((e.Source, e.EventId), index);
            _commands.Add((command, index));
            AddWork(index, delivery, part, time.Of(e.ReceivedAt));
        }
    }

    public NpgsqlBatchCommand Command(int node, int lane)
    {
        _tokens = new long[_events.Count];
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(_tokens.AsSpan()));
        return new NpgsqlBatchCommand(TakesAllForNew ? AppendSql.InsertNew : AppendSql.Insert)
        {
            Parameters =
            {
                Values([.. _deliveries]), Values([.. _parts]), Each(static e => e.Source), Each(static e => e.EventId), Each(static e => e.Type),
                Each(static e => e.Timestamp?.ToUnixTimeMilliseconds()), Each(Received), Values(_tokens), Each(static e => e.SecretIndex),
                Each(static e => e.ContentType), Each(static e => StorableText.Of(e.Headers)), Each(static e => e.BodySha256),
                Each(static e => e.Data.Start), Each(static e => e.Data.Length), Each(static e => StorableText.Of(e.Data.FormField)),
                Each(static e => e.Body), Each(BodyHash), Each(static e => Received(e) + (long)e.DedupeWindow.TotalMilliseconds),
                Values([.. _workIndexes]), Values([.. _workHandlers]), Values([.. _workStates]), Values([.. _workDue]), Values([.. _workStarted]),
                new NpgsqlParameter<int> { TypedValue = node }, new NpgsqlParameter<int> { TypedValue = lane },
            },
        };
    }

    /// <summary>Reads which events are new.</summary>
    public async Task ReadAsync(NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        foreach (var e in _events)
        {
            e.IsDuplicate = true;
        }

        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var index = rows.GetInt32(0);
            var e = _events[index];
            (e.Seq, e.Token, e.IsDuplicate, e.IsBodyMismatch) = (rows.GetInt64(1), _tokens[index], false, false);
        }
    }

    /// <summary>
    /// Asks for the first ones of those that are known, once all is committed: the usual delivery is new, and costs no second question.
    /// </summary>
    public async Task FindKnownAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        _knownHashes = _events.ConvertAll(BodyHash).ToArray();
        var known = Enumerable.Range(0, _events.Count).Where(index => _events[index].IsDuplicate).ToArray();
        HasKnown = known.Length > 0;
        if (HasKnown)
        {
            var missing = new HashSet<int>(known);
            try
            {
                await FindAsync(connection, known, missing, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (error is NpgsqlException or OperationCanceledException)
            {
                // What is new is on disk, and is not to be taken back for this.
            }

            // No answer, or forgotten at this very moment because its time was up: the sender shall ask again.
            foreach (var (command, index) in _commands)
            {
                command.IsUncertain |= missing.Contains(index);
            }

            foreach (var twin in _twins)
            {
                twin.Command.IsUncertain |= missing.Contains(twin.First);
            }
        }

        foreach (var (_, twin, index) in _twins)
        {
            var first = _events[index];
            (twin.Seq, twin.Token, twin.IsDuplicate, twin.IsBodyMismatch) = (first.Seq, first.Token, true, BodyHash(twin) != _knownHashes[index]);
        }
    }

    /// <summary>Notes what is running now, before anybody is told of it.</summary>
    public void Hold(HeldWork held, int node)
    {
        for (var i = 0; i < _workIndexes.Count; i++)
        {
            if (_workStates[i] == (int)WorkState.Running && _events[_workIndexes[i]] is { IsDuplicate: false } e)
            {
                held.Add(e.Seq, _workHandlers[i], epoch: 1, node);
            }
        }
    }

    private async Task FindAsync(NpgsqlConnection connection, int[] known, HashSet<int> missing, CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand("""
            SELECT u.index, d.seq, d.token, d.body_hash FROM unnest($1, $2, $3) AS u(index, source, event_id)
            JOIN webhook_receiver.dedupe d ON d.source = u.source AND d.event_id = u.event_id
            """, connection);
        find.Parameters.Add(Values(known));
        find.Parameters.Add(Values(Array.ConvertAll(known, index => _events[index].Source)));
        find.Parameters.Add(Values(Array.ConvertAll(known, index => _events[index].EventId)));
        await using var rows = await find.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var index = rows.GetInt32(0);
            var e = _events[index];
            _knownHashes[index] = rows.GetInt64(3);
            (e.Seq, e.Token, e.IsBodyMismatch) = (rows.GetInt64(1), rows.GetInt64(2), _knownHashes[index] != BodyHash(e));
            missing.Remove(index);
        }
    }

    private void AddWork(int index, InboxDelivery delivery, int part, long due)
    {
        var (state, dueAt, startedAt) = delivery switch
        {
            { Handlers: var handlers } when handlers[part].Length == 0 => (WorkState.Parked, null, null),
            { StartsAtOnce: true } => (WorkState.Running, null, Received(_events[index])),
            { BornRunning: true } => (WorkState.Running, null, null),
            _ => (WorkState.Pending, (long?)due, (long?)null),
        };
        foreach (var handler in delivery.Handlers[part] is { Length: > 0 } called ? called : NoHandler)
        {
            _workIndexes.Add(index);
            _workHandlers.Add(handler);
            _workStates.Add((int)state);
            _workDue.Add(dueAt);
            _workStarted.Add(startedAt);
        }
    }

    private static long Received(InboxEvent e) => e.ReceivedAt.ToUnixTimeMilliseconds();

    private static long BodyHash(InboxEvent e) => BitConverter.ToInt64(e.BodySha256);

    private NpgsqlParameter<T[]> Each<T>(Converter<InboxEvent, T> value) => Values(_events.ConvertAll(value).ToArray());

    private static NpgsqlParameter<T[]> Values<T>(T[] values) => new() { TypedValue = values };

    private readonly record struct Twin(AppendCommand Command, InboxEvent Event, int First);
}
