namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>Commands of one transaction, and what became of each.</summary>
/// <param name="commands">The commands.</param>
/// <param name="errors">For each what was wrong with it alone; <see langword="null"/> where nothing was.</param>
internal readonly ref struct CommittedBatch(ReadOnlySpan<WriterCommand> commands, Exception?[]? errors)
{
    private readonly ReadOnlySpan<WriterCommand> _commands = commands;

    /// <summary>Says that all is on disk but what was wrong with single commands. Waiters go on elsewhere: the caller has other work.</summary>
    public void Succeed()
    {
        var group = new WaiterGroup();
        for (var i = 0; i < _commands.Length; i++)
        {
            if (errors?[i] is { } error)
            {
                Fail(_commands[i], error);
            }
            else if (_commands[i].IsUrgent)
            {
                group.Add(_commands[i]);
                if (group.IsFull)
                {
                    group.Start();
                    group = new WaiterGroup();
                }
            }
        }

        group.Start();
        TellTheRest();
    }

    /// <summary>Says that nothing is acknowledged.</summary>
    public void Fail(Exception error)
    {
        foreach (var command in _commands)
        {
            Fail(command, error);
        }
    }

    /// <summary>Here, since nobody waits for these, and last, since somebody waits for the others.</summary>
    private void TellTheRest()
    {
        for (var i = 0; i < _commands.Length; i++)
        {
            if (!_commands[i].IsUrgent && errors?[i] is null)
            {
                _commands[i].Succeed();
            }
        }
    }

    private static void Fail(WriterCommand command, Exception error) =>
        ThreadPool.UnsafeQueueUserWorkItem(static failed => failed.command.Fail(failed.error), (command, error), preferLocal: false);
}
