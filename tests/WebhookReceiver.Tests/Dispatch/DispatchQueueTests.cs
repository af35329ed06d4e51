using System.Globalization;

namespace WebhookReceiver.Tests.Dispatch;

/// <summary>What is stored as called at once: no more than what idle slots soon take.</summary>
public sealed class DispatchQueueTests
{
    [Fact]
    public async Task Expect_SlotsAreIdle_IsTwiceAsManyAsThese()
    {
        await using var receiver = await StartAsync(2, static _ => Task.CompletedTask);

        Assert.False(receiver.Dispatcher.TryExpect(5));
        Assert.True(receiver.Dispatcher.TryExpect(3));
        Assert.True(receiver.Dispatcher.TryExpect(1));
        Assert.False(receiver.Dispatcher.TryExpect(1));
    }

    [Fact]
    public async Task Expect_EverySlotIsBusy_IsNothing()
    {
        var (called, mayEnd) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var receiver = await StartAsync(1, _ =>
        {
            called.SetResult();
            return mayEnd.Task;
        });
        await receiver.SendAsync();
        await called.Task;

        Assert.False(receiver.Dispatcher.TryExpect(1));

        mayEnd.SetResult();
        await receiver.NextAsync();
    }

    [Fact]
    public async Task Expect_EventsCameAndWereCalled_IsAsManyAgain()
    {
        await using var receiver = await StartAsync(1, static _ => Task.CompletedTask);
        for (var i = 0; i < 5; i++)
        {
            await receiver.SendAsync();
            Assert.True((await receiver.NextAsync()).Item.StartsAtOnce);
        }

        await AssertAllAsync(receiver);
    }

    [Fact]
    public async Task Expect_EventsWereKnown_IsAsManyAgain()
    {
        await using var receiver = await StartAsync(1, static _ => Task.CompletedTask);
        for (var i = 0; i < 5; i++)
        {
            await receiver.SendAsync(eventId: "the same");
        }

        await receiver.NextAsync();
        await AssertAllAsync(receiver);
    }

    [Fact]
    public async Task Expect_HostStops_IsNothing()
    {
        await using var receiver = await StartAsync(1, static _ => Task.CompletedTask);

        await receiver.StopAsync();

        Assert.False(receiver.Dispatcher.TryExpect(1));
    }

    /// <summary>The slot is idle a moment after the end of its attempt is heard of.</summary>
    private static async Task AssertAllAsync(ReceiverUnderTest receiver)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        while (!receiver.Dispatcher.TryExpect(2))
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static Task<ReceiverUnderTest> StartAsync(int slots, Func<CancellationToken, Task> handler) => ReceiverUnderTest.StartAsync(
        builder => builder.AddHandler<object>("new_order", (_, cancellationToken) => handler(cancellationToken)),
        settings: ("WebhookReceiver:Dispatch:MaxConcurrency", slots.ToString(CultureInfo.InvariantCulture)));
}
