namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>Commands of one transaction, and what became of each.</summary>
/// <param name="commands">The commands.</param>
/// <param name="errors">For each what was wrong with it alone; <see langword="null"/> where nothing was.</param>
internal sealed class CommittedBatch(WriterCommand[] commands, Exception?[]? errors)
{
    /// <summary>Says that all is on disk but what was wrong with single commands. Waiters go on elsewhere: the caller has other work.</summary>
    public void Succeed()
    {
        var group = new WaiterGroup();
        for (var i = 0; i < commands.Length; i++)
        {
            if (errors?[i] is { } error)
            {
                Fail(commands[i], error);
            }
            else if (!commands[i].IsUrgent)
            {
                commands[i].Succeed();
            }
            else
            {
                group.Add(commands[i]);
                if (group.IsFull)
                {
                    group.Start();
                    group = new WaiterGroup();
                }
            }
        }

        group.Start();
    }

    /// <summary>Says that nothing is acknowledged.</summary>
    public void Fail(Exception error)
    {
        foreach (var command in commands)
        {
            Fail(command, error);
        }
    }

    private static void Fail(WriterCommand command, Exception error) =>
        ThreadPool.UnsafeQueueUserWorkItem(static failed => failed.command.Fail(failed.error), (command, error), preferLocal: false);
}
