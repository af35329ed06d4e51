using System.Diagnostics;
using System.IO.MemoryMappedFiles;

namespace WebhookReceiver.ReliabilityTests.Disk;

/// <summary>
/// A disk that does as it is told, under a receiver in a process of its own: a small library (<c>faulty_disk.c</c>) is loaded before libc and stands between the
/// two. What it does can be changed while the receiver runs.
/// </summary>
internal sealed class FaultyDisk : IDisposable
{
    private const int PageSize = 4096;

    // The offsets of struct control.
    private const int Armed = 0, CallsAt = 4, FilesAt = 8, ActionAt = 12, Argument = 16, First = 24, Count = 32, SeenAt = 40, HitAt = 48, FlushesAt = 56;

    private static readonly Lazy<string> Library = new(Compile);

    private readonly string _control = Path.GetTempFileName();
    private readonly string? _record;
    private readonly string _database;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _page;

    /// <param name="database">The path of the inbox, without symbolic links in it.</param>
    /// <param name="record">A file to which the order of writes and flushes is written.</param>
    public FaultyDisk(string database, string? record = null)
    {
        Needs.Programs("gcc");
        (_database, _record) = (database, record);
        File.WriteAllBytes(_control, new byte[PageSize]);
        _file = MemoryMappedFile.CreateFromFile(_control, FileMode.Open);
        _page = _file.CreateViewAccessor();
        if (record is not null)
        {
            File.WriteAllBytes(record, []);
        }
    }

    /// <summary>How many calls there were that the fault is about.</summary>
    public long Seen => _page.ReadInt64(SeenAt);

    /// <summary>How many of them were faulty.</summary>
    public long Hit => _page.ReadInt64(HitAt);

    /// <summary>How many flushes of the inbox there were, faulty ones included.</summary>
    public long Flushes => _page.ReadInt64(FlushesAt);

    /// <summary>The environment of a receiver that shall have this disk.</summary>
    public Dictionary<string, string> Settings(IReadOnlyDictionary<string, string>? others = null)
    {
        var settings = new Dictionary<string, string>(others ?? new Dictionary<string, string>())
        {
            ["LD_PRELOAD"] = Library.Value,
            ["FAULTY_DISK_CONTROL"] = _control,
            ["FAULTY_DISK_DATABASE"] = _database,
        };
        if (_record is not null)
        {
            settings["FAULTY_DISK_RECORD"] = _record;
        }

        return settings;
    }

    /// <summary>From now on.</summary>
    public void Arm(DiskFault fault)
    {
        Disarm();
        _page.Write(CallsAt, (int)fault.Calls);
        _page.Write(FilesAt, (int)fault.Files);
        _page.Write(ActionAt, (int)fault.Action);
        _page.Write(Argument, fault.Argument);
        _page.Write(First, fault.First);
        _page.Write(Count, fault.Count);
        _page.Write(SeenAt, 0L);
        _page.Write(HitAt, 0L);
        Thread.MemoryBarrier();
        _page.Write(Armed, 1);
    }

    public void Disarm() => _page.Write(Armed, 0);

    public void Dispose()
    {
        _page.Dispose();
        _file.Dispose();
        File.Delete(_control);
    }

    private static string Compile()
    {
        var library = Path.Combine(AppContext.BaseDirectory, "faulty_disk.so");
        using var compiler = Process.Start("gcc", ["-std=gnu17", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, Path.Combine(AppContext.BaseDirectory, "Disk", "faulty_disk.c")]);
        compiler.WaitForExit();
        Assert.Equal(0, compiler.ExitCode);
        return library;
    }
}
