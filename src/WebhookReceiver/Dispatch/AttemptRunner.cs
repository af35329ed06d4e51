using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Handlers;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.Dispatch;

/// <summary>Runs one attempt: the handler in a scope of its own, under its time limit, and says what became of it. Never throws.</summary>
internal sealed class AttemptRunner(
    HandlerRegistry handlers, IServiceScopeFactory scopes, RetrySchedule schedule, IOptions<WebhookReceiverOptions> options,
    DueClock due, TimeProvider clock, WebhookMetrics metrics, ILogger<AttemptRunner> logger)
{
    private const int MaxErrorLength = 2000;

    private readonly DispatchOptions _options = options.Value.Dispatch;

    /// <param name="item">The claim.</param>
    /// <param name="started">The time of its start.</param>
    /// <param name="limit">A source whose token the handler gets; it is given a time limit here, which the caller resets.</param>
    /// <param name="interrupted">Cancelled when the attempt shall end without being counted.</param>
    public async ValueTask<WorkCompletion> RunAsync(WorkItem item, DateTimeOffset started, CancellationTokenSource limit, CancellationToken interrupted)
    {
        if (handlers.Find(item.Handler) is not { } handler)
        {
            Log.HandlerGone(logger, item.Event.PublicId, item.Event.Source, item.Event.Type);
            return new WorkCompletion(item, AttemptOutcome.Unhandled, started, started, Error: "No handler of this name is registered any more.");
        }

        using var activity = WebhookActivity.StartHandle(item, handler.Identity.Name);
        var timestamp = clock.GetTimestamp();
        var completion = item.Event.CheckBody() == BodyState.Stored
            ? await InvokeAsync(item, handler, limit, started, interrupted).ConfigureAwait(false)
            : new WorkCompletion(item, AttemptOutcome.Corrupt, started, started, Error: "The stored body does not match its hash.");
        metrics.Attempted(item.Event.Source, handler.Identity.Name, completion.Outcome, clock.GetElapsedTime(timestamp));
        Report(item, handler, completion);
        activity?.SetTag("webhook.outcome", completion.Outcome.Name());
        return completion;
    }

    private async ValueTask<WorkCompletion> InvokeAsync(
        WorkItem item, HandlerRegistration handler, CancellationTokenSource limit, DateTimeOffset started, CancellationToken interrupted)
    {
        var timeout = handler.Timeout ?? _options.HandlerTimeout;
        try
        {
            limit.CancelAfter(timeout);
            var scope = scopes.CreateAsyncScope();
            try
            {
                await handler.InvokeAsync(scope.ServiceProvider, item.Event, item.Attempt, limit.Token).ConfigureAwait(false);
            }
            finally
            {
                // Not by a using: to configure its await, the scope would be boxed.
                await scope.DisposeAsync().ConfigureAwait(false);
            }

            return new WorkCompletion(item, AttemptOutcome.Succeeded, started, clock.GetUtcNow());
        }
        catch (PermanentFailureException error)
        {
            return new WorkCompletion(item, AttemptOutcome.Permanent, started, clock.GetUtcNow(), Error: Describe(error));
        }
        catch (DeferredException error)
        {
            var ended = clock.GetUtcNow();
            return new WorkCompletion(item, AttemptOutcome.Deferred, started, ended, due.Now + error.Delay, Describe(error));
        }
#pragma warning disable CA1031 // Not every library says that it was cancelled: whatever ends a handler that was interrupted costs no attempt.
        catch (Exception) when (interrupted.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return new WorkCompletion(item, AttemptOutcome.Released, started, clock.GetUtcNow());
        }
#pragma warning disable CA1031 // Whatever a handler throws is its attempt's outcome and must not end the dispatcher.
        catch (Exception error)
#pragma warning restore CA1031
        {
            var ended = clock.GetUtcNow();
            var text = error is OperationCanceledException && limit.IsCancellationRequested
                ? $"{nameof(TimeoutException)}: The attempt took longer than {timeout:c}."
                : Describe(error);
            return item.Attempt >= (handler.Attempts ?? _options.Attempts)
                ? new WorkCompletion(item, AttemptOutcome.Exhausted, started, ended, Error: text)
                : new WorkCompletion(item, AttemptOutcome.Transient, started, ended, due.Now + schedule.DelayAfter(item.Attempt), text);
        }
    }

    private void Report(WorkItem item, HandlerRegistration handler, WorkCompletion completion)
    {
        var (stored, name) = (item.Event, handler.Identity.Name);
        switch (completion.Outcome)
        {
            case AttemptOutcome.Succeeded when !logger.IsEnabled(LogLevel.Debug):
                break;
            case AttemptOutcome.Succeeded:
                Log.EventHandled(logger, stored.PublicId, stored.Source, stored.Type, name, item.Attempt, (completion.EndedAt - completion.StartedAt).TotalMilliseconds);
                break;
            case AttemptOutcome.Transient:
                Log.AttemptFailed(logger, stored.PublicId, stored.Source, stored.Type, name, item.Attempt, completion.DueAt!.Value, ErrorType(completion));
                break;
            case AttemptOutcome.Deferred:
                Log.AttemptDeferred(logger, stored.PublicId, stored.Source, stored.Type, name, completion.DueAt!.Value);
                break;
            case AttemptOutcome.Released:
                break;
            default:
                Log.EventDead(logger, stored.PublicId, stored.Source, stored.Type, name, item.Attempt, completion.Outcome.Name(), ErrorType(completion));
                break;
        }
    }

    /// <summary>The kind of error alone: its text can quote the payload, and stays with the attempt in the inbox.</summary>
    private static string ErrorType(WorkCompletion completion) => completion.Error?.Split(':', 2)[0] ?? "";

    private static string Describe(Exception error)
    {
        var text = $"{error.GetType().Name}: {error.Message}";
        return text.Length <= MaxErrorLength ? text : text[..MaxErrorLength];
    }
}
