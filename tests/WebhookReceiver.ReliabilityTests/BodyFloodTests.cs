using System.Net.Sockets;
using System.Text;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>Bodies without end, from many at once: what the receiver keeps of them is bounded by its limit and not by what is sent.</summary>
public sealed class BodyFloodTests(ITestOutputHelper output)
{
    private const int Connections = 32;
    private const long Mebibyte = 1024 * 1024;

    // Each would have this much taken, a gigabyte together, if the receiver read on. The limit of the source is one MiB.
    private const long MostFromEach = 32 * Mebibyte;
    private const long MostMemory = 256 * Mebibyte;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly byte[] Head = Encoding.ASCII.GetBytes(
        "POST /webhook HTTP/1.1\r\nHost: receiver.test\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");

    private static readonly byte[] Chunk = [.. "10000\r\n"u8, .. new byte[0x10000], .. "\r\n"u8];

    [Fact]
    [Trait("Attack", "A57")]
    public async Task Bodies_WithoutEndFromManyAtOnce_AreRefusedWithinBoundedMemory()
    {
        using var directory = new DataDirectory();
        await using var host = await HostProcess.StartAsync(directory);
        await FloodAsync(host.Webhook.Port);
        var before = host.PeakMemory();

        var answers = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => FloodAsync(host.Webhook.Port)));

        var grown = host.PeakMemory() - before;
        output.WriteLine($"{Connections} bodies without end: {grown / Mebibyte} MiB more at the peak");
        Assert.All(answers, static answer => Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal));
        Assert.InRange(grown, 0, MostMemory);

        using var client = new LoadClient(new Ledger());
        Assert.True(await client.SendAsync(host.Webhook, "after-the-flood"));
        await host.UntilDrainedAsync(Patience);
        Assert.Equal(1, await host.CountAsync("succeeded"));
        await host.TerminateAsync();
        Assert.Equal(ExitCodes.Success, await host.ExitAsync());
    }

    /// <summary>Sends until the receiver takes no more.</summary>
    /// <returns>The beginning of its answer.</returns>
    private static async Task<string> FloodAsync(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", port);
        var buffer = new byte[4096];
        var answer = socket.ReceiveAsync(buffer.AsMemory()).AsTask();
        try
        {
            await SendAsync(socket, Head);
            for (var sent = 0L; sent < MostFromEach; sent += Chunk.Length)
            {
                await SendAsync(socket, Chunk);
            }
        }
        catch (SocketException)
        {
            // It has closed the connection, which is what it should.
        }

        return Encoding.ASCII.GetString(buffer, 0, await answer.WaitAsync(Patience, TimeProvider.System));
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes).AsTask().WaitAsync(Patience, TimeProvider.System)..];
        }
    }
}
