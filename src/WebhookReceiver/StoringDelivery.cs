using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using WebhookReceiver.Inbox;
using WebhookReceiver.Sources;

namespace WebhookReceiver;

/// <summary>
/// A delivery on its way to disk, and the answer that waits for it: until it is there, or for as long as <see cref="StoringLimit"/> allows. What becomes of it
/// after that is heard all the same: it may still be stored, and what is stored is handled.
/// </summary>
/// <remarks>One object for each delivery, which is the state of the waiting as well.</remarks>
internal sealed class StoringDelivery(WebhookIntake intake, StoringLimit limit, WebhookSource source, InboxDelivery delivery)
    : IValueTaskSource<ReceiveResult>, IThreadPoolWorkItem
{
    // Whoever waits goes on where the store or the limit says so, which is not a thread of theirs.
    private ManualResetValueTaskSourceCore<AppendStatus> _answer;
    private ValueTaskAwaiter<AppendStatus> _append;
    private bool _isLate;

    /// <summary>When it began to wait. The limit's own.</summary>
    public long Since { get; set; }

    /// <summary>Whether it waits. The limit's own, as its neighbours are.</summary>
    public bool IsWaiting { get; set; }

    public StoringDelivery? Older { get; set; }

    public StoringDelivery? Newer { get; set; }

    public ValueTask<ReceiveResult> StoreAsync(IInboxStore store)
    {
        limit.Add(this);
        try
        {
            Await(store.AppendAsync(delivery));
        }
        catch
        {
            intake.Committed(delivery, AppendStatus.Failed);
            limit.TryRemove(this);
            throw;
        }

        return new(this, _answer.Version);
    }

    /// <summary>It took too long: the sender is told that nothing is sure. Called where the limit is sure that it still waited.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        _isLate = true;
        _answer.SetResult(AppendStatus.Failed);
    }

    private void Await(ValueTask<AppendStatus> append)
    {
        _append = append.GetAwaiter();
        if (_append.IsCompleted)
        {
            Stored();
        }
        else
        {
            _append.UnsafeOnCompleted(Stored);
        }
    }

    private void Stored()
    {
        var (status, error) = (AppendStatus.Failed, (Exception?)null);
        try
        {
            status = _append.GetResult();
        }
#pragma warning disable CA1031 // It is told to whoever waits.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            error = thrown;
        }

        intake.Committed(delivery, status);
        if (!limit.TryRemove(this))
        {
            // Answered already.
            intake.Conclude(source, delivery, status);
        }
        else if (error is not null)
        {
            _answer.SetException(error);
        }
        else
        {
            _answer.SetResult(status);
        }
    }

    ReceiveResult IValueTaskSource<ReceiveResult>.GetResult(short token)
    {
        var status = _answer.GetResult(token);
        return _isLate ? new ReceiveResult.Rejected(RejectionReason.StorageSlow) : intake.Conclude(source, delivery, status);
    }

    ValueTaskSourceStatus IValueTaskSource<ReceiveResult>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource<ReceiveResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);
}
