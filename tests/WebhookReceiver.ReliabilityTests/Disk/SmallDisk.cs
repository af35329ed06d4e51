namespace WebhookReceiver.ReliabilityTests.Disk;

/// <summary>A disk in memory that is soon full.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const string Size = "192m";

    private readonly string _ballast;

    public SmallDisk()
    {
        Root = Directory.CreateTempSubdirectory("webhook-receiver-disk-").FullName;
        Command.Run("mount", "-t", "tmpfs", "-o", "size=" + Size, "webhook-receiver", Root);
        _ballast = Path.Combine(Root, "ballast");
    }

    public string Root { get; }

    /// <summary>Takes what is left of it, and again, until a condition holds: the receiver may still have room in its own files.</summary>
    public async Task FillAsync(Func<bool> until, TimeSpan limit)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!until())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < limit, "The receiver does not notice that the disk is full.");
            Fill();
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    /// <summary>Takes all but so many bytes of it.</summary>
    public void FillUntil(long free)
    {
        using var file = new FileStream(_ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        while (new DriveInfo(Root).AvailableFreeSpace > free)
        {
            file.Write(new byte[64 * 1024]);
        }
    }

    public void Free() => File.Delete(_ballast);

    public void Dispose()
    {
        Command.Run("umount", Root);
        Directory.Delete(Root);
    }

    private void Fill()
    {
        using var file = new FileStream(_ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            // Nothing is left.
        }
    }
}
