using Npgsql;
using WebhookReceiver.Inbox;
using WebhookReceiver.PostgreSql.Nodes;
using WebhookReceiver.PostgreSql.Retention;
using WebhookReceiver.PostgreSql.Schema;
using WebhookReceiver.PostgreSql.Writing;

namespace WebhookReceiver.PostgreSql;

/// <summary>The inbox on PostgreSQL: one database, any number of processes.</summary>
internal sealed class PostgreSqlInboxStore : IInboxStore
{
    private readonly PostgreSqlInboxOptions _options;
    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly NpgsqlDataSource _source;
    private readonly DatabaseTime _time;
    private readonly HeldWork _held = new();
    private readonly NodeLease _lease;
    private readonly OperatorChanges _changes;
    private readonly PostgreSqlInboxReader _reader;
    private readonly PurgeWalk _purge;
    private readonly Lock _gate = new();
    private NpgsqlDataSource? _busySource;
    private HandlerNumbers? _handlers;
    private WorkClaims? _claims;
    private StartRecorder? _starts;
    private InboxWriter? _writer;
    private NodeWorker? _worker;
    private Task? _closing;

    public PostgreSqlInboxStore(PostgreSqlInboxOptions options)
    {
        _options = options;
        if (!ConnectionSettings.TryRead(options.ConnectionString, out var settings))
        {
            throw new InboxException("The connection string of the inbox does not name a server and a database.");
        }

        Location = ConnectionSettings.Location(settings);
        _settings = settings;
        _source = ConnectionSettings.CreateSource(settings, ConnectionSettings.OtherConnections, prepares: false);
        _time = new DatabaseTime(options.Clock);
        _lease = new NodeLease(_source, _time, options.Clock);
        _changes = new OperatorChanges(_source, _time, () => _lease.Node);
        _purge = new PurgeWalk(_source, () => _lease.Node, options.Clock);
        _reader = new PostgreSqlInboxReader(_source);
    }

    public event Action? OwnershipLost;

    /// <summary>What it was made with.</summary>
    public PostgreSqlInboxOptions Options => _options;

    public string Location { get; }

    public bool HasFailed => _worker is { HasFailed: true };

    public bool IsOwner => _lease.IsHeld;

    /// <summary>The disk is the server's: one that is full refuses to write, which is answered 503.</summary>
    public InboxSpace? Space => null;

    public IInboxReader Reader => _reader;

    private InboxWriter Writer => _writer ?? throw new InvalidOperationException("The inbox is not open.");

    public async Task<RecoveredWork> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ServerCheck.CheckAsync(_source, cancellationToken).ConfigureAwait(false);
            var prepares = !await PoolerCheck.IsPooledAsync(_source, cancellationToken).ConfigureAwait(false);
            _busySource = ConnectionSettings.CreateSource(_settings, ConnectionSettings.BusyConnections, prepares);
            await new SchemaMigrator(_source, InboxSchema.Steps).MigrateAsync(cancellationToken).ConfigureAwait(false);
            _handlers = await HandlerNumbers.ReadAsync(_source, _options.Handlers, cancellationToken).ConfigureAwait(false);
            await _lease.RenewAsync(cancellationToken).ConfigureAwait(false);
            var sweeper = new NodeSweeper(_source, _time);
            var recovered = await sweeper.EndOrphansAsync(cancellationToken).ConfigureAwait(false);
            _claims = new WorkClaims(_busySource, _time, _held);
            _starts = new StartRecorder(_busySource, () => _lease.Node);
            _worker = new NodeWorker(_source, prepares ? _busySource : null, _lease, sweeper, _held, () => _starts.Called, _handlers, _options, () => OwnershipLost?.Invoke());
            _writer = new InboxWriter(_busySource, () => _lease.Node, _time, _options.Clock, _held, DistrustConnections, _options.BeforeCommit);
            return recovered;
        }
        catch (NpgsqlException error)
        {
            // Npgsql's messages name the host and the user, and never the password.
            throw new InboxException($"The inbox {Location} cannot be opened: {error.Message}", error);
        }
    }

    public int NumberOf(HandlerIdentity handler) => _handlers!.Of(handler);

    public ValueTask<AppendStatus> AppendAsync(InboxDelivery delivery)
    {
        try
        {
            var command = new AppendCommand(delivery);
            return Writer.TryAppend(command) ? new(command.Completion) : new(AppendStatus.Overloaded);
        }
        catch (ObjectDisposedException)
        {
            return new(AppendStatus.Failed);
        }
    }

    public async ValueTask<bool> StartAsync(WorkItem item, int slot, DateTimeOffset now)
    {
        var work = RunningWork.Of(item);
        if (!_lease.IsHeld || !_held.IsOf(work, _lease.Node))
        {
            return false;
        }

        if (item.StartsAtOnce && now - item.Event.ReceivedAt < NodeLease.Safe)
        {
            // It was recorded with the event. What has waited for long asks the server as all else does: a machine that stood still may have lost its lease, and
            // its monotonic clock may have stood still with it.
            _starts!.Note(work, slot, now.ToUnixTimeMilliseconds());
            return true;
        }

        try
        {
            if (await _starts!.RecordAsync(work, slot, now.ToUnixTimeMilliseconds()).ConfigureAwait(false))
            {
                return true;
            }

            _starts.Return(slot);
            return false;
        }
        catch (Exception error) when (error is NpgsqlException or ObjectDisposedException)
        {
            // The server is away for a moment. The claim is sure for as long as the lease is: what the handler does is worth more than the note.
            return _lease.IsHeld;
        }
    }

    public void Return(int slot) => _starts!.Return(slot);

    public void Complete(WorkCompletion completion, Action<WorkCompletion, CompletionStatus> recorded)
    {
        try
        {
            Writer.Change(new CompleteCommand(completion, recorded));
        }
        catch (InvalidOperationException)
        {
            // Closed, or closing: a handler that outlived the stop.
            recorded(completion, CompletionStatus.Failed);
        }
    }

    public async ValueTask<IReadOnlyList<WorkItem>> ClaimAsync(int limit, DateTimeOffset now)
    {
        if (!_lease.IsHeld)
        {
            return [];
        }

        try
        {
            return await _claims!.ClaimAsync(limit, now, _handlers!.Claimable, _lease.Node).ConfigureAwait(false);
        }
        catch (NpgsqlException)
        {
            // It may have claimed, and nobody heard of what.
            LookSoon();
            throw;
        }
    }

    public async ValueTask<ChangeStatus> ReplayAsync(long seq, IReadOnlyList<int> handlers, string reason, DateTimeOffset now) =>
        await _changes.ReplayAsync(seq, handlers, reason, now).ConfigureAwait(false);

    public async ValueTask AuditAsync(long seq, string action, string reason, DateTimeOffset now) =>
        await _changes.AuditAsync(seq, action, reason, now).ConfigureAwait(false);

    public async ValueTask<ChangeStatus> CancelAsync(long seq, string reason, DateTimeOffset now) =>
        await _changes.CancelAsync(seq, reason, now).ConfigureAwait(false);

    public async ValueTask<PurgeSlice> PurgeAsync(RetentionLimits limits) =>
        Writer.IsBusy ? new PurgeSlice(PurgeStatus.Busy) : await _purge.NextAsync(limits).ConfigureAwait(false);

    /// <remarks>All loops here run on the thread pool, and wait for the server without a thread: what can hang is the pool.</remarks>
    public async ValueTask PingAsync() => await Task.Run(static () => { }).ConfigureAwait(false);

    public async ValueTask ProbeAsync()
    {
        var probe = new ProbeCommand();
        Writer.Change(probe);
        await probe.Completion.ConfigureAwait(false);
    }

    /// <summary>A transaction ended nobody knows how: the connections of the others may be as dead as its own, and there may be work that nobody knows of.</summary>
    private void DistrustConnections()
    {
        _source.Clear();
        LookSoon();
    }

    /// <summary>Looks for forgotten work at the next turn.</summary>
    internal void LookSoon() => _worker!.LookSoon();

    /// <remarks>The inbox is closed when the host stops and once more with its services, perhaps at the same time: it is done once, and each waits for it.</remarks>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            return new(_closing ??= CloseAsync());
        }
    }

    private async Task CloseAsync()
    {
        if (_writer is not null)
        {
            await _writer.DisposeAsync().ConfigureAwait(false);
        }

        if (_worker is not null)
        {
            await _worker.DisposeAsync().ConfigureAwait(false);
        }

        _reader.Dispose();
        if (_busySource is not null)
        {
            await _busySource.DisposeAsync().ConfigureAwait(false);
        }

        await _source.DisposeAsync().ConfigureAwait(false);
    }
}
