using System.Globalization;
using CsCheck;
using Microsoft.Extensions.Configuration;
using WebhookReceiver.Senders;
using WebhookReceiver.Sources;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Sources;

/// <summary>A setting is what its text says, or a problem that names it: never another value, and never both.</summary>
public sealed class SettingsReaderProperties
{
    [Fact]
    public void Number_OfAnyText_IsThatOfItsDigitsWithinItsRange() =>
        Gen.Int[0, 2_000].SelectMany(static number => PropertyRuns.Changed(number.ToString(CultureInfo.InvariantCulture))).Holds(static text =>
            Check(text, "WHR1020", static reader => reader.Number("Value", 1, 1_000), static (text, number) => number is >= 1 and <= 1_000 && Digits(text).TrimStart('0') == number.ToString(CultureInfo.InvariantCulture)));

    [Fact]
    public void Duration_OfAnyText_IsWithinItsRange() =>
        Gen.Int[0, 100_000].SelectMany(static seconds => PropertyRuns.Changed(TimeSpan.FromSeconds(seconds).ToString("c", CultureInfo.InvariantCulture))).Holds(static text =>
            Check(
                text, "WHR1022", static reader => reader.Duration("Value", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
                static (text, duration) => duration >= TimeSpan.FromSeconds(1) && duration <= TimeSpan.FromHours(1) && (!TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var read) || read == duration)));

    [Fact]
    public void Flag_OfAnyText_IsTrueOrFalse() =>
        Gen.OneOf("true", "false", "True").SelectMany(PropertyRuns.Changed).Holds(static text =>
            Check(text, "WHR1021", static reader => reader.Flag("Value"), static (text, flag) => text.Trim(' ', '\t', '\r', '\n', '\0', '\u2003').Equals(flag ? "true" : "false", StringComparison.OrdinalIgnoreCase)));

    [Fact]
    public void Choice_OfAnyText_IsOneOfTheNames() =>
        Gen.OneOf("Id", "body", "NONE", "0", "Id, Body").SelectMany(PropertyRuns.Changed).Holds(static text =>
            Check(text, "WHR1024", static reader => reader.Choice<DuplicateRule>("Value"), static (text, choice) => text.Trim().Equals(choice.ToString(), StringComparison.OrdinalIgnoreCase)));

    // The framework's reader takes a NUL behind a number for its end.
    private static string Digits(string text) => text.TrimEnd('\0');

    private static void Check<T>(string text, string code, Func<SettingsReader, T?> read, Func<string, T, bool> isRight)
        where T : struct
    {
        var problems = new List<ConfigurationProblem>();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Value", text)]).Build();
        var value = read(new SettingsReader(configuration, "Section", problems));

        Assert.True(value is null || isRight(text, value.Value), text);
        Assert.Equal(value is null && text.Length > 0 ? [(code, "Section:Value")] : [], problems.Select(static problem => (problem.Code, problem.Key)));
    }
}
