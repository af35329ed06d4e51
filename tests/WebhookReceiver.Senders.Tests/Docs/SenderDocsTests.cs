namespace WebhookReceiver.Senders.Tests.Docs;

/// <summary><c>docs/senders</c> says what the rows say. With <c>WRITE_DOCS=1</c> (<c>tests/senders --write-docs</c>) it is written instead.</summary>
public sealed class SenderDocsTests
{
    private static string Folder
    {
        get
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "WebhookReceiver.sln")))
            {
                folder = folder.Parent;
            }

            return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("The sources are not here."), "docs", "senders");
        }
    }

    [Fact]
    public void Docs_OfAllRows_AreAsTheRowsSay()
    {
        IReadOnlyDictionary<string, string> pages = SenderDocs.Write();
        if (Environment.GetEnvironmentVariable("WRITE_DOCS") == "1")
        {
            Directory.CreateDirectory(Folder);
            foreach (string file in Directory.GetFiles(Folder, "*.md").Where(file => !pages.ContainsKey(Path.GetFileName(file))))
            {
                File.Delete(file);
            }

            foreach ((string name, string page) in pages)
            {
                File.WriteAllText(Path.Combine(Folder, name), page);
            }
        }

        Assert.Equal(pages.Keys.Order(StringComparer.Ordinal), Directory.GetFiles(Folder, "*.md").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(pages, page => Assert.True(
            File.ReadAllText(Path.Combine(Folder, page.Key)) == page.Value, $"docs/senders/{page.Key} is not what its row says: run tests/senders --write-docs."));
    }
}
