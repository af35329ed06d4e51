using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace WebhookReceiver.PostgreSql.Tests.Support;

/// <summary>
/// Stands between a store and its server, and can hold back what one of them says to the other, or both, as a network does that has come apart: nothing is
/// refused, nobody is told, and what was held arrives when it is whole again.
/// </summary>
internal sealed class TestProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Socket> _sockets = [];
    private readonly TestProxyGate _requests = new();
    private readonly TestProxyGate _answers = new();
    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly Task _accepting;

    /// <param name="connectionString">Of the server; its host is an address.</param>
    public TestProxy(string connectionString)
    {
        _server = new NpgsqlConnectionStringBuilder(connectionString);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The way to the server that leads through here.</summary>
    public string ConnectionString =>
        new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.ConnectionString;

    /// <summary>Completed once an answer is held back.</summary>
    public Task AnswerHeld => _answers.Reached;

    /// <summary>From now on what is asked is done, as long as a connection is open to ask it by, and nobody hears of it.</summary>
    public void HoldAnswers() => _answers.Close();

    /// <summary>From now on nothing arrives, on either side.</summary>
    public void HoldEverything()
    {
        _requests.Close();
        _answers.Close();
    }

    /// <summary>Delivers what was held, and all else.</summary>
    public void Heal()
    {
        _requests.Open();
        _answers.Open();
    }

    /// <summary>Ends all connections, and with them what was held; new ones work.</summary>
    public void Cut()
    {
        lock (_sockets)
        {
            _sockets.ForEach(static socket => socket.Dispose());
            _sockets.Clear();
        }

        Heal();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = RelayAsync(await _listener.AcceptSocketAsync(_stopping.Token));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            lock (_sockets)
            {
                _sockets.AddRange([client, server]);
            }

            // It takes both directions to open a connection.
            await _requests.PassAsync();
            await _answers.PassAsync();
            await server.ConnectAsync(new IPEndPoint(IPAddress.Parse(_server.Host!), _server.Port));
            await Task.WhenAll(CopyAsync(client, server, _requests), CopyAsync(server, client, _answers));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Cut before it was open.
        }
        finally
        {
            lock (_sockets)
            {
                _sockets.Remove(client);
                _sockets.Remove(server);
            }

            client.Dispose();
        }
    }

    /// <summary>Until one of them ends it, of which the other hears as of all else: when the gate is open.</summary>
    private static async Task CopyAsync(Socket from, Socket to, TestProxyGate gate)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int count;
            do
            {
                count = await from.ReceiveAsync(buffer);
                await gate.PassAsync();
                if (count > 0)
                {
                    await to.SendAsync(buffer.AsMemory(0, count));
                }
            }
            while (count > 0);
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // One of them is gone, or all was cut: the other loop must not wait for ever.
            await gate.PassAsync();
            from.Dispose();
            to.Dispose();
        }
    }
}
