using WebhookReceiver.Inbox;
using WebhookReceiver.SimulationTests.Inboxes;

namespace WebhookReceiver.SimulationTests.World;

/// <summary>
/// A world of senders, processes, a disk and an operator, in which everything that may happen next waits until one of it is picked, by the seed. First it is
/// disturbed in every way that a receiver must bear; then it heals, and all that was accepted must come to its end.
/// </summary>
internal sealed partial class Simulation : IDisposable
{
    private const int MaxSteps = 200_000;

    private static readonly TimeSpan MaxHealing = TimeSpan.FromHours(2);

    private readonly List<(TimeSpan At, Action Do)> _world = [];
    private readonly List<SimulatedProcess> _processes = [];
    private readonly Dictionary<(string EventId, string Handler), HandlerScript> _scripts = [];
    private readonly List<SimulatedDelivery> _sent = [];
    private TimeSpan? _healedAt;
    private bool _isSettled;
    private bool _isDiskFull, _failsCommit, _endsAtCommit;
    private int _runs, _pending;

    public Simulation(SimulationSeed seed, bool isTraced, Func<SimulationSeed, SimulatedTime, ISimulatedInbox> inbox)
    {
        Random = new Random(seed.Number);
        Time = new SimulatedTime();
        Trace = new Trace(Time, isTraced);
        Model = new ReferenceModel(Time, Trace);
        Inbox = inbox(seed, Time);
    }

    public SimulationThread Thread { get; } = new();

    public Random Random { get; }

    public SimulatedTime Time { get; }

    public Trace Trace { get; }

    public ReferenceModel Model { get; }

    public ISimulatedInbox Inbox { get; }

    /// <summary>How much was done.</summary>
    public int Steps { get; private set; }

    /// <summary>Goes on until all is done, or the model is contradicted.</summary>
    public void Run()
    {
        for (var place = 0; place < Inbox.MaxProcesses; place++)
        {
            StartProcess(place);
        }

        PlanDisturbances();
        while (Model.Failure is null && !_isSettled)
        {
            Step();
        }

        if (Model.Failure is null)
        {
            CheckTheEnd();
        }
    }

    public HandlerScript ScriptOf(string eventId, string handler) =>
        _scripts.TryGetValue((eventId, handler), out var script) ? script : _scripts[(eventId, handler)] = HandlerScript.Random(Random);

    public void ReadChanges() => Model.Changed(Inbox.TakeChanges());

    /// <summary>Does it when it is picked, as soon as it may.</summary>
    public void Soon(Action action) => After(TimeSpan.Zero, action);

    /// <summary>A process is killed.</summary>
    public void Kill(SimulatedProcess process, string reason)
    {
        if (process.HasEnded)
        {
            return;
        }

        Trace.Add($"{process}: {reason}");
        process.Crash();
        Gone(process);
    }

    /// <summary>A process is told to stop.</summary>
    public void Stop(SimulatedProcess process, string reason)
    {
        if (process.HasEnded || process.IsStopping)
        {
            return;
        }

        Trace.Add($"{process}: stops, {reason}");
        Watch(process, process.StopAsync());
    }

    /// <summary>A process has stopped.</summary>
    public void Stopped(SimulatedProcess process) => Gone(process);

    /// <summary>What the disk has to say.</summary>
    public void BeforeCommit()
    {
        Thread.Check();
        if (_endsAtCommit)
        {
            _endsAtCommit = false;
            throw new SimulatedCrash();
        }

        if (_failsCommit || _isDiskFull)
        {
            var isForGood = _failsCommit;
            _failsCommit = false;
            Trace.Add(isForGood ? "disk: the flush fails" : "disk: full");
            throw new SimulatedDiskException(isForGood);
        }
    }

    public void Dispose() => Inbox.Dispose();

    private bool IsHealed => _healedAt is not null;

    private void Step()
    {
        var count = 0;
        foreach (var process in _processes)
        {
            count += Count(process);
        }

        var due = 0;
        foreach (var (at, _) in _world)
        {
            due += at <= Time.Elapsed ? 1 : 0;
        }

        if (count + due == 0)
        {
            Settle();
            return;
        }

        if (++Steps > MaxSteps)
        {
            Model.Fail("It does not come to rest.");
            return;
        }

        var pick = Random.Next(count + due);
        foreach (var process in _processes)
        {
            var here = Count(process);
            if (pick < here)
            {
                Execute(process, pick);
                return;
            }

            pick -= here;
        }

        for (var i = 0; i < _world.Count; i++)
        {
            if (_world[i].At <= Time.Elapsed && pick-- == 0)
            {
                var action = _world[i].Do;
                _world.RemoveAt(i);
                action();
                break;
            }
        }

        AfterStep();
    }

    private static int Count(SimulatedProcess process) =>
        process.HasEnded || process.IsPaused ? 0 : process.Threads.Waiting + process.Clock.CountDue() + (process.Threads.MayTurn ? 1 : 0);

    private void Execute(SimulatedProcess process, int pick)
    {
        try
        {
            if (pick < process.Threads.Waiting)
            {
                process.Threads.Execute(pick);
            }
            else if (pick - process.Threads.Waiting is var timer && timer < process.Clock.CountDue())
            {
                process.Clock.FireDue(timer);
            }
            else
            {
                process.Threads.Turn();
            }
        }
        catch (SimulatedCrash)
        {
            Kill(process, "ends at a commit");
        }

        AfterStep();
    }

    private void AfterStep()
    {
        ReadChanges();
        _processes.RemoveAll(static process => process.HasEnded);
        if (Thread.Left is { } left)
        {
            Model.Fail("It left its thread: " + left);
        }
    }

    /// <summary>Nothing can go on now: time passes until something can.</summary>
    private void Settle()
    {
        Model.CheckTimes();
        if (IsHealed && Model.IsDone && _pending == 0)
        {
            _isSettled = true;
            return;
        }

        if (Time.Elapsed - _healedAt > MaxHealing + Time.SetBack)
        {
            Model.Fail($"There still is something to do {MaxHealing} after it has healed: " + string.Join("; ", Model.Rows.Where(static row => row.Row.State < WorkState.Dead)));
            return;
        }

        var next = TimeSpan.MaxValue;
        foreach (var process in _processes)
        {
            var due = process.Clock.NextDue ?? TimeSpan.MaxValue;
            var from = process.IsPaused && due < process.PausedUntil ? process.PausedUntil : due;
            from = process.IsPaused && process.Threads.Waiting > 0 ? process.PausedUntil : from;
            next = from < next ? from : next;
        }

        foreach (var (at, _) in _world)
        {
            next = at < next ? at : next;
        }

        if (next == TimeSpan.MaxValue)
        {
            Model.Fail("Nothing can go on any more.");
            return;
        }

        // Timers come late on a busy machine, and the longer nothing happens the less there is to be seen.
        var late = Random.Next(100) switch { < 60 => 0, < 90 => Random.Next(2_000), _ => Random.Next(15_000) };
        Time.AdvanceTo(next + TimeSpan.FromMilliseconds(late));
        if (IsUnhealthy())
        {
            Model.HealthySince = Time.Elapsed;
        }
    }

    /// <summary>Whether due work may have to wait.</summary>
    private bool IsUnhealthy() =>
        _isDiskFull || _processes.Count < Inbox.MaxProcesses || _processes.Exists(process => !process.IsListening || process.IsPaused || process.PausedUntil > Model.HealthySince);

    private void After(TimeSpan delay, Action action) => _world.Add((Time.Elapsed + delay, action));

    private void After(double seconds, Action action) => After(TimeSpan.FromSeconds(Random.NextDouble() * seconds), action);

    private void StartProcess(int place)
    {
        var process = new SimulatedProcess(this, place, ++_runs, lacksAHandler: !IsHealed && _runs > 1 && Random.Next(6) == 0);
        _processes.Add(process);
        Trace.Add($"{process}: starts");
        Model.HealthySince = Time.Elapsed;
        Model.Opening();
        Watch(process, process.StartAsync());
    }

    private void Gone(SimulatedProcess process)
    {
        Model.HealthySince = Time.Elapsed;
        foreach (var delivery in _sent)
        {
            if (delivery.SentTo == process)
            {
                delivery.SentTo = null;
                TryAgainLater(delivery);
            }
        }

        if (!_isSettled)
        {
            After(IsHealed ? 1 : 5, () => StartProcess(process.Place));
        }
    }

    private async void Watch(SimulatedProcess process, Task task)
    {
        try
        {
            await task;
        }
        catch (SimulatedCrash)
        {
            Kill(process, "ends at a commit");
        }
#pragma warning disable CA1031 // Whatever it is, it should not have been.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Model.Fail($"{process} threw: {error}");
        }
    }

    /// <summary>The last start finds everything as the model says.</summary>
    private void CheckTheEnd()
    {
        foreach (var process in _processes.ToList())
        {
            process.PausedUntil = Time.Elapsed;
            Stop(process, "all is done");
        }

        while (Model.Failure is null && _processes.Exists(static process => !process.HasEnded))
        {
            var process = _processes.Find(static process => !process.HasEnded && Count(process) > 0);
            if (process is not null)
            {
                Execute(process, 0);
            }
            else
            {
                var next = _processes.Where(static left => !left.HasEnded).Min(static left => left.Clock.NextDue);
                if (next is null)
                {
                    Model.Fail("A stop does not come to its end.");
                    return;
                }

                Time.AdvanceTo(next.Value);
            }
        }

        if (Model.Failure is null && Inbox.Check(Model) is { } wrong)
        {
            Model.Fail(wrong);
        }
    }
}
