using WebhookReceiver.Inbox;

namespace WebhookReceiver.PostgreSql.Writing;

/// <summary>A change that is to be made in one of the writer's transactions.</summary>
internal abstract class WriteCommand
{
    /// <summary>The bytes that it holds in memory while it waits.</summary>
    public virtual long Size => 0;

    /// <summary>Whether somebody waits for it.</summary>
    public virtual bool IsUrgent => true;

    /// <summary>Tells whoever waits that the change is on disk, or why it is not there alone.</summary>
    public abstract void Succeed();

    /// <summary>Tells whoever waits that nothing was acknowledged.</summary>
    public abstract void Fail(Exception error);
}

/// <summary>Stores a delivery.</summary>
internal sealed class AppendCommand(InboxDelivery delivery) : WriteCommand
{
    // Whoever waits goes on inside Succeed or Fail, which the writer calls on the thread pool, several at a time.
    private readonly TaskCompletionSource<AppendStatus> _done = new();

    public InboxDelivery Delivery { get; } = delivery;

    public override long Size => Delivery.Size;

    public Task<AppendStatus> Completion => _done.Task;

    /// <summary>Whether a known event could not be told apart any more: nothing can be said of it.</summary>
    public bool IsUncertain { get; set; }

    public override void Succeed() => _done.SetResult(IsUncertain ? AppendStatus.Failed : AppendStatus.Committed);

    public override void Fail(Exception error) => _done.SetResult(AppendStatus.Failed);
}

/// <summary>Records how an attempt ended. Nobody waits, so that it shares the commit of others.</summary>
internal sealed class CompleteCommand(WorkCompletion completion, Action<WorkCompletion, CompletionStatus> recorded) : WriteCommand
{
    public WorkCompletion Completion { get; } = completion;

    /// <summary>Whether the work was still running in the claim's epoch.</summary>
    public bool IsRecorded { get; set; }

    public override bool IsUrgent => false;

    public override void Succeed() => recorded(Completion, IsRecorded ? CompletionStatus.Recorded : CompletionStatus.Stale);

    public override void Fail(Exception error) => recorded(Completion, CompletionStatus.Failed);
}

/// <summary>Changes nothing, to show that something can be changed.</summary>
internal sealed class ProbeCommand : WriteCommand
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Completion => _done.Task;

    public override void Succeed() => _done.SetResult();

    public override void Fail(Exception error) => _done.SetException(error);
}
