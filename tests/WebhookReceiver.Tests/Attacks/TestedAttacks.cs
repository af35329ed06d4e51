using System.Globalization;
using System.Reflection;

namespace WebhookReceiver.Tests.Attacks;

/// <summary>The rows of docs/attacks.md that the tests of an assembly name.</summary>
internal static class TestedAttacks
{
    public static IReadOnlySet<string> In(Assembly assembly) => assembly.GetTypes()
        .SelectMany(static type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly))
        .Where(static method => method.GetCustomAttributes().OfType<FactAttribute>().Any(static fact => fact.Skip is null && !fact.Explicit))
        .SelectMany(static method => method.GetCustomAttributes<TraitAttribute>())
        .Where(static trait => trait.Name == "Attack")
        .Select(static trait => trait.Value)
        .ToHashSet(StringComparer.Ordinal);

    public static IEnumerable<string> Ids(int first, int last) =>
        Enumerable.Range(first, last - first + 1).Select(static number => string.Create(CultureInfo.InvariantCulture, $"A{number:00}"));
}
