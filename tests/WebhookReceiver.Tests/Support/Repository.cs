namespace WebhookReceiver.Tests.Support;

/// <summary>The files that these tests were built from.</summary>
internal static class Repository
{
    private static readonly Lazy<string> Root = new(static () =>
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "WebhookReceiver.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The sources are not here.");
    });

    /// <summary>The full path of a file.</summary>
    public static string File(string path) => Path.Combine(Root.Value, path);
}
