namespace WebhookReceiver.Host.Tests;

/// <summary>A directory of its own for one test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string FullName { get; } = Directory.CreateTempSubdirectory("webhook-host-").FullName;

    public string Write(string name, string text)
    {
        var path = Path.Combine(FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Makes a file that nobody may read; for the root of the machine one of the kernel's, which can only be written.</summary>
    public void WriteUnreadable(string name)
    {
        var path = Path.Combine(FullName, name);
        File.Delete(path);
        if (Environment.IsPrivilegedProcess)
        {
            File.CreateSymbolicLink(path, "/proc/sys/vm/compact_memory");
        }
        else
        {
            Write(name, "");
            File.SetUnixFileMode(path, UnixFileMode.None);
        }

        Assert.Throws<UnauthorizedAccessException>(() => File.ReadAllBytes(path));
    }

    public void Dispose() => Directory.Delete(FullName, recursive: true);
}
