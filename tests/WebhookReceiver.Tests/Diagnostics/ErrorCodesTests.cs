using System.Globalization;
using System.Reflection;
using System.Text;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Diagnostics;

/// <summary><c>docs/errors.md</c> says what the catalogue of errors says. With <c>WRITE_DOCS=1</c> its tables are written instead.</summary>
public sealed class ErrorCodesTests
{
    private static readonly ErrorCode[] All =
        [.. typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(static field => (ErrorCode)field.GetValue(null)!)];

    private static string Docs => Repository.File("docs/errors.md");

    [Fact]
    public void Codes_AreUniqueAndInOrder()
    {
        Assert.Equal(All.Select(static error => error.Code).Order(StringComparer.Ordinal).Distinct(), All.Select(static error => error.Code));
        Assert.All(All, static error => Assert.Matches("^WHR[1245][0-9]{3}$", error.Code));
    }

    [Fact]
    public void Errors_HaveACauseAndAFixAndAreAnsweredUnderTheirOwnStatus() => Assert.All(All, static error =>
    {
        Assert.Matches(@"[.)]$", error.Cause);
        Assert.Matches(@"[.)]$", error.Fix);
        Assert.Equal(error.Code[3] == '1', error.Statuses.Count == 0);
        Assert.All(error.Statuses, static status => Assert.InRange(status, 400, 503));
    });

    [Theory]
    [InlineData("Configuration", '1')]
    [InlineData("Answers to senders", '2')]
    [InlineData("Answers of the management API", '5')]
    public void Docs_OfEachPart_AreAsTheCatalogueSays(string heading, char first)
    {
        var text = File.ReadAllText(Docs).ReplaceLineEndings("\n");
        var (from, to) = Table(text, heading);
        var expected = Write(first);
        if (Environment.GetEnvironmentVariable("WRITE_DOCS") == "1")
        {
            File.WriteAllText(Docs, text[..from] + expected + text[to..]);
            return;
        }

        Assert.True(expected == text[from..to], "docs/errors.md is not as ErrorCodes.cs says: run this test with WRITE_DOCS=1.");
    }

    private static (int From, int To) Table(string text, string heading)
    {
        var from = text.IndexOf("\n|", text.IndexOf($"\n## {heading}\n", StringComparison.Ordinal), StringComparison.Ordinal) + 1;
        var end = text.IndexOf("\n\n", from, StringComparison.Ordinal);
        return (from, end < 0 ? text.Length : end + 1);
    }

    // Whoever is told a code looks for it: each has an anchor of its own.
    private static string Write(char first)
    {
        var table = new StringBuilder(first == '1' ? "| code | cause | fix |\n|---|---|---|\n" : "| code | status | cause | fix |\n|---|---|---|---|\n");
        foreach (var error in All.Where(error => error.Code[3] == first || first == '2' && error.Code[3] == '4'))
        {
            table.Append(CultureInfo.InvariantCulture, $"| {error.Code}<a id=\"{error.Code.ToLowerInvariant()}\"></a> | {StatusesOf(error)}{error.Cause} | {error.Fix} |\n");
        }

        return table.ToString();
    }

    private static string StatusesOf(ErrorCode error) =>
        error.Statuses.Count == 0 ? "" : string.Join(", ", error.Statuses.Select(static status => status.ToString(CultureInfo.InvariantCulture)).Append(error.OtherStatus).OfType<string>()) + " | ";
}
