using WebhookReceiver.Tests.Attacks;

namespace WebhookReceiver.Host.Tests.Exposure;

/// <summary>The rows of docs/attacks.md that need the whole host: none of them loses its test unnoticed.</summary>
public sealed class AttackCoverageTests
{
    private static readonly string[] Rows =
        [.. TestedAttacks.Ids(76, 78), .. TestedAttacks.Ids(80, 82), "A84", "A88", .. TestedAttacks.Ids(91, 94), "A98", "A102"];

    [Fact]
    public void EveryRow_HasATest() => Assert.Empty(Rows.Except(TestedAttacks.In(typeof(AttackCoverageTests).Assembly), StringComparer.Ordinal));
}
