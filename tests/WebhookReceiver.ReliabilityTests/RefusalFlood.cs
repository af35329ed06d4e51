using System.Net.Sockets;
using System.Text;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>Sends badly signed deliveries over many connections, as many as are answered. Its threads are its own, so that they do not stand in the way of those who measure.</summary>
internal sealed class RefusalFlood : IAsyncDisposable
{
    private const int Connections = 64;
    private const int BodyBytes = 1024;

    private static readonly byte[] Request = Encoding.ASCII.GetBytes(
        "POST /webhook HTTP/1.1\r\nHost: receiver.test\r\nContent-Type: application/json\r\nX-Event-Id: flood\r\n"
        + $"X-Signature-256: sha256={new string('0', 64)}\r\nContent-Length: {BodyBytes}\r\n\r\n" + new string(' ', BodyBytes));

    private readonly List<Socket> _sockets = [];
    private readonly List<Thread> _threads = [];
    private long _refused;
    private long _other;
    private bool _isOver;

    public RefusalFlood(Uri webhook)
    {
        for (var n = 0; n < Connections; n++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect(webhook.Host, webhook.Port);
            _sockets.Add(socket);
            _threads.Add(new Thread(() => Send(socket)) { IsBackground = true });
        }

        _threads.ForEach(static thread => thread.Start());
    }

    /// <summary>How many were answered 401.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>How many were answered in any other way, or not at all.</summary>
    public long Other => Interlocked.Read(ref _other);

    public ValueTask DisposeAsync()
    {
        Volatile.Write(ref _isOver, true);
        _sockets.ForEach(static socket => socket.Dispose());
        _threads.ForEach(static thread => thread.Join());
        return ValueTask.CompletedTask;
    }

    private void Send(Socket socket)
    {
        var answer = new byte[4096];
        try
        {
            while (!Volatile.Read(ref _isOver))
            {
                socket.Send(Request);
                var length = socket.Receive(answer);
                Interlocked.Increment(ref answer.AsSpan(0, length).StartsWith("HTTP/1.1 401 "u8) ? ref _refused : ref _other);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            Interlocked.Add(ref _other, Volatile.Read(ref _isOver) ? 0 : 1);
        }
    }
}
