using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OpenLoop;

/// <summary>One kept-alive connection with one request under way. It allocates nothing per request: a collection would be measured too.</summary>
internal sealed class Connection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly SocketAsyncEventArgs _receive = new();
    private readonly byte[] _request;
    private readonly byte[] _answer = new byte[8192];
    private readonly int _idAt;
    private readonly Action<Connection, long, bool> _answered;

    private int _received;
    private long _due;

    public Connection(IPEndPoint endpoint, byte[] head, byte[] body, Action<Connection, long, bool> answered)
    {
        _answered = answered;
        _idAt = head.Length;
        _request = [.. head, .. new byte[EventIds.Length], .. "\r\n\r\n"u8, .. body];
        _receive.Completed += (_, _) => OnReceived();
        _socket.Connect(endpoint);
    }

    public void Send(EventIds ids, long due)
    {
        ids.Write(_request.AsSpan(_idAt));
        (_due, _received) = (due, 0);
        var sent = _socket.Send(_request);
        if (sent != _request.Length)
        {
            throw new IOException($"{sent} of {_request.Length} bytes were sent.");
        }

        Receive();
    }

    public void Dispose()
    {
        _socket.Dispose();
        _receive.Dispose();
    }

    private void Receive()
    {
        do
        {
            _receive.SetBuffer(_answer, _received, _answer.Length - _received);
        }
        while (!_socket.ReceiveAsync(_receive) && !Complete());
    }

    private void OnReceived()
    {
        if (!Complete())
        {
            Receive();
        }
    }

    private bool Complete()
    {
        _received += _receive.BytesTransferred;
        if (_receive.SocketError != SocketError.Success || _receive.BytesTransferred == 0)
        {
            throw new IOException($"The connection broke: {_receive.SocketError}.");
        }

        var answer = _answer.AsSpan(0, _received);
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0 || _received < end + 4 + ContentLength(answer[..end]))
        {
            return false;
        }

        _answered(this, _due, answer.StartsWith("HTTP/1.1 200"u8));
        return true;
    }

    private static int ContentLength(ReadOnlySpan<byte> head)
    {
        var name = "\r\nContent-Length: "u8;
        var at = head.IndexOf(name);
        if (at < 0)
        {
            throw new IOException("An answer without Content-Length: " + Encoding.ASCII.GetString(head));
        }

        var value = head[(at + name.Length)..];
        var line = value.IndexOf((byte)'\r');
        return int.Parse(line < 0 ? value : value[..line], NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
