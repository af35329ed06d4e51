using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WebhookReceiver.Tests.Support;

/// <summary>A connection of its own to a server on loopback.</summary>
internal sealed class WireConnection : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _unread = [];

    private WireConnection()
    {
    }

    /// <param name="port">The server's port.</param>
    /// <param name="from">The client's address; that of the server where there is none.</param>
    public static async Task<WireConnection> OpenAsync(int port, IPAddress? from = null)
    {
        var connection = new WireConnection();
        if (from is not null)
        {
            connection._socket.Bind(new IPEndPoint(from, 0));
        }

        await connection._socket.ConnectAsync(IPAddress.Loopback, port);
        return connection;
    }

    /// <summary>Sends a request and reads its answer, which may come before all of it is sent.</summary>
    public async Task<WireResponse> SendAsync(WireRequest request)
    {
        var writing = TryWriteAsync(request.ToBytes());
        var response = await ReadAsync(hasBody: request.Method != "HEAD");
        await writing;
        return response;
    }

    /// <summary>Sends bytes.</summary>
    /// <returns><see langword="false"/> if the server has closed the connection.</returns>
    public async Task<bool> TryWriteAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0)
            {
                bytes = bytes[await _socket.SendAsync(bytes).AsTask().WaitAsync(Patience, TimeProvider.System)..];
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Sends nothing more, and says so; answers can still be read.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Reads the next answer.</summary>
    public async Task<WireResponse> ReadAsync(bool hasBody = true)
    {
        int end;
        while ((end = _unread.AsSpan().IndexOf("\r\n\r\n"u8)) < 0)
        {
            Assert.True(await ReceiveAsync(), $"The connection was closed before an answer; there was '{Encoding.UTF8.GetString(_unread)}'.");
        }

        var lines = Encoding.UTF8.GetString(_unread, 0, end).Split("\r\n");
        KeyValuePair<string, string>[] headers = [.. lines.Skip(1).Select(static line => line.Split(": ", 2)).Select(static pair => KeyValuePair.Create(pair[0], pair[1]))];
        var response = new WireResponse(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), headers, []);
        var start = end + 4;
        var length = hasBody && response.Header("Content-Length") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
        while (_unread.Length < start + length)
        {
            Assert.True(await ReceiveAsync(), "The connection was closed within an answer.");
        }

        response = response with { Body = _unread[start..(start + length)] };
        _unread = _unread[(start + length)..];
        return response;
    }

    /// <summary>Reads until the server closes, and says whether it did so without another byte.</summary>
    public async Task<bool> IsClosedAsync()
    {
        try
        {
            return _unread.Length == 0 && !await ReceiveAsync();
        }
        catch (SocketException)
        {
            return true;
        }
    }

    /// <summary>Reads all until the server closes.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        while (await ReceiveAsync())
        {
        }

        return _unread;
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> ReceiveAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            var read = await _socket.ReceiveAsync(buffer.AsMemory()).AsTask().WaitAsync(Patience, TimeProvider.System);
            _unread = [.. _unread, .. buffer.AsSpan(0, read)];
            return read > 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
