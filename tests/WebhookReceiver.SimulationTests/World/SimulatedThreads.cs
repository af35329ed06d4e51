using WebhookReceiver.Dispatch;

namespace WebhookReceiver.SimulationTests.World;

/// <summary>What a process would do on other threads waits here until the simulation picks it.</summary>
internal sealed class SimulatedThreads(SimulationThread thread) : WorkThreads
{
    private readonly List<IThreadPoolWorkItem> _waiting = [];
    private readonly List<Func<bool>> _turns = [];
    private bool _hasEnded;

    public int Waiting => _waiting.Count;

    /// <summary>Whether a loop may have something to do.</summary>
    public bool MayTurn { get; set; }

    public override void Run(IThreadPoolWorkItem item)
    {
        thread.Check();
        if (!_hasEnded)
        {
            _waiting.Add(item);
        }
    }

    /// <summary>Gives a loop a thread of its own.</summary>
    /// <param name="turn">One turn of it; <see langword="false"/> if there was nothing to do.</param>
    /// <returns>Waits until the loop has nothing to do any more.</returns>
    public Action Start(Func<bool> turn)
    {
        thread.Check();
        _turns.Add(turn);
        return () =>
        {
            while (!_hasEnded && turn())
            {
            }
        };
    }

    public void Execute(int index)
    {
        var item = _waiting[index];
        _waiting.RemoveAt(index);
        item.Execute();
    }

    /// <summary>Gives every loop its turn.</summary>
    public void Turn()
    {
        MayTurn = false;
        for (var i = 0; i < _turns.Count && !_hasEnded; i++)
        {
            _turns[i]();
        }
    }

    /// <summary>The process has ended: nothing of it goes on.</summary>
    public void End()
    {
        _hasEnded = true;
        MayTurn = false;
        _waiting.Clear();
    }
}
