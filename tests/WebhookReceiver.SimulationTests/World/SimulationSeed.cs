using System.Globalization;

namespace WebhookReceiver.SimulationTests.World;

/// <summary>What decides everything in a simulation.</summary>
/// <param name="Number">The seed.</param>
internal readonly record struct SimulationSeed(int Number)
{
    /// <summary>One in so many runs on the embedded inbox itself, which takes a hundred times as long.</summary>
    private const int OneInSoManyOnSqlite = 10;

    /// <summary>Whether it runs on SQLite rather than on the reference.</summary>
    public bool IsOnSqlite => Number % OneInSoManyOnSqlite == 0;

    /// <summary>How many processes share the inbox.</summary>
    public int Processes => IsOnSqlite || Number % 5 < 3 ? 1 : 2 + (Number % 2);

    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture);
}
