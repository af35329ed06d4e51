using System.Globalization;
using WebhookReceiver.SimulationTests.Inboxes;

namespace WebhookReceiver.SimulationTests;

/// <summary>
/// Seeds by the thousand, each a world of its own in which all that may happen to a receiver happens, in an order that the seed decides; see README.md beside this
/// file.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int SeedsToFindABrokenGuard = 3_000;

    private static readonly int Seeds = Setting("SIMULATION_SEEDS") ?? 1_000;

    [Fact]
    public void Seeds_All_HoldThePromises()
    {
        var first = Setting("SIMULATION_SEED") ?? 1;
        var last = Setting("SIMULATION_SEED") ?? Seeds;
        var next = first - 1;
        string? found = null;
        Thread[] threads = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            while (Volatile.Read(ref found) is null && Interlocked.Increment(ref next) is var seed && seed <= last)
            {
                if (SimulationRun.Find(seed) is { } failure)
                {
                    Interlocked.CompareExchange(ref found, failure, null);
                }
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());

        if (first == last)
        {
            output.WriteLine(string.Join('\n', SimulationRun.Trace(first)));
        }

        Assert.True(found is null, found);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Seed_Again_TakesTheVerySameSteps(int seed) => Assert.Equal(SimulationRun.Trace(seed), SimulationRun.Trace(seed));

    public static TheoryData<BrokenGuard> BrokenGuards() => [.. Enum.GetValues<BrokenGuard>().Where(static guard => guard != BrokenGuard.None)];

    [Theory]
    [MemberData(nameof(BrokenGuards))]
    public void Guard_IsBroken_IsFound(BrokenGuard guard)
    {
        var seed = 1;
        while (seed <= SeedsToFindABrokenGuard && SimulationRun.Find(seed, guard) is null)
        {
            seed++;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{guard} is found by seed {seed}."));
        Assert.InRange(seed, 1, SeedsToFindABrokenGuard);
    }

    private static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
