namespace WebhookReceiver.Dispatch;

/// <summary>
/// Where the dispatcher goes on with what must not hold up whoever caused it. Every change of threads between an event's commit and the end of its
/// attempts is asked for here, so that a simulation can make all of them on one thread, in an order of its choice.
/// </summary>
internal abstract class WorkThreads
{
    /// <summary>The thread pool.</summary>
    public static readonly WorkThreads Pool = new PoolThreads();

    /// <summary>Runs it soon, on another thread.</summary>
    public abstract void Run(IThreadPoolWorkItem item);

    /// <summary>Runs it soon, on another thread.</summary>
    public void Run<T>(Action<T> action, T argument) => Run(new Call<T>(action, argument));

    private sealed class Call<T>(Action<T> action, T argument) : IThreadPoolWorkItem
    {
        void IThreadPoolWorkItem.Execute() => action(argument);
    }

    private sealed class PoolThreads : WorkThreads
    {
        public override void Run(IThreadPoolWorkItem item) => ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: true);
    }
}
