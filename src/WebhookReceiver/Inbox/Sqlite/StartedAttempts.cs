using System.IO.MemoryMappedFiles;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>
/// Which attempts have called their handlers and have not come back, in a file beside the database that is mapped into memory: written by a few
/// machine instructions, kept by the operating system when the process dies in whatever way, and never flushed. After a loss of power it may be
/// old; an entry counts only for the very claim that it names, so that all it can be wrong about is whether the handler had come back.
/// </summary>
/// <remarks>Safe from any thread, each slot from one at a time; where it is closed already, nothing is recorded.</remarks>
internal sealed class StartedAttempts : IDisposable
{
    // A slot: the event's number (0 for none), the handler's, the claim's epoch, and when it was called.
    private const int Seq = 0, Handler = 8, Epoch = 12, StartedAt = 16, Size = 24;

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

    /// <summary>The number comes last: a process that dies in between has not said anything.</summary>
    public void Start(int slot, StartedAttempt attempt)
    {
        var place = (long)slot * Size;
        try
        {
            _view.Write(place + Handler, attempt.Handler);
            _view.Write(place + Epoch, attempt.Epoch);
            _view.Write(place + StartedAt, attempt.StartedAt);
            _view.Write(place + Seq, attempt.Seq);
        }
        catch (ObjectDisposedException)
        {
            // A handler that outlived the stop.
        }
    }

    public void Return(int slot)
    {
        try
        {
            _view.Write(((long)slot * Size) + Seq, 0L);
        }
        catch (ObjectDisposedException)
        {
            // As above.
        }
    }

    /// <summary>What the last process left.</summary>
    public StartedAttempt[] Read()
    {
        var attempts = new StartedAttempt[DispatchOptions.MostAtOnce];
        var count = 0;
        for (var place = 0L; place < DispatchOptions.MostAtOnce * Size; place += Size)
        {
            if (_view.ReadInt64(place + Seq) is not 0 and var seq)
            {
                attempts[count++] = new StartedAttempt(seq, _view.ReadInt32(place + Handler), _view.ReadInt32(place + Epoch), _view.ReadInt64(place + StartedAt));
            }
        }

        return attempts[..count];
    }

    /// <summary>Forgets it.</summary>
    public void Clear()
    {
        for (var place = 0L; place < DispatchOptions.MostAtOnce * Size; place += sizeof(long))
        {
            _view.Write(place, 0L);
        }
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}

/// <summary>An attempt whose handler was called.</summary>
/// <param name="Seq">The event.</param>
/// <param name="Handler">The handler.</param>
/// <param name="Epoch">The claim's.</param>
/// <param name="StartedAt">When, in Unix milliseconds.</param>
internal readonly record struct StartedAttempt(long Seq, int Handler, int Epoch, long StartedAt);
