using System.Threading.Tasks.Sources;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>One change that waits for the writer. It may be executed twice: in its batch, and again alone when the batch had a bad row.</summary>
internal abstract class WriterCommand
{
    /// <summary>The bytes that it holds in memory while it waits.</summary>
    public virtual long Size => 0;

    /// <summary>Whether somebody waits for it. Then its end is told on the thread pool, and on the writer's thread otherwise.</summary>
    public virtual bool IsUrgent => true;

    /// <summary>Makes the change inside the writer's transaction.</summary>
    public abstract void Execute(SqliteInboxSession session);

    /// <summary>Tells the waiter that the change is on disk.</summary>
    public abstract void Succeed();

    /// <summary>Tells the waiter that nothing was acknowledged.</summary>
    public abstract void Fail(Exception error);
}

/// <summary>A command that is awaited once, without a task of its own.</summary>
internal abstract class WriterCommand<T> : WriterCommand, IValueTaskSource<T>
{
    // Whoever waits goes on inside Succeed or Fail, which the writer does not call on its own thread.
    private ManualResetValueTaskSourceCore<T> _source;

    protected abstract T Result { get; }

    public ValueTask<T> Completion => new(this, _source.Version);

    public override void Succeed() => SetResult(Result);

    public override void Fail(Exception error) => _source.SetException(error);

    protected void SetResult(T result) => _source.SetResult(result);

    T IValueTaskSource<T>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<T>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}

/// <summary>Stores a delivery.</summary>
internal sealed class AppendCommand(InboxDelivery delivery) : WriterCommand<AppendStatus>
{
    public override long Size => delivery.Size;

    protected override AppendStatus Result => AppendStatus.Committed;

    public override void Execute(SqliteInboxSession session) => session.Append(delivery);

    public override void Fail(Exception error) => SetResult(AppendStatus.Failed);
}

/// <summary>Records how an attempt ended. Nobody waits, so that it shares the commit of others; its end is told on the writer's thread.</summary>
internal sealed class CompleteCommand(WorkCompletion completion, Action<WorkCompletion, CompletionStatus> recorded) : WriterCommand
{
    private bool _changed;

    public override bool IsUrgent => false;

    public override void Execute(SqliteInboxSession session) => _changed = session.Complete(completion);

    public override void Succeed() => recorded(completion, _changed ? CompletionStatus.Recorded : CompletionStatus.Stale);

    public override void Fail(Exception error) => recorded(completion, CompletionStatus.Failed);
}

/// <summary>Any other change.</summary>
internal sealed class ChangeCommand<T>(Func<SqliteInboxSession, T> change) : WriterCommand<T>
{
    private T _result = default!;

    protected override T Result => _result;

    public override void Execute(SqliteInboxSession session) => _result = change(session);
}
