using System.Globalization;
using System.Reflection;

namespace WebhookReceiver.Tests.Attacks;

/// <summary>The list of attacks is part of what the product promises: no row of it loses its test unnoticed.</summary>
public sealed class AttackCoverageTests
{
    private static readonly string[] Rows =
    [
        .. Ids(1, 22), .. Ids(24, 36), .. Ids(55, 69), .. Ids(95, 95), .. Ids(110, 114),
    ];

    [Fact]
    public void EveryRow_HasATest()
    {
        var tested = typeof(AttackCoverageTests).Assembly.GetTypes()
            .SelectMany(static type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Where(static method => method.GetCustomAttributes().OfType<FactAttribute>().Any(static fact => fact.Skip is null && !fact.Explicit))
            .SelectMany(static method => method.GetCustomAttributes<TraitAttribute>())
            .Where(static trait => trait.Name == "Attack")
            .Select(static trait => trait.Value)
            .ToHashSet(StringComparer.Ordinal);

        Assert.Empty(Rows.Except(tested, StringComparer.Ordinal));
    }

    private static IEnumerable<string> Ids(int first, int last) =>
        Enumerable.Range(first, last - first + 1).Select(static number => string.Create(CultureInfo.InvariantCulture, $"A{number:00}"));
}
