namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>
/// Holds the inbox for this process: the operating system frees the lock when the process ends, however it ends. A side file, because an
/// exclusive lock on the database itself would lock out our own read-only connections and a backup.
/// </summary>
internal sealed class InboxLockFile : IDisposable
{
    private readonly FileStream _file;

    private InboxLockFile(FileStream file) => _file = file;

    /// <exception cref="InboxException">Another process holds the inbox.</exception>
    public static InboxLockFile Take(string database)
    {
        var path = database + ".lock";
        try
        {
            return new InboxLockFile(PrivateFile.Open(path, FileShare.None));
        }
        catch (IOException error)
        {
            throw new InboxException($"The inbox {database} is in use by another process ({path} is locked). One process serves one SQLite inbox.", error);
        }
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>Files and directories that only our own user may enter.</summary>
internal static class PrivateFile
{
    public static FileStream Open(string path, FileShare share) => Open(path, FileMode.OpenOrCreate, share);

    /// <exception cref="IOException">There is such a file already.</exception>
    public static FileStream CreateNew(string path) => Open(path, FileMode.CreateNew, FileShare.None);

    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static FileStream Open(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
