using System.Net.Sockets;
using System.Text;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>Peers that take all the time that they are given, of every kind at once: none keeps its connection, and deliveries go on.</summary>
public sealed class SlowPeerTests(ITestOutputHelper output)
{
    private const int Connections = 100;
    private const string Head = "POST /webhook HTTP/1.1\r\nHost: receiver.test\r\nContent-Type: application/json\r\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    // The server looks at its clock once a second.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(4);

    [Fact]
    [Trait("Attack", "A70")]
    [Trait("Attack", "A71")]
    public async Task Peers_ThatAreSlowInEveryWay_AreGivenUpInTimeAndDeliveriesGoOn()
    {
        using var directory = new DataDirectory();
        await using var host = await HostProcess.StartAsync(directory, program: HostProcess.Container);
        var port = host.Webhook.Port;

        var headers = Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => DripAsync(port, "POST /webhook HTTP/1.1\r\nX-Note: ", "x", TimeSpan.FromSeconds(1))));
        var body = DripAsync(port, Head + "Content-Length: 100000\r\n\r\n", "x", TimeSpan.FromSeconds(0.5));
        var chunks = DripAsync(port, Head + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", TimeSpan.FromSeconds(0.5));
        var steadyBody = DripAsync(port, Head + "Content-Length: 100000\r\n\r\n", new string('x', 100), TimeSpan.FromSeconds(0.1));
        using var client = new LoadClient(new Ledger());
        Assert.True(await client.SendAsync(host.Webhook, "meanwhile"));

        Assert.All(await headers, static peer => AssertGivenUp(peer, "HTTP/1.1 408 ", 10));
        AssertGivenUp(await body, "HTTP/1.1 408 ", 5);
        AssertGivenUp(await chunks, "HTTP/1.1 408 ", 5);
        AssertGivenUp(await steadyBody, "HTTP/1.1 408 ", 10);
        output.WriteLine($"headers {(await headers).Max(static peer => peer.After)}, body {(await body).After}, chunks {(await chunks).After}, steady body {(await steadyBody).After}");
        Assert.True(await client.SendAsync(host.Webhook, "afterwards"));
        Assert.Equal(0, client.Refused);
        Assert.Equal(2, await host.CountAsync("parked")); // the container has no handler for them
        await host.TerminateAsync();
        Assert.Equal(ExitCodes.Success, await host.ExitAsync());
    }

    private static void AssertGivenUp((string Answer, TimeSpan After) peer, string answer, int seconds)
    {
        Assert.StartsWith(answer, peer.Answer, StringComparison.Ordinal);
        Assert.InRange(peer.After, TimeSpan.FromSeconds(seconds - 1), TimeSpan.FromSeconds(seconds) + Slack);
    }

    /// <summary>Sends a beginning, and then drops until the server closes.</summary>
    private static async Task<(string Answer, TimeSpan After)> DripAsync(int port, string beginning, string drop, TimeSpan pause)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var client = new TcpClient("127.0.0.1", port) { NoDelay = true };
        var stream = client.GetStream();
        using var reader = new StreamReader(stream);
        var closed = reader.ReadToEndAsync();
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(beginning));
            while (!closed.IsCompleted)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, "The server waits on.");
                await stream.WriteAsync(Encoding.ASCII.GetBytes(drop));
                await Task.WhenAny(closed, Task.Delay(pause, TimeProvider.System));
            }
        }
        catch (IOException)
        {
            // It has closed the connection, which is what it should.
        }

        return (await closed, TimeProvider.System.GetElapsedTime(started));
    }
}
