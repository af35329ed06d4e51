using System.IO.MemoryMappedFiles;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>
/// The number of the last event that was stored, in a file beside the database that is mapped into memory, and written once its transaction is on disk. A database that ends before it
/// is not the one that was written: an older copy, or one without its log. It is never flushed: after a loss of power it may be old, and then says less than it could.
/// </summary>
/// <remarks>Used by one thread at a time.</remarks>
internal sealed class LastStored : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    /// <param name="database">The file of the inbox.</param>
    public LastStored(string database)
    {
        var stream = PrivateFile.Open(database + ".last", FileShare.None);
        if (stream.Length != sizeof(long))
        {
            // Written and not only made long: what finds no place on a full disk must be refused here, and not when it is mapped.
            stream.SetLength(0);
            stream.Write(new byte[sizeof(long)]);
            stream.Flush();
        }

        _file = MemoryMappedFile.CreateFromFile(stream, mapName: null, sizeof(long), MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, sizeof(long));
    }

    public long Seq
    {
        get => _view.ReadInt64(0);
        set => _view.Write(0, value);
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}

/// <summary>Events that were stored and are not in the file.</summary>
/// <param name="Last">The newest that is there; 0 if none is.</param>
/// <param name="Stored">The newest that was there.</param>
internal sealed record MissingEvents(long Last, long Stored);
