namespace WebhookReceiver.PostgreSql.Tests.Support;

/// <summary>Lets one direction of a proxy pass, or holds it until it is opened.</summary>
internal sealed class TestProxyGate
{
    private volatile TaskCompletionSource? _closed;
    private TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completed once something is held since the gate was closed.</summary>
    public Task Reached => _reached.Task;

    public void Close()
    {
        _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Open()
    {
        var closed = _closed;
        _closed = null;
        closed?.SetResult();
    }

    public async Task PassAsync()
    {
        while (_closed is { } closed)
        {
            _reached.TrySetResult();
            await closed.Task;
        }
    }
}
