using Npgsql;
using WebhookReceiver.Inbox;
using WebhookReceiver.PostgreSql.Schema;
using WebhookReceiver.PostgreSql.Writing;

namespace WebhookReceiver.PostgreSql.Nodes;

/// <summary>
/// What a process does for the inbox beside its own work: renews its lease, takes over from processes that have ended, and looks for work that runs by
/// its account and that it knows nothing of.
/// </summary>
internal sealed class NodeWorker : IAsyncDisposable
{
    /// <summary>How often. Several turns fit into the time for which a lease is safe.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>A turn that failed is tried again so soon, and one comes so soon when there is something to look at.</summary>
    private static readonly TimeSpan SoonInterval = TimeSpan.FromSeconds(1);

    /// <summary>How often to look when nothing speaks for it.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(60);

    /// <summary>How long to look at every turn when something does.</summary>
    private static readonly TimeSpan LookDuration = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A server that was away finds all leases run out. Nobody is taken for gone before everybody has had the time to come back.
    /// </summary>
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlDataSource? _preparing;
    private readonly NodeLease _lease;
    private readonly NodeSweeper _sweeper;
    private readonly HeldWork _held;
    private readonly Func<IReadOnlyCollection<CalledWork>> _called;
    private readonly HandlerNumbers _handlers;
    private readonly PostgreSqlInboxOptions _options;
    private readonly Action _onLost;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _expiry;
    private readonly Task _work;
    private readonly Dictionary<RunningWork, IReadOnlyCollection<long>> _unknown = [];
    private TaskCompletionSource _soon = NewSignal();
    private long _lookedAt;
    private long _uncertainAt;
    private long _heldSince;
    private bool _isLost;

    /// <param name="source">The database.</param>
    /// <param name="preparing">The same, for those who prepare their statements; <see langword="null"/> if nobody does.</param>
    /// <param name="lease">This process's lease; held already.</param>
    /// <param name="sweeper">Takes over.</param>
    /// <param name="held">What this process has in memory.</param>
    /// <param name="called">What its handlers have been called for and have not returned from.</param>
    /// <param name="handlers">Its handlers.</param>
    /// <param name="options">The store's options.</param>
    /// <param name="onLost">Called when the lease is not sure any more.</param>
    public NodeWorker(
        NpgsqlDataSource source, NpgsqlDataSource? preparing, NodeLease lease, NodeSweeper sweeper, HeldWork held, Func<IReadOnlyCollection<CalledWork>> called,
        HandlerNumbers handlers, PostgreSqlInboxOptions options, Action onLost)
    {
        (_source, _preparing, _lease, _sweeper, _held, _called, _handlers, _options, _onLost) = (source, preparing, lease, sweeper, held, called, handlers, options, onLost);
        _lookedAt = options.Clock.GetTimestamp();
        _uncertainAt = _lookedAt - (long)(LookDuration.TotalSeconds * options.Clock.TimestampFrequency);
        _heldSince = _lookedAt - (long)(SettleTime.TotalSeconds * options.Clock.TimestampFrequency);
        _expiry = options.Clock.CreateTimer(static state => ((NodeWorker)state!).CheckExpiry(), this, NodeLease.Safe, Timeout.InfiniteTimeSpan);
        _work = Task.Run(RunAsync);
    }

    /// <summary>Whether a newer program has changed the schema, so that this process must end.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Somebody does not know how a transaction ended: there may be work that nobody knows of.</summary>
    public void LookSoon()
    {
        Volatile.Write(ref _uncertainAt, _options.Clock.GetTimestamp());
        Volatile.Read(ref _soon).TrySetResult();
    }

    /// <summary>One turn.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var clock = _options.Clock;
        var node = _lease.Node;
        await _lease.RenewAsync(cancellationToken).ConfigureAwait(false);
        _expiry.Change(_lease.Left, Timeout.InfiniteTimeSpan);
        if (_lease.Node != node)
        {
            // What the old lease held is taken over by somebody, perhaps by us a moment later.
            Lose();
        }

        if (_isLost)
        {
            (_isLost, _heldSince) = (false, clock.GetTimestamp());
        }

        if (_preparing is not null)
        {
            await PoolerCheck.EnsureDirectAsync(_preparing, cancellationToken).ConfigureAwait(false);
        }

        await _handlers.SeenAsync(_source, cancellationToken).ConfigureAwait(false);
        if (clock.GetElapsedTime(_heldSince) >= SettleTime)
        {
            Report(await _sweeper.EndExpiredAsync(cancellationToken).ConfigureAwait(false));
        }

        if (clock.GetElapsedTime(Volatile.Read(ref _uncertainAt)) < LookDuration || clock.GetElapsedTime(_lookedAt) >= LookInterval)
        {
            Report(await _sweeper.EndOrphansAsync(cancellationToken).ConfigureAwait(false));
            await FreeForgottenAsync(cancellationToken).ConfigureAwait(false);
            _lookedAt = clock.GetTimestamp();
        }
    }

    /// <summary>Ends it, and the lease with it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
        await _expiry.DisposeAsync().ConfigureAwait(false);
        var node = _lease.Node;
        _lease.Release();
        _stopping.Dispose();
        try
        {
            using var limit = new CancellationTokenSource(StopTimeout);
            await _sweeper.EndAsync(node, _called(), limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is NpgsqlException or OperationCanceledException)
        {
            // Whoever sweeps next does it, when the lease has run out.
        }
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await UntilNextAsync().ConfigureAwait(false);
                await RunOnceAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (Exception) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (InboxException error)
            {
                HasFailed = true;
                _options.OnFailed(error);
                return;
            }
#pragma warning disable CA1031 // A server that is away for a while must not end this.
            catch (Exception error)
#pragma warning restore CA1031
            {
                LookSoon();
                _options.OnTurnFailed(error);
            }
        }
    }

    /// <summary>An interval, or less when something is to be looked at: but not at once, since it takes the server a moment to end what was cut off.</summary>
    private async Task UntilNextAsync()
    {
        var soon = Volatile.Read(ref _soon);
        await Task.WhenAny(Task.Delay(Interval, _options.Clock, _stopping.Token), soon.Task).ConfigureAwait(false);
        if (soon.Task.IsCompleted)
        {
            Volatile.Write(ref _soon, NewSignal());
            await Task.Delay(SoonInterval, _options.Clock, _stopping.Token).ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Report(RecoveredWork recovered)
    {
        if (recovered.Count > 0)
        {
            _options.OnTakenOver(recovered);
        }
    }

    private void CheckExpiry()
    {
        if (_lease.IsHeld)
        {
            // It was renewed while the timer was on its way.
            _expiry.Change(_lease.Left, Timeout.InfiniteTimeSpan);
        }
        else
        {
            Lose();
        }
    }

    private void Lose()
    {
        if (!_isLost)
        {
            _isLost = true;
            LookSoon();
            _onLost();
        }
    }

    /// <summary>
    /// Makes pending what runs by our account and is not here, once no transaction is under way any more that was so when it was seen first: none of
    /// them brought it, and a later one cannot have.
    /// </summary>
    private async Task FreeForgottenAsync(CancellationToken cancellationToken)
    {
        var running = await _sweeper.RunningAsync(_lease.Node, cancellationToken).ConfigureAwait(false);

        // In this order: a transaction that ends in between has added what it brought.
        var underWay = _held.UnderWay.ToHashSet();
        var unknown = running.Where(work => !_held.Contains(work)).ToHashSet();
        foreach (var known in _unknown.Keys.Where(work => !unknown.Contains(work)).ToArray())
        {
            _unknown.Remove(known);
        }

        var forgotten = new List<RunningWork>();
        foreach (var work in unknown)
        {
            if (!_unknown.TryGetValue(work, out var since))
            {
                _unknown[work] = underWay;
                LookSoon();
            }
            else if (!underWay.Overlaps(since))
            {
                forgotten.Add(work);
            }
        }

        if (forgotten.Count > 0)
        {
            await _sweeper.FreeAsync(forgotten, cancellationToken).ConfigureAwait(false);
        }
    }
}
