using System.Globalization;

namespace WebhookReceiver.SimulationTests.World;

/// <summary>What decides everything in a simulation.</summary>
/// <param name="Number">The seed.</param>
internal readonly record struct SimulationSeed(int Number)
{
    /// <summary>How many processes share the inbox.</summary>
    public int Processes => Number % 5 < 3 ? 1 : 2 + (Number % 2);

    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture);
}
