namespace WebhookReceiver.Testing;

/// <summary>A directory for one program's inbox. The container makes it before the inbox and disposes of it after, when the file is closed.</summary>
internal sealed class TestInboxDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("webhook-test-");

    public string InboxPath => Path.Combine(_directory.FullName, "inbox.db");

    public void Dispose()
    {
        try
        {
            _directory.Delete(recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Something still has a file open. A test that passed must not fail for what is left in the temporary directory.
        }
    }
}
