using System.Text.Json;
using FluentValidation;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using SQLitePCL;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Dispatch;
using WebhookReceiver.Inbox;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Dispatch;

public sealed class DispatcherTests
{
    private static readonly TimeSpan AnyJitter = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Handler_EventArrives_SeesAllOfIt()
    {
        var seen = new TaskCompletionSource<WebhookEvent<Order>>();
        await using var receiver = await ReceiverUnderTest.StartAsync(builder => builder.AddHandler<Order>("new_order", (e, _) =>
        {
            seen.SetResult(e);
            return Task.CompletedTask;
        }));

        var id = await receiver.SendAsync();
        var seenEvent = await seen.Task;

        Assert.Equal((id, "e1", "default", "new_order", 1), (seenEvent.Id, seenEvent.EventId, seenEvent.Source, seenEvent.Type, seenEvent.Attempt));
        Assert.Equal(new Order("A-1", "Ada", 1.5m), seenEvent.Data);
        Assert.Equal(TestEvents.Start, seenEvent.ReceivedAt);
        Assert.Equal("e1", seenEvent.Headers["x-event-id"]);
        Assert.False(seenEvent.Headers.ContainsKey("X-Signature-256"));
    }

    [Fact]
    public async Task Handler_Succeeds_EventIsSucceeded()
    {
        await using var receiver = await ReceiverUnderTest.StartAsync(builder => builder.AddHandler<Order>("new_order", (_, _) => Task.CompletedTask));

        var id = await receiver.SendAsync();

        Assert.Equal(AttemptOutcome.Succeeded, (await receiver.NextAsync()).Outcome);
        Assert.Equal(WorkState.Succeeded, (await receiver.FindAsync(id)).State);
    }

    [Fact]
    public async Task Completion_DiskIsFullForAWhile_IsWrittenLaterAndTheHandlerNotRunAgain()
    {
        var runs = 0;
        var (full, refused) = (false, new SemaphoreSlim(0));
        await using var receiver = await ReceiverUnderTest.StartAsync(
            builder => builder.AddHandler<Order>("new_order", (_, _) =>
            {
                (full, _) = (true, ++runs);
                return Task.CompletedTask;
            }),
            beforeCommit: () =>
            {
                if (Volatile.Read(ref full))
                {
                    refused.Release();
                    throw new SqliteException("The disk is full.", raw.SQLITE_FULL);
                }
            });
        var id = await receiver.SendAsync();
        await refused.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(WorkState.Running, (await receiver.FindAsync(id)).State);

        Volatile.Write(ref full, false);
        var completion = receiver.NextAsync();
        while (!completion.IsCompleted)
        {
            receiver.Clock.Advance(Dispatcher.PollInterval);
            await Task.Yield();
        }

        Assert.Equal(AttemptOutcome.Succeeded, (await completion).Outcome);
        Assert.Equal(WorkState.Succeeded, (await receiver.FindAsync(id)).State);
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task Handlers_RanWhenTheProcessEnded_AreCalledOneAtATimeAndOthersBesideThem()
    {
        using var directory = new TemporaryDirectory();
        var called = new SemaphoreSlim(0);
        await using (var before = await ReceiverUnderTest.StartAsync(
            builder => builder.AddHandler<Order>("new_order", async (_, cancellationToken) =>
            {
                called.Release();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }), directory))
        {
            for (var i = 0; i < 3; i++)
            {
                await before.SendAsync();
                await called.WaitAsync(TestContext.Current.CancellationToken);
            }

            // From here on nothing reaches the disk any more, as if the process had been killed.
            await before.Store.DisposeAsync();
        }

        var (running, most, other) = (0, 0, new TaskCompletionSource());
        await using var after = await ReceiverUnderTest.StartAsync(
            builder => builder
                .AddHandler<Order>("new_order", async (_, _) =>
                {
                    most = Math.Max(most, Interlocked.Increment(ref running));
                    await other.Task;
                    Interlocked.Decrement(ref running);
                })
                .AddHandler<Order>("other", (_, _) =>
                {
                    other.SetResult();
                    return Task.CompletedTask;
                }),
            directory);
        await after.SendAsync("other", eventId: "another");

        var ended = new List<WorkCompletion>();
        while (ended.Count < 4)
        {
            ended.Add(await after.NextAsync());
        }

        Assert.Equal(1, most);
        Assert.All(ended.Where(static completion => completion.Item.Event.Type == "new_order"), static completion => Assert.Equal((2, 1, AttemptOutcome.Succeeded), (completion.Item.Attempt, completion.Item.Crashes, completion.Outcome)));
    }

    [Fact]
    public async Task Handler_IsAClass_IsMadeAnewInAScopeOfItsOwnForEachAttempt()
    {
        await using var receiver = await ReceiverUnderTest.StartAsync(
            builder => builder.AddHandler<Order, CountingHandler>("new_order"),
            services: services => services.AddScoped<ScopeMarker>().AddSingleton(new List<ScopeMarker>()));

        await receiver.SendAsync();
        await receiver.NextAsync();
        await receiver.SendAsync();
        await receiver.NextAsync();

        var markers = receiver.App.Services.GetRequiredService<List<ScopeMarker>>();
        Assert.Equal(2, markers.Distinct().Count());
        Assert.All(markers, marker => Assert.True(marker.IsDisposed));
    }

    [Fact]
    public async Task Handler_FailsTwice_IsTriedAgainByTheScheduleAndNotBefore()
    {
        var attempts = new List<int>();
        await using var receiver = await ReceiverUnderTest.StartAsync(builder => builder.AddHandler<Order>("new_order", (e, _) =>
        {
            attempts.Add(e.Attempt);
            return e.Attempt < 3 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;
        }));

        var id = await receiver.SendAsync();
        var first = await receiver.NextAsync();
        Assert.Equal(AttemptOutcome.Transient, first.Outcome);
        Assert.InRange(first.DueAt!.Value - first.EndedAt, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6));
        Assert.Equal(WorkState.Scheduled, (await receiver.FindAsync(id)).State);

        receiver.Clock.Advance(first.DueAt.Value - receiver.Clock.GetUtcNow() + AnyJitter);
        var second = await receiver.NextAsync();
        Assert.InRange(second.DueAt!.Value - second.EndedAt, TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(18));

        receiver.Clock.Advance(second.DueAt.Value - receiver.Clock.GetUtcNow() + AnyJitter);
        Assert.Equal(AttemptOutcome.Succeeded, (await receiver.NextAsync()).Outcome);
        Assert.Equal([1, 2, 3], attempts);
        Assert.Equal(["transient", "transient", "succeeded"], (await receiver.FindAsync(id)).Work[0].Attempts.Select(attempt => attempt.Outcome));
    }

    [Fact]
    public async Task Handler_FailsAndTheClockIsSetBack_IsTriedAgainWhenItWouldHaveBeen()
    {
        JumpingClock? wall = null;
        await using var receiver = await ReceiverUnderTest.StartAsync(
            builder => builder.AddHandler<Order>("new_order", (e, _) => e.Attempt < 3 ? throw new InvalidOperationException("not yet") : Task.CompletedTask),
            services: services => services.AddSingleton<TimeProvider>(
                wall = new JumpingClock((FakeTimeProvider)services.Single(static service => service.ServiceType == typeof(TimeProvider)).ImplementationInstance!)));

        await receiver.SendAsync();
        var first = await receiver.NextAsync();
        wall!.Jump(-TimeSpan.FromHours(1));
        receiver.Clock.Advance(first.DueAt!.Value - first.EndedAt + AnyJitter);
        Assert.Equal(AttemptOutcome.Transient, (await receiver.NextAsync()).Outcome);

        receiver.Clock.Advance(TimeSpan.FromSeconds(18) + AnyJitter);
        Assert.Equal(AttemptOutcome.Succeeded, (await receiver.NextAsync()).Outcome);
    }

    [Fact]
    public async Task Stop_WhileItWaitsToAskAStoreAgainThatFailed_DoesNotWaitForThat()
    {
        var isAway = false;
        var failures = new ClaimFailures();
        await using var receiver = await ReceiverUnderTest.StartAsync(
            builder => builder.AddHandler<Order>("new_order", (_, _) => Task.CompletedTask),
            services: services => services.AddSingleton<ILogger<Dispatcher>>(failures),
            beforeCommit: () =>
            {
                if (Volatile.Read(ref isAway))
                {
                    throw new SqliteException("database is locked", raw.SQLITE_BUSY);
                }
            });
        Volatile.Write(ref isAway, true);
        receiver.Clock.Advance(Dispatcher.PollInterval);
        await failures.Failed.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        Volatile.Write(ref isAway, false);

        // The clock stands still.
        await receiver.StopAsync().WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Handler_UsesUpItsAttempts_IsADeadLetter()
    {
        await using var receiver = await ReceiverUnderTest.StartAsync(builder => builder.AddHandler<Order>(
            "new_order", (_, _) => throw new InvalidOperationException("never"), options => options.Attempts = 2));

        var id = await receiver.SendAsync();
        var first = await receiver.NextAsync();
        receiver.Clock.Advance(first.DueAt!.Value - receiver.Clock.GetUtcNow() + AnyJitter);

        Assert.Equal(AttemptOutcome.Exhausted, (await receiver.NextAsync()).Outcome);
        var found = await receiver.FindAsync(id);
        Assert.Equal(WorkState.Dead, found.State);
        Assert.Equal("InvalidOperationException: never", found.Work[0].Attempts[^1].Error);
    }

    [Fact]
    public async Task Handler_FailsForGood_IsDeadAtOnce()
    {
        await using var receiver = await ReceiverUnderTest.StartAsync(builder => builder.AddHandler<Order>(
            "new_order", (_, _) => throw new PermanentFailureException("no such customer")));

        var id = await receiver.SendAsync();

        Assert.Equal(AttemptOutcome.Permanent, (await receiver.NextAsync()).Outcome);
        Assert.Equal(WorkState.Dead, (await receiver.FindAsync(id)).State);
    }

    [Fact]
    public async Task Handler_Defers_IsCalledAgainThenWithTheSameAttempt()
    {
        var attempts = new List<int>();
        await using var receiver = await ReceiverUnderTest.StartAsync(builder => builder.AddHandler<Order>("new_order", (e, _) =>
        {
            attempts.Add(e.Attempt);
            return attempts.Count == 1 ? throw new DeferredException(TimeSpan.FromHours(3)) : Task.CompletedTask;
        }));

        await receiver.SendAsync();
        var deferred = await receiver.NextAsync();
        Assert.Equal((AttemptOutcome.Deferred, TimeSpan.FromHours(3)), (deferred.Outcome, deferred.DueAt - deferred.EndedAt));

        receiver.Clock.Advance(TimeSpan.FromHours(3) + AnyJitter);
        Assert.Equal(AttemptOutcome.Succeeded, (await receiver.NextAsync()).Outcome);
        Assert.Equal([1, 1], attempts);
    }

    [Fact]
    public async Task Handler_TakesTooLong_IsCancelledAndTriedAgain()
    {
        var started = new TaskCompletionSource();
        var log = new RecordedLog<AttemptRunner>();
        await using var receiver = await ReceiverUnderTest.StartAsync(builder => builder.AddHandler<Order>("new_order", async (_, cancellationToken) =>
        {
            started.TrySetResult();
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        }), services: services => services.AddSingleton<ILogger<AttemptRunner>>(log));

        await receiver.SendAsync();
        await started.Task;
        receiver.Clock.Advance(TimeSpan.FromSeconds(30));

        var completion = await receiver.NextAsync();
        Assert.Equal("TimeoutException", Assert.Single(log.Lines).Values["Error"]);
        Assert.Equal(AttemptOutcome.Transient, completion.Outcome);
        Assert.Contains("longer than 00:00:30", completion.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handler_AfterOneThatTimedOut_GetsAFreshToken()
    {
        var cancelled = new List<bool>();
        var started = new TaskCompletionSource();
        await using var receiver = await ReceiverUnderTest.StartAsync(
            builder => builder.AddHandler<Order>("new_order", async (e, cancellationToken) =>
            {
                cancelled.Add(cancellationToken.IsCancellationRequested);
                if (cancelled.Count == 1)
                {
                    started.SetResult();
                    await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
                }
            }),
            settings: ("WebhookReceiver:Dispatch:MaxConcurrency", "1"));

        await receiver.SendAsync();
        await started.Task;
        receiver.Clock.Advance(TimeSpan.FromSeconds(30));
        await receiver.NextAsync();
        await receiver.SendAsync();
        await receiver.NextAsync();

        Assert.Equal([false, false], cancelled);
    }

    [Fact]
    public async Task Data_DoesNotFitTheType_IsDeadWithThePlaceAndNotTheValue()
    {
        await using var receiver = await ReceiverUnderTest.StartAsync(builder => builder.AddHandler<Order>("new_order", (_, _) => Task.CompletedTask));

        await receiver.SendAsync(data: """{"order_id":"A-1","customer_name":"Ada","total_amount":"top-secret-text"}""");

        var completion = await receiver.NextAsync();
        Assert.Equal(AttemptOutcome.Permanent, completion.Outcome);
        Assert.Contains("$.total_amount", completion.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("top-secret-text", completion.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"order_id":"A-1","total_amount":1}""")]
    [InlineData("""{"order_id":"A-1","customer_name":null,"total_amount":1}""")]
    [InlineData("5")]
    public async Task Data_LacksWhatTheTypeSays_IsDead(string data)
    {
        await using var receiver = await ReceiverUnderTest.StartAsync(builder => builder.AddHandler<Order>("new_order", (_, _) => Task.CompletedTask));

        await receiver.SendAsync(data: data);

        Assert.Equal(AttemptOutcome.Permanent, (await receiver.NextAsync()).Outcome);
    }

    [Fact]
    public async Task Data_RefusedByItsValidator_IsDeadAndTheHandlerIsNotCalled()
    {
        var calls = 0;
        await using var receiver = await ReceiverUnderTest.StartAsync(
            builder => builder.AddHandler<Order>("new_order", (_, _) => Task.FromResult(++calls)),
            services: services => services.AddSingleton<IValidator<Order>>(new OrderValidator()));

        await receiver.SendAsync(data: """{"order_id":"A-1","customer_name":"Ada","total_amount":-1}""");

        var completion = await receiver.NextAsync();
        Assert.Equal((AttemptOutcome.Permanent, 0), (completion.Outcome, calls));
        Assert.Contains("TotalAmount", completion.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_AsJsonElementOrBytes_IsWhatWasSent()
    {
        var elements = new TaskCompletionSource<JsonElement>();
        var bytes = new TaskCompletionSource<ReadOnlyMemory<byte>>();
        await using var receiver = await ReceiverUnderTest.StartAsync(builder => builder
            .AddHandler<JsonElement>("new_order", (e, _) => Task.FromResult(elements.TrySetResult(e.Data)), options => options.Name = "element")
            .AddHandler<ReadOnlyMemory<byte>>("new_order", (e, _) => Task.FromResult(bytes.TrySetResult(e.Data)), options => options.Name = "bytes"));

        await receiver.SendAsync(data: """{"n":1e400}""");

        Assert.Equal("1e400", (await elements.Task).GetProperty("n").GetRawText());
        Assert.Equal("""{"event":"new_order","data":{"n":1e400}}""", System.Text.Encoding.UTF8.GetString((await bytes.Task).Span));
    }

    [Fact]
    public async Task SeveralHandlers_OneFails_TheOtherSucceedsAndIsNotRunAgain()
    {
        var good = 0;
        await using var receiver = await ReceiverUnderTest.StartAsync(builder => builder
            .AddHandler<Order>("new_order", (_, _) => Task.FromResult(++good), options => options.Name = "good")
            .AddHandler<Order>("new_order", (e, _) => e.Attempt == 1 ? throw new InvalidOperationException() : Task.CompletedTask, options => options.Name = "bad"));

        var id = await receiver.SendAsync();
        var failed = new[] { await receiver.NextAsync(), await receiver.NextAsync() }.Single(completion => completion.Outcome == AttemptOutcome.Transient);
        receiver.Clock.Advance(failed.DueAt!.Value - receiver.Clock.GetUtcNow() + AnyJitter);
        await receiver.NextAsync();

        Assert.Equal(1, good);
        Assert.Equal(WorkState.Succeeded, (await receiver.FindAsync(id)).State);
    }

    [Theory]
    [InlineData("pull_request.*", "pull_request.opened", true)]
    [InlineData("pull_request.*", "pull_request.review.submitted", true)]
    [InlineData("pull_request.*", "pull_request", false)]
    [InlineData("pull_request.*", "pull_request.", false)]
    [InlineData("pull_request.*", "pull_requests.opened", false)]
    [InlineData("pull_request", "pull_request.opened", false)]
    [InlineData("Pull_request", "pull_request", false)]
    [InlineData("*", "anything", true)]
    public async Task Pattern_Type_IsServedOrParked(string pattern, string type, bool isServed)
    {
        await using var receiver = await ReceiverUnderTest.StartAsync(builder => builder.AddHandler<JsonElement>(pattern, (_, _) => Task.CompletedTask));

        var id = await receiver.SendAsync(type);
        if (isServed)
        {
            await receiver.NextAsync();
        }

        Assert.Equal(isServed ? WorkState.Succeeded : WorkState.Parked, (await receiver.FindAsync(id)).State);
    }

    [Fact]
    public async Task Handler_OfAnotherSource_DoesNotServe()
    {
        await using var receiver = await ReceiverUnderTest.StartAsync(builder => builder.AddHandler<Order>(
            "new_order", (_, _) => Task.CompletedTask, options => options.Source = "shop"));

        Assert.Equal(WorkState.Parked, (await receiver.FindAsync(await receiver.SendAsync())).State);
    }

    [Fact]
    public async Task Handlers_WithTheSameNameForOneType_AreRefusedAtStart() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => ReceiverUnderTest.StartAsync(builder => builder
            .AddHandler<Order>("new_order", (_, _) => Task.CompletedTask)
            .AddHandler<Order>("new_order", (_, _) => Task.CompletedTask)));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stop_HandlerThatHeedsItsToken_GoesBackToPendingWithoutPenalty(bool hasAnErrorOfItsOwn)
    {
        using var directory = new TemporaryDirectory();
        var started = new TaskCompletionSource();
        string id;
        await using (var receiver = await ReceiverUnderTest.StartAsync(
            builder => builder.AddHandler<Order>("new_order", async (_, cancellationToken) =>
            {
                started.TrySetResult();
                var work = new TaskCompletionSource().Task.WaitAsync(cancellationToken);
                await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await (hasAnErrorOfItsOwn ? throw new IOException("The connection was closed.") : work);
            }, options => options.Name = "slow"), directory))
        {
            id = await receiver.SendAsync();
            await started.Task;
            await receiver.StopAsync();
            Assert.Equal(AttemptOutcome.Released, (await receiver.NextAsync()).Outcome);
        }

        var attempt = new TaskCompletionSource<int>();
        await using var next = await ReceiverUnderTest.StartAsync(
            builder => builder.AddHandler<Order>("new_order", (e, _) => Task.FromResult(attempt.TrySetResult(e.Attempt)), options => options.Name = "slow"), directory);

        Assert.Equal(1, await attempt.Task);
        await next.NextAsync();
        Assert.Equal(WorkState.Succeeded, (await next.FindAsync(id)).State);
    }

    [Fact]
    public async Task Stop_WorkThatNobodyHadStarted_RunsAfterTheNextStart()
    {
        using var directory = new TemporaryDirectory();
        var started = new TaskCompletionSource();
        await using (var receiver = await ReceiverUnderTest.StartAsync(
            builder => builder.AddHandler<Order>("new_order", async (_, cancellationToken) =>
            {
                started.TrySetResult();
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            }, options => options.Name = "slow"),
            directory, settings: ("WebhookReceiver:Dispatch:MaxConcurrency", "1")))
        {
            for (var i = 0; i < 5; i++)
            {
                await receiver.SendAsync();
            }

            await started.Task;
            await receiver.StopAsync();
        }

        await using var next = await ReceiverUnderTest.StartAsync(
            builder => builder.AddHandler<Order>("new_order", (_, _) => Task.CompletedTask, options => options.Name = "slow"), directory);
        for (var i = 0; i < 5; i++)
        {
            var completion = await next.NextAsync();
            Assert.Equal((AttemptOutcome.Succeeded, 1), (completion.Outcome, completion.Item.Attempt));
        }
    }

    [Fact]
    public async Task Start_HandlerThatIsNotRegisteredAnyMore_ParksItsWork()
    {
        using var directory = new TemporaryDirectory();
        string id;
        await using (var receiver = await ReceiverUnderTest.StartAsync(
            builder => builder.AddHandler<Order>("new_order", (_, _) => throw new InvalidOperationException(), options => options.Name = "old"), directory))
        {
            id = await receiver.SendAsync();
            await receiver.NextAsync();
        }

        await using var next = await ReceiverUnderTest.StartAsync(_ => { }, directory);
        next.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(AttemptOutcome.Unhandled, (await next.NextAsync()).Outcome);
        Assert.Equal(WorkState.Parked, (await next.FindAsync(id)).State);
    }

    [Fact]
    public async Task Room_MoreEventsThanFit_AllAreHandled()
    {
        const int Events = WebhookReceiver.Dispatch.DispatchRoom.MaxItems + 200;
        var gate = new TaskCompletionSource();
        await using var receiver = await ReceiverUnderTest.StartAsync(builder => builder.AddHandler<Order>("new_order", (_, _) => gate.Task));
        for (var i = 0; i < Events; i++)
        {
            await receiver.SendAsync();
        }

        Assert.True((await receiver.Store.Reader.CountAsync(TestContext.Current.CancellationToken)).ByState[WorkState.Pending] > 0);
        gate.SetResult();
        for (var i = 0; i < Events; i++)
        {
            Assert.Equal(AttemptOutcome.Succeeded, (await receiver.NextAsync()).Outcome);
        }
    }

    private sealed record Order(
        [property: System.Text.Json.Serialization.JsonPropertyName("order_id")] string OrderId,
        [property: System.Text.Json.Serialization.JsonPropertyName("customer_name")] string CustomerName,
        [property: System.Text.Json.Serialization.JsonPropertyName("total_amount")] decimal TotalAmount);

    private sealed class OrderValidator : AbstractValidator<Order>
    {
        public OrderValidator() => RuleFor(order => order.TotalAmount).GreaterThanOrEqualTo(0);
    }

    private sealed class ScopeMarker : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class CountingHandler(ScopeMarker marker, List<ScopeMarker> markers) : IWebhookHandler<Order>
    {
        public Task HandleAsync(WebhookEvent<Order> webhookEvent, CancellationToken cancellationToken)
        {
            markers.Add(marker);
            return Task.CompletedTask;
        }
    }

    private sealed class ClaimFailures : ILogger<Dispatcher>
    {
        private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Failed => _failed.Task;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == EventIds.ClaimFailed)
            {
                _failed.TrySetResult();
            }
        }
    }
}
