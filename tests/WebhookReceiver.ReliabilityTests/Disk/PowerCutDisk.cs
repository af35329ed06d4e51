namespace WebhookReceiver.ReliabilityTests.Disk;

/// <summary>
/// A disk whose power can be cut: an ext4 file system in a file on btrfs, which can copy a file in no time and at one instant. What had not been
/// handed to the disk then is not in the copy, which becomes the disk.
/// </summary>
internal sealed class PowerCutDisk : IDisposable
{
    private const string OuterSize = "4G";
    private const string Size = "1G";

    private readonly string _directory = Directory.CreateTempSubdirectory("webhook-receiver-disk-").FullName;
    private readonly string _outer;
    private readonly string _image;

    public PowerCutDisk()
    {
        Needs.Programs("mkfs.btrfs", "mkfs.ext4", "losetup", "mount", "cp");
        Needs.OwnMounts();
        _outer = Path.Combine(_directory, "outer");
        _image = Path.Combine(_outer, "disk");
        Root = Path.Combine(_directory, "inner");
        File.SetUnixFileMode(_directory, File.GetUnixFileMode(_directory) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Directory.CreateDirectory(_outer);
        Directory.CreateDirectory(Root);
        Command.Run("truncate", "-s", OuterSize, _outer + ".image");
        Command.Run("mkfs.btrfs", "-q", _outer + ".image");
        Mount(_outer + ".image", _outer, directly: false);
        Format();
    }

    /// <summary>Where it is mounted.</summary>
    public string Root { get; }

    /// <summary>Makes an empty disk of it.</summary>
    public void Format()
    {
        if (File.Exists(_image))
        {
            Unmount(Root);
        }

        File.Delete(_image);
        Command.Run("truncate", "-s", Size, _image);
        Command.Run("mkfs.ext4", "-q", _image);
        Mount(_image, Root, directly: true);
    }

    /// <summary>Writes back everything: what is on it before the power is cut.</summary>
    public void Flush() => Command.Run("sync", "-f", Root);

    /// <summary>Cuts the power. Who writes to the disk may go on, and does not see the difference until <see cref="ComeBack"/>.</summary>
    public void Cut() => Command.Run("cp", "--reflink=always", _image, _image + ".cut");

    /// <summary>Mounts what was on the disk when the power was cut. Nobody may have a file open on it.</summary>
    public void ComeBack()
    {
        Unmount(Root);
        File.Move(_image + ".cut", _image, overwrite: true);
        Mount(_image, Root, directly: true);
    }

    public void Dispose()
    {
        Unmount(Root);
        Unmount(_outer);
        Directory.Delete(_directory, recursive: true);
    }

    private static void Mount(string image, string at, bool directly)
    {
        var device = Command.Run("losetup", "--find", "--show", directly ? "--direct-io=on" : "--direct-io=off", image);
        try
        {
            Command.Run("mount", device, at);
        }
        finally
        {
            // It is let go as soon as it is not mounted any more, however this process ends.
            Command.Run("losetup", "--detach", device);
        }
    }

    private static void Unmount(string at) => Command.Run("umount", at);
}
