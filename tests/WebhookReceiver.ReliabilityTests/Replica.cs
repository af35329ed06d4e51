namespace WebhookReceiver.ReliabilityTests;

/// <summary>One of several receivers on one PostgreSQL: a place for a process, with a ledger of effects of its own that outlives it.</summary>
internal sealed class Replica(string connectionString, TimeSpan handlerDuration) : IAsyncDisposable
{
    private readonly DataDirectory _directory = new() { Server = connectionString };
    private HostProcess? _host;

    /// <summary>The process that runs now.</summary>
    public HostProcess Host => _host ?? throw new InvalidOperationException("It does not run.");

    public bool IsRunning => _host is { HasEnded: false };

    public string Effects => _directory.Effects;

    /// <summary>Starts a process in its place and waits until it is ready.</summary>
    public async Task StartAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _host = await HostProcess.StartAsync(_directory, new Dictionary<string, string> { ["HandlerDuration"] = handlerDuration.ToString() });
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _directory.Dispose();
    }
}
