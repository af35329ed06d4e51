namespace WebhookReceiver.ReliabilityTests;

/// <summary>How often a fault is tried: a few times in the gate, many times in the long form (<c>tests/reliability --long</c>).</summary>
internal static class Trials
{
    public static bool AreMany { get; } = Environment.GetEnvironmentVariable("RELIABILITY_LONG") == "1";

    public static int Of(int few, int many) => AreMany ? many : few;

    /// <summary>Numbers from 1 to a last one: all of them in the long form, otherwise fewer, growing apart.</summary>
    public static IEnumerable<int> Numbers(int last)
    {
        for (var n = 1; n <= last; n += AreMany ? 1 : 1 + (n / 2))
        {
            yield return n;
        }
    }
}
