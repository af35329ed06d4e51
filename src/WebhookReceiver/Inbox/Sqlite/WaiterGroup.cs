namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>
/// Committed commands whose waiters go on one after another in one piece of work for the thread pool: a change of threads for each would cost
/// more than most of them do. It holds few, so that more than one core can answer a batch. Used by the writer's thread alone until it starts.
/// </summary>
internal sealed class WaiterGroup : IThreadPoolWorkItem
{
    public const int Capacity = 8;

    private readonly WriterCommand[] _commands = new WriterCommand[Capacity];
    private int _count;

    public bool IsFull => _count == Capacity;

    public void Add(WriterCommand command) => _commands[_count++] = command;

    public void Start()
    {
        if (_count > 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        foreach (var command in _commands.AsSpan(0, _count))
        {
            command.Succeed();
        }
    }
}
