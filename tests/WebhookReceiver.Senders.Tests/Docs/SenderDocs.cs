using System.Globalization;
using System.Text;

namespace WebhookReceiver.Senders.Tests.Docs;

/// <summary>All pages of <c>docs/senders</c>, by their file names.</summary>
internal static class SenderDocs
{
    public static IReadOnlyDictionary<string, string> Write()
    {
        SenderDefinition[] rows = [.. SenderCatalog.Ids.Select(Rows.Get)];
        Dictionary<string, string> pages = rows.ToDictionary(row => row.Id + ".md", SenderPage.Write);
        pages["README.md"] = WriteIndex(rows);
        return pages;
    }

    private static string WriteIndex(SenderDefinition[] rows)
    {
        var page = new StringBuilder();
        page.Append("<!-- Made from src/WebhookReceiver.Senders/Catalog by tests/senders. -->\n# The senders\n\n");
        page.Append(CultureInfo.InvariantCulture, $"{rows.Length} ways in which senders prove their deliveries, each a row of data with its evidence. ");
        page.Append("What a proof covers: the whole *body*; a *part* of it; or *nothing*, where a token is shown with each delivery, which is weaker than a signature. ");
        page.Append("Evidence is where the way of proving was read; *not verified* rows need `AllowUnverifiedSender`.\n\n");
        foreach ((Confidence confidence, int count) in rows.CountBy(row => row.Evidence.Confidence).OrderBy(pair => pair.Key))
        {
            page.Append(CultureInfo.InvariantCulture, $"- {SenderWords.ConfidenceWord(confidence)}: {count}\n");
        }

        page.Append("\n| `Sender` | name | proof | covers | evidence |\n|---|---|---|---|---|\n");
        foreach (SenderDefinition row in rows)
        {
            string proofs = string.Join(", ", row.Schemes.Select(SenderWords.Algorithm).Distinct());
            page.Append(CultureInfo.InvariantCulture, $"| [`{row.Id}`]({row.Id}.md) | {row.Name} | {proofs} | {SenderWords.Coverage(SenderPlan.Compile(row).Coverage)} | {SenderWords.ConfidenceWord(row.Evidence.Confidence)} |\n");
        }

        return page.ToString();
    }
}
