namespace WebhookReceiver.SimulationTests.World;

/// <summary>What happens to a receiver.</summary>
internal sealed partial class Simulation
{
    private const int MostReplays = 4;

    private int _events, _forged, _replays;

    private void PlanDisturbances()
    {
        var at = TimeSpan.Zero;
        for (var left = Random.Next(15, 60); left > 0; left--)
        {
            at += TimeSpan.FromSeconds(Random.NextDouble() * Random.Next(10) switch { < 4 => 0, < 6 => 0.05, < 8 => 2, _ => 45 });
            After(at, Disturb);
        }

        After(at + TimeSpan.FromSeconds(Random.Next(30)), Heal);
    }

    private void Disturb()
    {
        if (Model.Failure is not null)
        {
            return;
        }

        switch (Random.Next(100))
        {
            case < 42:
                SendNew(Random.Next(8) == 0 ? 3 : 1);
                break;
            case < 52:
                SendKnownAgain();
                break;
            case < 55:
                Send(new SimulatedDelivery($"forged{++_forged}", "order", 0, isForged: true));
                break;
            case < 63:
                SomeProcess(process => Kill(process, "killed"));
                break;
            case < 69:
                SomeProcess(process => Stop(process, "told to"));
                break;
            case < 74:
                SomeProcess(Pause);
                break;
            case < 79 when Inbox.MaxProcesses == 1: // what several share is due by the database's clock
                JumpWall();
                break;
            case < 87:
                SomeProcess(Replay);
                break;
            case < 93:
                SomeProcess(Cancel);
                break;
            case < 96:
                FillDisk();
                break;
            case < 98:
                _failsCommit = true;
                break;
            default:
                _endsAtCommit = true;
                break;
        }
    }

    private void Heal()
    {
        Trace.Add("it heals");
        _healedAt = Time.Elapsed;
        (_isDiskFull, _failsCommit, _endsAtCommit) = (false, false, false);
        foreach (var process in _processes)
        {
            process.PausedUntil = Time.Elapsed;
        }

        // Who lacks a handler parks its work, and a person would see to that.
        foreach (var process in _processes)
        {
            Stop(process, "deployed anew");
        }

        Model.HealthySince = Time.Elapsed;
    }

    private void SendNew(int twins)
    {
        var (id, type) = ($"e{++_events}", Random.Next(10) switch { < 6 => "order", < 9 => "pair", _ => "unknown" });
        for (var i = 0; i < twins; i++)
        {
            Send(new SimulatedDelivery(id, type, 0, isForged: false));
        }
    }

    private void SendKnownAgain()
    {
        if (_sent.FindAll(static delivery => !delivery.IsForged) is { Count: > 0 } genuine)
        {
            var known = genuine[Random.Next(genuine.Count)];
            Send(new SimulatedDelivery(known.EventId, known.Type, Random.Next(2), isForged: false));
        }
    }

    private void Send(SimulatedDelivery delivery)
    {
        _sent.Add(delivery);
        _pending++;
        Model.Sends(delivery);
        Try(delivery);
    }

    private void Try(SimulatedDelivery delivery)
    {
        var listening = _processes.FindAll(static process => process is { IsListening: true, IsPaused: false });
        if (listening.Count == 0)
        {
            TryAgainLater(delivery);
            return;
        }

        delivery.Tries++;
        delivery.SentTo = listening[Random.Next(listening.Count)];
        TryAsync(delivery, delivery.SentTo);
    }

    private async void TryAsync(SimulatedDelivery delivery, SimulatedProcess process)
    {
        ReceiveResult? result = null;
        try
        {
            result = await process.Intake.ReceiveAsync(delivery.ToDelivery(Time.Wall));
        }
#pragma warning disable CA1031 // The server answers 500.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Trace.Add($"{process}: {delivery.EventId} is answered 500: {error.Message}");
            if (!process.IsStopping)
            {
                Model.Fail($"{delivery.EventId} is answered 500: {error}");
            }
        }

        if (delivery.SentTo != process)
        {
            return; // the connection was gone with the process
        }

        delivery.SentTo = null;
        if (result is ReceiveResult.Rejected { Reason: RejectionReason.StorageFailed or RejectionReason.StorageSlow or RejectionReason.Overloaded } or null)
        {
            TryAgainLater(delivery);
            return;
        }

        Trace.Add($"{process}: {delivery.EventId} is answered {(result is ReceiveResult.Stored stored ? stored.Events[0].IsDuplicate ? "duplicate" : "accepted" : "no")}");
        _pending--;
        ReadChanges();
        Model.Answered(delivery, result);
    }

    private void TryAgainLater(SimulatedDelivery delivery) => After(15, () => Try(delivery));

    private void SomeProcess(Action<SimulatedProcess> action)
    {
        if (_processes.FindAll(static process => process is { IsListening: true, IsPaused: false }) is { Count: > 0 } listening)
        {
            action(listening[Random.Next(listening.Count)]);
        }
    }

    /// <summary>The process stands still: the machine is out of memory, a virtual machine is moved.</summary>
    private void Pause(SimulatedProcess process)
    {
        process.PausedUntil = Time.Elapsed + TimeSpan.FromSeconds(Random.NextDouble() * 90);
        Trace.Add($"{process}: stands still until {process.PausedUntil}");
    }

    private void JumpWall()
    {
        var by = TimeSpan.FromSeconds(Random.Next(4) switch { 0 => 3600, 1 => -3600, 2 => Random.Next(60), _ => -Random.Next(60) });
        Time.JumpWall(by);
        Trace.Add($"the wall clock jumps by {by}");
    }

    private void Replay(SimulatedProcess process)
    {
        if (Model.Seqs is { Count: > 0 } seqs && _replays < MostReplays)
        {
            _replays++;
            var seq = seqs[Random.Next(seqs.Count)];
            var type = _sent.Find(delivery => delivery.EventId == Model.EventIdOf(seq))!.Type;
            AskAsync(process, seq, "a replay", () => process.Store.ReplayAsync(seq, process.Handlers.Resolve(WebhookReceiverOptions.DefaultSourceName, type), "again", process.Clock.GetUtcNow()));
        }
    }

    private void Cancel(SimulatedProcess process)
    {
        if (Model.Seqs is { Count: > 0 } seqs)
        {
            var seq = seqs[Random.Next(seqs.Count)];
            AskAsync(process, seq, "a cancellation", () => process.Store.CancelAsync(seq, "enough", process.Clock.GetUtcNow()));
        }
    }

    private async void AskAsync(SimulatedProcess process, long seq, string what, Func<ValueTask<Inbox.ChangeStatus>> ask)
    {
        Trace.Add($"{process}: {what} of {seq} is asked for");
        Model.PersonAsks(seq);
        try
        {
            var status = await ask();
            Trace.Add($"{process}: {what} of {seq} is {status}");
            process.Dispatcher.Wake();
        }
#pragma warning disable CA1031 // The operator is told that it failed, and asks again or not.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Trace.Add($"{process}: {what} of {seq} failed: {error.Message}");
        }

        Model.PersonIsAnswered(seq);
    }

    private void FillDisk()
    {
        _isDiskFull = true;
        Trace.Add("the disk is full");
        After(40, () =>
        {
            _isDiskFull = false;
            Model.HealthySince = Time.Elapsed;
            Trace.Add("the disk has room again");
        });
    }
}
