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
            if (Directory.Exists(_directory.FullName))
            {
                Directory.Delete(_directory.FullName, recursive: true);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Somebody else deletes it at this moment, or has a file open. A test that passed must not fail for what is left in the temporary directory.
        }
    }
}
