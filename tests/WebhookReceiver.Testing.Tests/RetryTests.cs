using Microsoft.Extensions.DependencyInjection;
using WebhookReceiver.Testing.Sample;

namespace WebhookReceiver.Testing.Tests;

public sealed class RetryTests
{
    private static readonly object Push = new { @ref = "refs/heads/main" };

    [Fact]
    public async Task HandledAsync_HandlerFailsTwice_IsTheSame200Times()
    {
        var deployer = new FakeDeployer();
        await using var host = Host(deployer);
        for (var i = 0; i < 200; i++)
        {
            var failing = new FakeDeployer { Failures = 2 };
            deployer.Next = failing;
            var delivery = await host.SendAsync("github", "push", Push);

            var handled = await delivery.HandledAsync();

            Assert.Equal(EventState.Succeeded, handled.State);
            Assert.Equal(["transient", "transient", "succeeded"], handled.Handlers[0].Attempts.Select(static attempt => attempt.Outcome));
            Assert.Equal(3, failing.Calls);
        }
    }

    [Fact]
    public async Task AttemptedAsync_TestAdvancesTheClock_IsTheSame200Times()
    {
        var deployer = new FakeDeployer();
        await using var host = Host(deployer);
        for (var i = 0; i < 200; i++)
        {
            deployer.Next = new FakeDeployer { Failures = 2 };
            var delivery = await host.SendAsync("github", "push", Push);

            var first = await delivery.AttemptedAsync(1);
            Assert.Equal((EventState.Scheduled, 1), (first.State, first.Attempts));
            host.Clock.Advance(TimeSpan.FromMinutes(1));
            var second = await delivery.AttemptedAsync(2);
            Assert.Equal((EventState.Scheduled, 2), (second.State, second.Attempts));
            host.Clock.Advance(TimeSpan.FromMinutes(1));
            var third = await delivery.AttemptedAsync(3);
            Assert.Equal((EventState.Succeeded, 3), (third.State, third.Attempts));
        }
    }

    [Fact]
    public async Task HandledAsync_HandlerAlwaysFails_IsDeadAfterTheWholeSchedule()
    {
        await using var host = Host(new FakeDeployer { Failures = int.MaxValue });
        var start = host.Clock.GetUtcNow();
        var delivery = await host.SendAsync("github", "push", Push);

        var handled = await delivery.HandledAsync();

        Assert.Equal(EventState.Dead, handled.State);
        Assert.Equal(16, handled.Attempts);
        Assert.Equal("InvalidOperationException: The deployer is away.", handled.Error);
        Assert.InRange(host.Clock.GetUtcNow() - start, TimeSpan.FromHours(48), TimeSpan.FromHours(96));
        Assert.Equal([delivery.Id], (await host.DeadLettersAsync()).Select(static dead => dead.Id));
    }

    [Fact]
    public async Task HandledAsync_ManyFailAtOnce_AllSucceedWithThreeAttemptsEach()
    {
        await using var host = Host(new FakeDeployer { FailuresPerRef = 2 });

        var handled = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            var delivery = await host.SendAsync("github", "push", new { @ref = $"refs/heads/{i}" });
            return await delivery.HandledAsync(timeout: TimeSpan.FromSeconds(20));
        }));

        Assert.All(handled, e => Assert.True(e is { State: EventState.Succeeded, Attempts: 3 }, e.ToString()));
    }

    [Fact]
    public async Task HandledAsync_AfterTheEnd_CompletesAtOnce()
    {
        await using var host = Host(new FakeDeployer());
        var delivery = await host.SendAsync("github", "push", Push);
        await delivery.HandledAsync();

        var handled = delivery.HandledAsync(timeout: TimeSpan.FromSeconds(1));

        Assert.Equal(EventState.Succeeded, (await handled).State);
    }

    [Fact]
    public async Task HandledAsync_ClockIsTheTestsBusiness_TimesOutWithTheTimeline()
    {
        await using var host = Host(new FakeDeployer { Failures = 1 });
        var delivery = await host.SendAsync("github", "push", Push);
        await delivery.AttemptedAsync(1);

        var error = await Assert.ThrowsAsync<TimeoutException>(() => delivery.HandledAsync(advanceClock: false, timeout: TimeSpan.FromMilliseconds(50)));

        Assert.Contains("within 0.05 s", error.Message, StringComparison.Ordinal);
        Assert.Contains(delivery.Id!, error.Message, StringComparison.Ordinal);
        Assert.Contains("DeployOnPush: scheduled, due 2026-01-01T00:00:0", error.Message, StringComparison.Ordinal);
        Assert.Contains("attempt 1: transient", error.Message, StringComparison.Ordinal);
        Assert.Contains("The deployer is away.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clock_AdvancedBeyondTheTimeLimit_EndsTheAttempt()
    {
        var isRunning = new TaskCompletionSource();
        await using var host = Host(new FakeDeployer
        {
            Work = async cancellationToken =>
            {
                isRunning.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            },
        });
        var delivery = await host.SendAsync("github", "push", Push);
        await isRunning.Task;

        host.Clock.Advance(TimeSpan.FromSeconds(31));

        var attempted = await delivery.AttemptedAsync(1);
        Assert.Equal(EventState.Scheduled, attempted.State);
        Assert.StartsWith("TimeoutException: The attempt took longer", attempted.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AttemptedAsync_HandlerHasEndedBefore_FailsAtOnce()
    {
        await using var host = Host(new FakeDeployer());
        var delivery = await host.SendAsync("github", "push", Push);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => delivery.AttemptedAsync(2));

        Assert.Contains("a handler has ended before", error.Message, StringComparison.Ordinal);
    }

    private static WebhookTestHost<Program> Host(FakeDeployer deployer) => new(services => services.AddSingleton<IDeployer>(deployer));
}
