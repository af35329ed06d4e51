using WebhookReceiver.SimulationTests.Inboxes;
using WebhookReceiver.SimulationTests.World;

namespace WebhookReceiver.SimulationTests;

/// <summary>Runs seeds, and says what became of them.</summary>
internal static class SimulationRun
{
    private const int LinesShown = 150;

    /// <summary>Runs one seed.</summary>
    /// <returns>What was contradicted, with the last steps and how to see them again; <see langword="null"/> if nothing was.</returns>
    public static string? Find(int seed, BrokenGuard broken = BrokenGuard.None)
    {
        using var simulation = Make(seed, broken, isTraced: false);
        simulation.Run();
        if (simulation.Model.Failure is null)
        {
            return null;
        }

        using var again = Make(seed, broken, isTraced: true);
        again.Run();
        return $"""
            Seed {seed}: {again.Model.Failure ?? "not found again: " + simulation.Model.Failure}
            {string.Join(Environment.NewLine, again.Trace.Lines.TakeLast(LinesShown))}
            Replay: tests/simulation --seed {seed}
            """;
    }

    /// <summary>All steps of a seed.</summary>
    public static IReadOnlyList<string> Trace(int seed)
    {
        using var simulation = Make(seed, BrokenGuard.None, isTraced: true);
        simulation.Run();
        return simulation.Trace.Lines;
    }

    private static Simulation Make(int number, BrokenGuard broken, bool isTraced)
    {
        var seed = new SimulationSeed(number);
        return new Simulation(seed, isTraced, (seed, time) => new MemoryInbox(time, seed.Processes, broken));
    }
}
