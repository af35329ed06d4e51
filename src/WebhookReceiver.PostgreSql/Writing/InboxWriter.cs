using System.Runtime.InteropServices;
using Npgsql;

namespace WebhookReceiver.PostgreSql.Writing;

/// <summary>
/// Commits in natural batches: while a commit is in flight the next batch gathers, and is taken all at once. Only where much has gathered does
/// another connection take it meanwhile. What nobody waits for (the ends of attempts) waits for company, a few milliseconds at most.
/// </summary>
/// <remarks>
/// A row that fails does not fail its neighbours. A transaction of which we do not know how it ended fails all of its commands; what it did, if it
/// did, is found by its owner's next look (see <see cref="HeldWork"/>) and by the sender's next try, which is known then.
/// </remarks>
internal sealed class InboxWriter : IAsyncDisposable
{
    public const int MaxBatchCommands = 256;
    public const long MaxBatchBytes = 1024 * 1024;
    public const int MaxWaiting = 4096;
    public const long MaxWaitingBytes = 32 * 1024 * 1024;

    /// <summary>How many transactions are in flight at once, at most.</summary>
    public const int Lanes = 2;

    /// <summary>
    /// Beside a transaction in flight another one begins only with so much: each of them costs the server and us as much as a dozen events, and what
    /// has gathered when the first one returns is one transaction and not two.
    /// </summary>
    private const int WorthALane = MaxBatchCommands / 4;

    /// <summary>Nothing waits longer for company, or behind a transaction that is held up: by the disk, or by another one that has the same event.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(5);

    /// <summary>After a known event no batch is taken for new for so long: they come in groups.</summary>
    private static readonly TimeSpan KnownAreRare = TimeSpan.FromMinutes(1);

    private const int MaxLazy = 128;

    /// <summary>How many waiters go on one after another on one thread: a change of threads for each would cost more than most of them do.</summary>
    private const int WaitersPerThread = 8;

    private readonly NpgsqlDataSource _source;
    private readonly Func<int> _node;
    private readonly DatabaseTime _time;
    private readonly TimeProvider _clock;
    private readonly HeldWork _held;
    private readonly Func<Task>? _beforeCommit;
    private readonly Action _onUncertain;
    private readonly Lock _gate = new();
    private readonly Stack<TaskCompletionSource> _idle = new();
    private readonly Timer _overdue;
    private readonly Task[] _lanes;

    private List<WriteCommand> _gathering = [];
    private int _inFlight;
    private int _urgent;
    private int _waiting;
    private long _waitingBytes;
    private long _knownAt = long.MinValue;
    private bool _isOverdue;
    private bool _stopping;

    /// <param name="source">The database.</param>
    /// <param name="node">The number of this process.</param>
    /// <param name="time">The server's time.</param>
    /// <param name="clock">This process's time.</param>
    /// <param name="held">What this process has in memory.</param>
    /// <param name="onUncertain">Called when nobody knows how a transaction ended.</param>
    /// <param name="beforeCommit">For tests.</param>
    public InboxWriter(
        NpgsqlDataSource source, Func<int> node, DatabaseTime time, TimeProvider clock, HeldWork held, Action onUncertain, Func<Task>? beforeCommit)
    {
        (_source, _node, _time, _clock, _held, _onUncertain, _beforeCommit) = (source, node, time, clock, held, onUncertain, beforeCommit);

        // The machine's time, in tests too: it only says how long something waits for company.
        _overdue = new Timer(static state => ((InboxWriter)state!).WaitIsOver(), this, Timeout.Infinite, Timeout.Infinite);
        _lanes = [.. Enumerable.Range(1, Lanes).Select(lane => Task.Run(() => RunAsync(lane)))];
    }

    /// <summary>Whether more is waiting than the next batches take at once, so that what can wait should.</summary>
    public bool IsBusy => Volatile.Read(ref _waiting) >= MaxBatchCommands / 4;

    /// <summary>Hands over a delivery, unless too much is waiting.</summary>
    public bool TryAppend(AppendCommand command)
    {
        TaskCompletionSource? woken;
        lock (_gate)
        {
            // One delivery is always taken, however large: its size was bounded when it was read.
            if (_waiting > 0 && (_waiting >= MaxWaiting || _waitingBytes + command.Size > MaxWaitingBytes))
            {
                return false;
            }

            woken = Gather(command);
        }

        woken?.SetResult();
        return true;
    }

    /// <summary>Hands over any other change; these are bounded by what was accepted before.</summary>
    public void Change(WriteCommand command)
    {
        TaskCompletionSource? woken;
        lock (_gate)
        {
            woken = Gather(command);
        }

        woken?.SetResult();
    }

    /// <summary>Writes what is waiting, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        TaskCompletionSource[] idle;
        lock (_gate)
        {
            _stopping = true;
            idle = [.. _idle];
            _idle.Clear();
        }

        foreach (var lane in idle)
        {
            lane.SetResult();
        }

        await Task.WhenAll(_lanes).ConfigureAwait(false);
        await _overdue.DisposeAsync().ConfigureAwait(false);
    }

    /// <returns>A lane to wake.</returns>
    private TaskCompletionSource? Gather(WriteCommand command)
    {
        ObjectDisposedException.ThrowIf(_stopping, this);
        _gathering.Add(command);
        _urgent += command.IsUrgent ? 1 : 0;
        _waiting++;
        _waitingBytes += command.Size;
        if (_gathering.Count == 1)
        {
            _overdue.Change(LongestWait, Timeout.InfiniteTimeSpan);
        }

        return MayTake && _idle.TryPop(out var lane) ? lane : null;
    }

    private bool MayTake => IsDue && (_inFlight == 0 || _isOverdue || _gathering.Count >= WorthALane);

    private bool IsDue => _gathering.Count > 0 && (_urgent > 0 || _isOverdue || _gathering.Count >= MaxLazy || _stopping);

    private void WaitIsOver()
    {
        TaskCompletionSource? woken = null;
        lock (_gate)
        {
            _isOverdue = _gathering.Count > 0;
            if (MayTake)
            {
                _idle.TryPop(out woken);
            }
        }

        woken?.SetResult();
    }

    private async Task RunAsync(int lane)
    {
        while (await TakeAsync().ConfigureAwait(false) is { } commands)
        {
            for (var from = 0; from < commands.Count;)
            {
                var count = BatchLength(commands, from);
                await WriteAsync([.. CollectionsMarshal.AsSpan(commands).Slice(from, count)], lane).ConfigureAwait(false);
                from += count;
            }

            lock (_gate)
            {
                _inFlight--;
                _waiting -= commands.Count;
                _waitingBytes -= commands.Sum(static command => command.Size);
            }
        }
    }

    private async Task<List<WriteCommand>?> TakeAsync()
    {
        while (true)
        {
            TaskCompletionSource woken;

            // Whoever is on the way already comes along.
            await Task.Yield();
            lock (_gate)
            {
                if (MayTake)
                {
                    _inFlight++;
                    var taken = _gathering;
                    (_gathering, _urgent, _isOverdue) = ([], 0, false);
                    return taken;
                }

                if (_stopping)
                {
                    return null;
                }

                woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _idle.Push(woken);
            }

            await woken.Task.ConfigureAwait(false);
        }
    }

    private static int BatchLength(List<WriteCommand> commands, int from)
    {
        var (count, bytes) = (0, 0L);
        while (from + count < commands.Count && count < MaxBatchCommands && (count == 0 || bytes + commands[from + count].Size <= MaxBatchBytes))
        {
            bytes += commands[from + count].Size;
            count++;
        }

        return count;
    }

    private async Task WriteAsync(WriteCommand[] commands, int lane)
    {
        var takesAllForNew = false;
        try
        {
            var batch = new WriteBatch(commands, _time, KnownIsLongAgo);
            takesAllForNew = batch.TakesAllForNew;
            await CommitAsync(batch, lane).ConfigureAwait(false);
            if (batch.HasKnown)
            {
                MeetKnown();
            }
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.UniqueViolation && takesAllForNew)
        {
            MeetKnown();
            await WriteAsync(commands, lane).ConfigureAwait(false);
            return;
        }
        catch (Exception error) when (ConcernsARow(error) && commands.Length > 1)
        {
            foreach (var command in commands)
            {
                await WriteAsync([command], lane).ConfigureAwait(false);
            }

            return;
        }
#pragma warning disable CA1031 // Whatever it was: nobody may wait for ever, and the next batch may find a server that is well.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (!ConcernsARow(error))
            {
                _onUncertain();
                ForgetStandby(error);
            }

            Tell(commands, command => command.Fail(error));
            return;
        }

        Tell(commands, static command => command.Succeed());
    }

    private bool KnownIsLongAgo => Volatile.Read(ref _knownAt) is var at && (at == long.MinValue || _clock.GetElapsedTime(at) >= KnownAreRare);

    private void MeetKnown() => Volatile.Write(ref _knownAt, _clock.GetTimestamp());

    private async Task CommitAsync(WriteBatch batch, int lane)
    {
        using var transaction = _held.Begin();
        if (_beforeCommit is not null)
        {
            await _beforeCommit().ConfigureAwait(false);
        }

        await using var connection = await _source.OpenConnectionAsync().ConfigureAwait(false);
        await batch.CommitAsync(connection, _node(), lane, _time, _held, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>After a failover the old server may still answer, as one that cannot be written.</summary>
    private void ForgetStandby(Exception error)
    {
        if (error is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction })
        {
            _source.Clear();
        }
    }

    /// <summary>Whether the server refused what one of the commands said: then each of them is tried alone.</summary>
    private static bool ConcernsARow(Exception error) => error is PostgresException { SqlState: var state }
        ? state is { Length: 5 } && state[..2] is "21" or "22" or "23" or "40" or "54"
        : error is not NpgsqlException and (ArgumentException or InvalidCastException or FormatException);

    /// <summary>Those for whom nobody waits are told here, and last.</summary>
    private static void Tell(WriteCommand[] commands, Action<WriteCommand> tell)
    {
        foreach (var waiters in commands.Where(static command => command.IsUrgent).Chunk(WaitersPerThread))
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static told =>
                {
                    foreach (var command in told.waiters)
                    {
                        told.tell(command);
                    }
                },
                (waiters, tell), preferLocal: false);
        }

        foreach (var command in commands)
        {
            if (!command.IsUrgent)
            {
                tell(command);
            }
        }
    }
}
