using System.Net;
using System.Net.Sockets;
using WebhookReceiver.Fuzz.Cases;

namespace WebhookReceiver.Fuzz.Wire;

/// <summary>A connection to the receiver, opened anew when it was closed.</summary>
internal sealed class FuzzConnection(int port, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // A whole request is answered within that, usually; others wait for the rest, which does not come.
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromMilliseconds(100);

    private readonly AnswerReader _answers = new();
    private Socket? _socket;

    /// <summary>Sends requests one behind the other without waiting, in packets that end anywhere, and reads the answer to each.</summary>
    /// <returns>The answers; fewer than requests where the connection was closed.</returns>
    /// <exception cref="FormatException">What arrived is no answer.</exception>
    /// <exception cref="TimeoutException">Nothing arrived any more.</exception>
    public async Task<IReadOnlyList<WireAnswer>> SendAsync(ReadOnlyMemory<byte> bytes, IReadOnlyList<FuzzCase> cases, int[] splits)
    {
        _socket ??= await ConnectAsync();
        var answers = new List<WireAnswer>(cases.Count);
        Task sending = SendPiecesAsync(_socket, bytes, splits);
        while (answers.Count < cases.Count && await ReceiveAsync(_socket))
        {
            while (answers.Count < cases.Count && _answers.TryTake(isToHead: false) is { } answer)
            {
                answers.Add(answer);
            }
        }

        bool isClosed = answers.Count < cases.Count || answers[^1].Header("Connection") == "close";
        await WithinAsync(sending);
        if (_answers.HasRest)
        {
            throw new FormatException($"More than was asked for: {_answers.Rest}");
        }

        if (isClosed)
        {
            Close();
        }

        return answers;
    }

    /// <summary>Sends a request on a connection of its own, ends it as it says, and reads what comes until the receiver closes it.</summary>
    public async Task<IReadOnlyList<WireAnswer>> SendAloneAsync(FuzzCase request, int[] splits)
    {
        Close();
        _socket = await ConnectAsync();
        try
        {
            Task sending = SendPiecesAsync(_socket, request.Bytes, splits);
            var answers = new List<WireAnswer>();
            if (request.Ending == FuzzEnding.Abort)
            {
                await WithinAsync(sending);
                _socket.LingerState = new LingerOption(true, 0);
                return answers;
            }

            var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            sending = HalfCloseAsync(sending, _socket, answered.Task);
            while (await ReceiveAsync(_socket))
            {
                while (_answers.TryTake(request.IsHead && answers.Count == 0) is { } answer)
                {
                    answers.Add(answer);
                    answered.TrySetResult();
                }
            }

            answered.TrySetResult();

            await WithinAsync(sending);
            return _answers.HasRest ? throw new FormatException($"Half an answer: {_answers.Rest}") : answers;
        }
        finally
        {
            Close();
        }
    }

    public void Dispose() => Close();

    private void Close()
    {
        _socket?.Dispose();
        _socket = null;
        _answers.Clear();
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await WithinAsync(socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port)));
        return socket;
    }

    private static async Task SendPiecesAsync(Socket socket, ReadOnlyMemory<byte> bytes, int[] splits)
    {
        try
        {
            int start = 0;
            foreach (int end in splits.Append(bytes.Length))
            {
                for (; start < end; start += await socket.SendAsync(bytes[start..end]))
                {
                }
            }
        }
        catch (SocketException)
        {
            // It was closed by the receiver, whose answer says why.
        }
    }

    /// <summary>To the server, a client that sends no more has gone: so not before the answer, if one comes.</summary>
    private async Task HalfCloseAsync(Task sending, Socket socket, Task answered)
    {
        await sending;
        await Task.WhenAny(answered, Task.Delay(AnswerPatience, clock));
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It was closed by the receiver before.
        }
    }

    /// <returns>Whether there was something.</returns>
    private async ValueTask<bool> ReceiveAsync(Socket socket)
    {
        try
        {
            ValueTask<int> receiving = socket.ReceiveAsync(_answers.Room);
            int count = receiving.IsCompleted ? await receiving : await receiving.AsTask().WaitAsync(Patience, clock);
            _answers.Arrived(count);
            return count > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private Task WithinAsync(Task task) => task.IsCompleted ? task : task.WaitAsync(Patience, clock);
}
