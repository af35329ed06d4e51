using Microsoft.Extensions.DependencyInjection;
using WebhookReceiver.Inbox;
using WebhookReceiver.Management;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Dispatch;

/// <summary>What the dispatcher does when its claims are not its own any more.</summary>
public sealed class OwnershipTests : IAsyncDisposable
{
    private readonly FakeInboxStore _store = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Lost_HandlerRuns_IsToldToEndAndTheAttemptIsNotCounted()
    {
        var called = new TaskCompletionSource();
        await using var receiver = await StartAsync(async cancellationToken =>
        {
            called.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        });
        await receiver.SendAsync();
        await called.Task;

        _store.LoseOwnership();

        Assert.Equal(AttemptOutcome.Released, (await receiver.NextAsync()).Outcome);
    }

    [Fact]
    public async Task Lost_WorkWaits_IsGivenBackAndItsHandlerNeverCalled()
    {
        var (called, calls) = (new TaskCompletionSource(), 0);
        await using var receiver = await StartAsync(
            async cancellationToken =>
            {
                calls++;
                called.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            },
            ("WebhookReceiver:Dispatch:MaxConcurrency", "1"));
        await receiver.SendAsync();
        await called.Task;
        await receiver.SendAsync();

        _store.LoseOwnership();

        Assert.Equal([AttemptOutcome.Released, AttemptOutcome.Released], [(await receiver.NextAsync()).Outcome, (await receiver.NextAsync()).Outcome]);
        Assert.Equal((1, 0), (calls, receiver.Dispatcher.InMemory));
    }

    [Fact]
    public async Task Lost_NewEvents_AreNotTakenIntoMemory()
    {
        await using var receiver = await StartAsync(static _ => Task.CompletedTask);

        _store.LoseOwnership();

        Assert.False(receiver.Dispatcher.TryReserve(1, 100));
    }

    [Fact]
    public async Task Lost_Readiness_IsGone()
    {
        await using var receiver = await StartAsync(static _ => Task.CompletedTask);
        var probe = receiver.App.Services.GetRequiredService<ReadinessProbe>();
        Assert.Equal(ReadinessProbe.Ready, await probe.CheckAsync());

        _store.LoseOwnership();

        Assert.NotEqual(ReadinessProbe.Ready, await probe.CheckAsync());
    }

    [Fact]
    public async Task Start_SomebodyElseHasTheWork_DoesNotCallTheHandler()
    {
        var calls = 0;
        _store.OnStart = static () => false;
        await using var receiver = await StartAsync(_ =>
        {
            calls++;
            return Task.CompletedTask;
        });

        await receiver.SendAsync();

        Assert.Equal((AttemptOutcome.Released, 0), ((await receiver.NextAsync()).Outcome, calls));
    }

    private Task<ReceiverUnderTest> StartAsync(Func<CancellationToken, Task> handler, params (string Key, string Value)[] settings) =>
        ReceiverUnderTest.StartAsync(
            builder =>
            {
                builder.AddHandler<object>("new_order", (_, cancellationToken) => handler(cancellationToken));
                builder.Services.AddSingleton<IInboxStore>(_store);
            },
            settings: settings);
}
