using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>
/// Which attempts have called their handlers and have not come back, in a file beside the database that is mapped into memory: written by a few
/// machine instructions, kept by the operating system when the process dies in whatever way, and never flushed. After a loss of power it may be
/// old; an entry counts only for the very claim that it names, so that all it can be wrong about is whether the handler had come back.
/// </summary>
/// <remarks>Safe from any thread, each slot from one at a time; where it is closed already, nothing is recorded.</remarks>
internal sealed class StartedAttempts : IDisposable
{
    private static readonly int Size = Marshal.SizeOf<StartedAttempt>();

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    /// <param name="database">The file of the inbox.</param>
    public StartedAttempts(string database)
    {
        const int Slots = DispatchOptions.MostAtOnce;
        var stream = PrivateFile.Open(database + ".started", FileShare.None);
        if (stream.Length != Slots * Size)
        {
            // Written and not only made long: what finds no place on a full disk must be refused here, and not when it is mapped.
            stream.SetLength(0);
            stream.Write(new byte[Slots * Size]);
            stream.Flush();
        }

        _file = MemoryMappedFile.CreateFromFile(stream, mapName: null, Slots * Size, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, Slots * Size);
    }

    public void Start(int slot, StartedAttempt attempt) => Write(slot, attempt);

    public void Return(int slot) => Write(slot, default);

    /// <summary>What the last process left.</summary>
    public IReadOnlyList<StartedAttempt> Read()
    {
        var slots = new StartedAttempt[DispatchOptions.MostAtOnce];
        _view.ReadArray(0, slots, 0, slots.Length);
        return [.. slots.Where(static attempt => attempt.Seq != 0)];
    }

    /// <summary>Forgets it.</summary>
    public void Clear() => _view.WriteArray(0, new StartedAttempt[DispatchOptions.MostAtOnce], 0, DispatchOptions.MostAtOnce);

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private void Write(int slot, StartedAttempt attempt)
    {
        try
        {
            _view.Write((long)slot * Size, ref attempt);
        }
        catch (ObjectDisposedException)
        {
            // A handler that outlived the stop.
        }
    }
}

/// <summary>An attempt whose handler was called.</summary>
/// <param name="Seq">The event; 0 for none.</param>
/// <param name="Handler">The handler.</param>
/// <param name="Epoch">The claim's.</param>
/// <param name="StartedAt">When, in Unix milliseconds.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct StartedAttempt(long Seq, int Handler, int Epoch, long StartedAt);
