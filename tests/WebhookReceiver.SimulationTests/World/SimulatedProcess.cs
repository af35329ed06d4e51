using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using WebhookReceiver.Dispatch;
using WebhookReceiver.Handlers;

namespace WebhookReceiver.SimulationTests.World;

/// <summary>One run of the receiver, from its start to its end: the production code on the clock, the threads and the disk of the simulation.</summary>
internal sealed class SimulatedProcess
{
    private readonly string _name;

    public SimulatedProcess(Simulation simulation, int place, int run, bool lacksAHandler)
    {
        (Simulation, Place, _name) = (simulation, place, $"p{place}.{run}");
        Clock = new SimulatedClock(simulation.Time, simulation.Thread);
        Threads = new SimulatedThreads(simulation.Thread);
        Store = new ObservedStore(simulation.Inbox.StoreFor(this), this, simulation.Model);
        var options = Options.Create(new WebhookReceiverOptions());
        options.Value.Dispatch.MaxConcurrency = simulation.Random.Next(1, 5);
        options.Value.Dispatch.Attempts = ReferenceModel.MaxAttempts;
        HandlerRegistration[] handlers = [new SimulatedHandler(this, "order", "only"), new SimulatedHandler(this, "pair", "first"), new SimulatedHandler(this, "pair", "second")];
        Handlers = new HandlerRegistry(lacksAHandler ? handlers[..2] : handlers);
        Due = new DueClock(Clock);
        var runner = new AttemptRunner(
            Handlers, SimulationServices.Scopes, new RetrySchedule(new Random(simulation.Random.Next())), options, Due, Clock, SimulationServices.Metrics,
            NullLogger<AttemptRunner>.Instance);
        Dispatcher = new Dispatcher(Store, runner, options, Due, Clock, Threads, NullLogger<Dispatcher>.Instance);
        Intake = new WebhookIntake(
            SimulationServices.Envelopes, Handlers, Store, new StoringLimit(Clock, Threads), Dispatcher, SimulationServices.Metrics, Clock, NullLogger<WebhookIntake>.Instance);
    }

    public Simulation Simulation { get; }

    public int Place { get; }

    public SimulatedClock Clock { get; }

    public DueClock Due { get; }

    public SimulatedThreads Threads { get; }

    public ObservedStore Store { get; }

    public Dispatcher Dispatcher { get; }

    public HandlerRegistry Handlers { get; }

    public WebhookIntake Intake { get; }

    /// <summary>Whether it takes deliveries.</summary>
    public bool IsListening { get; private set; }

    public bool IsStopping { get; private set; }

    public bool HasEnded { get; private set; }

    /// <summary>When it ended.</summary>
    public TimeSpan EndedAt { get; private set; }

    /// <summary>Until when nothing of it goes on.</summary>
    public TimeSpan PausedUntil { get; set; }

    public bool IsPaused => PausedUntil > Simulation.Time.Elapsed;

    /// <summary>When it last said that it lives.</summary>
    public TimeSpan LastHeartbeat { get; set; }

    /// <summary>When its lease was last seen to have run out, before it said anything again.</summary>
    public TimeSpan? LostAt { get; set; }

    /// <summary>Whether it said that it goes.</summary>
    public bool HasLeft { get; set; }

    /// <summary>How many deliveries it has not answered yet.</summary>
    public int Unanswered { get; set; }

    public async Task StartAsync()
    {
        await Store.OpenAsync(CancellationToken.None);
        Simulation.ReadChanges();
        Simulation.Model.Opened(this);
        Handlers.Number(Store);
        await Dispatcher.StartAsync(CancellationToken.None);
        IsListening = true;
    }

    /// <summary>What the host does at SIGTERM: no new deliveries, then the dispatcher, then the inbox.</summary>
    public async Task StopAsync()
    {
        (IsListening, IsStopping) = (false, true);
        await Dispatcher.StopAsync(CancellationToken.None);
        await Store.DisposeAsync();
        if (!HasEnded)
        {
            Simulation.ReadChanges();
            End();
            Simulation.Stopped(this);
        }
    }

    public void Crash()
    {
        if (!HasEnded)
        {
            End();
            Simulation.Inbox.Killed(this, Store.Inner);
        }
    }

    /// <summary>What the disk has to say before a commit.</summary>
    public void BeforeCommit() => Simulation.BeforeCommit();

    /// <summary>The store cannot write any more: the host stops.</summary>
    public void StorageFailed()
    {
        IsListening = false;
        Simulation.Soon(() => Simulation.Stop(this, "its storage failed"));
    }

    public override string ToString() => _name;

    private void End()
    {
        (IsListening, HasEnded, EndedAt) = (false, true, Simulation.Time.Elapsed);
        Threads.End();
        Clock.Clear();
        Simulation.Model.ProcessEnded(this);
    }
}
