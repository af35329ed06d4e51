using System.Net;
using System.Net.Sockets;

namespace WebhookReceiver.Tests.Support;

/// <summary>
/// Ports for processes that will listen on them in a moment. Those that the system gives out by itself could be taken in between, by a connection or by the
/// next who asks.
/// </summary>
internal static class LoopbackPorts
{
    private const int First = 10_000;

    /// <summary>From here on systems take the ports of connections.</summary>
    private const int Beyond = 32_768;

    /// <summary>How far those who run beside this process begin from it.</summary>
    private const int Apart = 997;

    private static int _given = Environment.ProcessId * Apart;

    /// <summary>A port that nobody listens on, and that nobody else in this process is given before all have been. Safe from any thread.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _given) % (Beyond - First));
            if (IsFree(port))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
