using WebhookReceiver.Handlers;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.SimulationTests.World;

/// <summary>A user's handler in one process: does what the script says, and notes how it ended.</summary>
internal sealed class SimulatedHandler(SimulatedProcess process, string type, string name) : HandlerRegistration(type, name, new HandlerOptions())
{
    public override async Task InvokeAsync(IServiceProvider services, InboxEvent stored, int attempt, CancellationToken cancellationToken)
    {
        var simulation = process.Simulation;
        simulation.Thread.Check();
        var run = simulation.Model.Called(process, stored, process.Store.NumberOf(Identity), attempt);
        var act = simulation.ScriptOf(stored.EventId, Identity.Name).Next();
        if (simulation.Trace.IsOn)
        {
            simulation.Trace.Add($"{process}: {stored.EventId} {Identity.Name} attempt {attempt} does {act.Kind} {act.Time}");
        }

        try
        {
            switch (act.Kind)
            {
                case HandlerActKind.Return:
                    await WaitAsync(act.Time, cancellationToken);
                    run.Ended = RunEnd.Returned;
                    return;
                case HandlerActKind.Fail:
                    await WaitAsync(act.Time, cancellationToken);
                    run.Ended = RunEnd.Failed;
                    throw new InvalidOperationException("not yet");
                case HandlerActKind.FailForGood:
                    run.Ended = RunEnd.FailedForGood;
                    throw new PermanentFailureException("never");
                case HandlerActKind.Defer:
                    run.Ended = RunEnd.Deferred;
                    throw new DeferredException(act.Time);
                case HandlerActKind.WaitForTheToken:
                    await WaitAsync(System.Threading.Timeout.InfiniteTimeSpan, cancellationToken);
                    return;
                case HandlerActKind.IgnoreTheToken:
                    await WaitAsync(act.Time, CancellationToken.None);
                    run.Ended = RunEnd.Returned;
                    return;
                case HandlerActKind.IgnoreTheTokenAndFail:
                    await WaitAsync(act.Time, CancellationToken.None);
                    run.Ended = RunEnd.Failed;
                    throw new InvalidOperationException("too late");
                default:
                    await WaitAsync(act.Time, CancellationToken.None);
                    simulation.Kill(process, "ended by its handler");
                    await new TaskCompletionSource().Task; // nothing goes on in a process that has ended
                    return;
            }
        }
        catch (OperationCanceledException)
        {
            run.Ended = RunEnd.Cancelled;
            throw;
        }
    }

    /// <summary>As Task.Delay, which would go on in the thread pool when it is cancelled.</summary>
    private async Task WaitAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        if (time == TimeSpan.Zero)
        {
            return;
        }

        var ended = new TaskCompletionSource();
        await using var timer = process.Clock.CreateTimer(_ => ended.TrySetResult(), null, time, System.Threading.Timeout.InfiniteTimeSpan);
        await using var registration = cancellationToken.UnsafeRegister(
            (_, token) => process.Threads.Run(static cancelled => cancelled.ended.TrySetCanceled(cancelled.token), (ended, token)), null);
        await ended.Task;
    }
}
