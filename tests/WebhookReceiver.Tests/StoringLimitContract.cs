using Microsoft.Extensions.DependencyInjection;
using WebhookReceiver.Tests.Dispatch;

namespace WebhookReceiver.Tests;

/// <summary>
/// A commit that stalls, on each database: nobody waits for longer than the limit, nothing is acknowledged late, and what was stored all the same is handled, once.
/// </summary>
public abstract class StoringLimitContract : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Half = StoringLimit.Time / 2;

    private readonly ManualResetEventSlim _goesOn = new(initialState: true);
    private int _handled;

    /// <summary>Starts a receiver whose store does this before each commit.</summary>
    private protected abstract Task<ReceiverUnderTest> StartAsync(Action<WebhookReceiverBuilder> configure, Action beforeCommit);

    [Fact]
    public async Task Commit_TakesAsLongAsTheLimit_IsRefusedAndHandledOnceItIsThere()
    {
        await using var receiver = await StartAsync();
        _goesOn.Reset();
        var answer = ReceiveAsync(receiver, "late");

        receiver.Clock.Advance(StoringLimit.Time);

        AssertIsRefused(await answer);
        _goesOn.Set();
        await receiver.NextAsync();
        Assert.True(Assert.IsType<ReceiveResult.Stored>(await ReceiveAsync(receiver, "late")).Events[0].IsDuplicate);
        Assert.Equal(1, _handled);
    }

    [Fact]
    public async Task Commit_TakesLessThanTheLimit_IsAcceptedAndTheNextIsGivenItsOwnTime()
    {
        await using var receiver = await StartAsync();
        _goesOn.Reset();
        var answer = ReceiveAsync(receiver, "first");
        receiver.Clock.Advance(StoringLimit.Time - Moment);
        _goesOn.Set();
        Assert.IsType<ReceiveResult.Stored>(await answer);
        await receiver.NextAsync();

        _goesOn.Reset();
        var next = ReceiveAsync(receiver, "next");
        receiver.Clock.Advance(Moment);
        Assert.False(next.IsCompleted);
        receiver.Clock.Advance(StoringLimit.Time - Moment);

        AssertIsRefused(await next);
        _goesOn.Set();
        await receiver.NextAsync();
    }

    [Fact]
    public async Task Commit_Stalls_EachIsRefusedAfterItsOwnTime()
    {
        await using var receiver = await StartAsync();
        _goesOn.Reset();
        var first = ReceiveAsync(receiver, "first");
        receiver.Clock.Advance(Half);
        var second = ReceiveAsync(receiver, "second");

        receiver.Clock.Advance(Half);
        AssertIsRefused(await first);
        Assert.False(second.IsCompleted);
        receiver.Clock.Advance(Half);
        AssertIsRefused(await second);

        _goesOn.Set();
        await receiver.NextAsync();
        await receiver.NextAsync();
    }

    [Fact]
    public async Task Commit_StallsWithATwinBehindIt_NoneIsAcknowledgedAndOneIsHandled()
    {
        await using var receiver = await StartAsync();
        _goesOn.Reset();
        var (first, twin) = (ReceiveAsync(receiver, "twin"), ReceiveAsync(receiver, "twin"));

        receiver.Clock.Advance(StoringLimit.Time);

        AssertIsRefused(await first);
        AssertIsRefused(await twin);
        _goesOn.Set();
        await receiver.NextAsync();
        Assert.True(Assert.IsType<ReceiveResult.Stored>(await ReceiveAsync(receiver, "twin")).Events[0].IsDuplicate);
        Assert.Equal(1, _handled);
        Assert.True(SpinWait.SpinUntil(() => receiver.Dispatcher.InMemory == 0, Patience), "The room of the twin is not given back.");
    }

    public void Dispose()
    {
        _goesOn.Dispose();
        GC.SuppressFinalize(this);
    }

    private Task<ReceiverUnderTest> StartAsync() => StartAsync(
        webhooks => webhooks.AddHandler<ReadOnlyMemory<byte>>("new_order", (_, _) =>
        {
            Interlocked.Increment(ref _handled);
            return Task.CompletedTask;
        }),
        () => _goesOn.Wait(Patience));

    private static void AssertIsRefused(ReceiveResult result) => Assert.Equal(RejectionReason.StorageSlow, Assert.IsType<ReceiveResult.Rejected>(result).Reason);

    /// <summary>The way to the store is made at once, on this thread: when this returns, the delivery waits.</summary>
    private static Task<ReceiveResult> ReceiveAsync(ReceiverUnderTest receiver, string eventId) =>
        receiver.App.Services.GetRequiredService<WebhookIntake>()
            .ReceiveAsync(receiver.NewDelivery(eventId, """{"event":"new_order","data":{}}"""u8.ToArray())).AsTask();
}
