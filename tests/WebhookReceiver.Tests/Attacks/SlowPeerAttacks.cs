using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Attacks;

/// <summary>Peers that do not send all that they began, or do not read what they are answered.</summary>
public sealed class SlowPeerAttacks(PipelineHost host) : IClassFixture<PipelineHost>
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Standstill = TimeSpan.FromSeconds(1);

    [Theory]
    [Trait("Attack", "A71")]
    [InlineData(true)]
    [InlineData(false)]
    public Task Body_ThatDoesNotArrive_IsRefusedAndTheConnectionClosed(bool isChunked) => host.AssertNothingHappensAsync(async () =>
    {
        await using var connection = await host.ConnectAsync();
        await connection.TryWriteAsync(AllButTheLastByte(isChunked));
        var answer = connection.ReadAsync();

        // Time that passes before the receiver has begun to wait does not count.
        while (!answer.IsCompleted)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(11));
            await Task.WhenAny(answer, Task.Delay(Turn, TimeProvider.System, TestContext.Current.CancellationToken));
        }

        PipelineAssertions.AssertProblem(host, await answer, 408, "WHR2018", RejectionReason.BodyTooSlow);
        Assert.True(await connection.IsClosedAsync());
    });

    [Theory]
    [Trait("Attack", "A72")]
    [InlineData(true)]
    [InlineData(false)]
    public Task Body_WhoseSenderEndsTheConnection_IsGivenUpAtOnce(bool isChunked) => host.AssertNothingHappensAsync(async () =>
    {
        await using var connection = await host.ConnectAsync();
        await connection.TryWriteAsync(AllButTheLastByte(isChunked));
        connection.EndSending();

        // Nobody waits for an answer any more; the clock stands still, so that it is no time limit that ends it.
        Assert.True(await connection.IsClosedAsync() || (await connection.ReadAsync()).Status == 400);
    });

    [Fact]
    [Trait("Attack", "A73")]
    public async Task Answers_ThatNobodyReads_StopTheirConnectionAloneAndUndoNothing()
    {
        const int Most = 32 * 1024 * 1024;
        var delivery = host.NewRequest();
        byte[] others = [.. Enumerable.Repeat((delivery with { Method = "GET", Body = [], Headers = [] }).ToBytes(), 1000).SelectMany(static bytes => bytes)];
        var sent = 0;
        await using (var connection = await host.ConnectAsync())
        {
            await connection.TryWriteAsync(delivery.ToBytes());
            var writing = connection.TryWriteAsync(others);
            while (sent < Most && await Task.WhenAny(writing, Task.Delay(Standstill, TimeProvider.System, TestContext.Current.CancellationToken)) == writing && await writing)
            {
                sent += others.Length;
                writing = connection.TryWriteAsync(others);
            }

            // What the kernel holds is a few MiB; had the server gone on to answer, all would be gone.
            Assert.InRange(sent, 0, Most / 2);
            await host.AssertAcceptedAsync(host.NewRequest());
        }

        // What was stored stays, though its answer has been read by nobody.
        var again = await host.SendAsync(delivery);
        Assert.Equal((200, "duplicate"), (again.Status, again.Json.GetProperty("status").GetString()));
    }

    private byte[] AllButTheLastByte(bool isChunked) => (host.NewRequest() with { IsChunked = isChunked }).ToBytes()[..^1];
}
