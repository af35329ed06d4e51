using System.Net;
using System.Net.Sockets;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>
/// The way of one receiver to its server, which can be cut as a network is: nothing is refused and nothing ends, it does not arrive. What was on its
/// way when the cut is healed arrives then, as what TCP sends again does.
/// </summary>
internal sealed class NetworkPath : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Socket> _sockets = [];
    private readonly Gate _requests = new(), _answers = new();
    private readonly IPEndPoint _server;
    private readonly Task _accepting;

    public NetworkPath(string host, int port)
    {
        _server = new IPEndPoint(IPAddress.Parse(host), port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>On which the server seems to listen.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Lets nothing through from now on.</summary>
    /// <param name="onlyAnswers">What is asked arrives and is done, and nobody hears of it.</param>
    public void Cut(bool onlyAnswers)
    {
        _answers.Close();
        if (!onlyAnswers)
        {
            _requests.Close();
        }
    }

    public void Heal()
    {
        _requests.Open();
        _answers.Open();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        lock (_sockets)
        {
            _sockets.ForEach(static socket => socket.Dispose());
        }

        Heal();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                client.NoDelay = true;
                _ = CarryAsync(client);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task CarryAsync(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        lock (_sockets)
        {
            _sockets.AddRange([client, server]);
        }

        try
        {
            await _requests.Passage;
            await server.ConnectAsync(_server, _stopping.Token);
            await Task.WhenAll(CopyAsync(client, server, _requests), CopyAsync(server, client, _answers));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One of them is gone, and what it had sent has arrived.
        }

        lock (_sockets)
        {
            _sockets.Remove(client);
            _sockets.Remove(server);
        }

        client.Dispose();
        server.Dispose();
    }

    private static async Task CopyAsync(Socket from, Socket to, Gate gate)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReceiveAsync(buffer) is > 0 and var count)
        {
            await gate.Passage;
            await to.SendAsync(buffer.AsMemory(0, count));
        }

        await gate.Passage;
        to.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Open at first.</summary>
    private sealed class Gate
    {
        private readonly Lock _lock = new();
        private TaskCompletionSource _open = new();

        public Gate() => _open.SetResult();

        public Task Passage
        {
            get
            {
                lock (_lock)
                {
                    return _open.Task;
                }
            }
        }

        public void Close()
        {
            lock (_lock)
            {
                if (_open.Task.IsCompleted)
                {
                    _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }
        }

        public void Open()
        {
            lock (_lock)
            {
                _open.TrySetResult();
            }
        }
    }
}
