using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using SQLitePCL;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>
/// The log as the writing connection sees it: a commit is one write and one flush. SQLite writes each page of a commit with two calls, and flushes the
/// file's times with its data. Used by one thread at a time.
/// </summary>
/// <remarks>
/// What is gathered here belongs to a commit that nobody sees yet: with <c>synchronous=FULL</c> SQLite publishes pages of the log to other
/// connections after it has flushed them.
/// </remarks>
internal sealed unsafe partial class SqliteLogFile
{
    /// <summary>More than a full batch of the writer fills.</summary>
    private const int Capacity = 2 * 1024 * 1024;

    /// <summary>The platform takes no more in one call: it looks at the lower 17 bits of a length, and what has none left is a full disk to it.</summary>
    private const int MostInOneWrite = 0x1FFFF;

    /// <summary>EINTR.</summary>
    public const int Interrupted = 4;

    private readonly nint _file;
    private readonly string _path;
    private readonly SqliteFileMethods* _platform;
    private readonly SqliteFileMethods* _methods;
    private readonly byte* _gathered = (byte*)NativeMemory.Alloc(Capacity);
    private int _length;
    private long _offset;
    private SafeFileHandle? _flushed;

    private SqliteLogFile(nint file, string path)
    {
        (_file, _path) = (file, path);
        _platform = *(SqliteFileMethods**)file;
        _methods = (SqliteFileMethods*)NativeMemory.Alloc((nuint)sizeof(SqliteFileMethods));
        *_methods = *_platform;
        _methods->Close = &Close;
        _methods->Read = &Read;
        _methods->Write = &Write;
        _methods->Truncate = &Truncate;
        _methods->Sync = &Sync;
        _methods->Size = &Size;
    }

    /// <summary>Stands between SQLite and a file that the platform has opened, until SQLite closes it.</summary>
    public static void TakeOver(nint file, string path)
    {
        var log = new SqliteLogFile(file, path);
        *SqliteLogVfs.Ours(file) = GCHandle.ToIntPtr(GCHandle.Alloc(log));
        *(SqliteFileMethods**)file = log._methods;
    }

    private static SqliteLogFile Of(nint file) => (SqliteLogFile)GCHandle.FromIntPtr(*SqliteLogVfs.Ours(file)).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(nint file, byte* data, int length, long offset) => Of(file).Gather(data, length, offset);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(nint file, int flags) => Of(file).Flush(flags);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(nint file, byte* data, int length, long offset)
    {
        var log = Of(file);
        var code = log.WriteGathered();
        return code == raw.SQLITE_OK ? log._platform->Read(file, data, length, offset) : code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(nint file, long size)
    {
        var log = Of(file);
        var code = log.WriteGathered();
        return code == raw.SQLITE_OK ? log._platform->Truncate(file, size) : code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Size(nint file, long* size)
    {
        var log = Of(file);
        var code = log.WriteGathered();
        return code == raw.SQLITE_OK ? log._platform->Size(file, size) : code;
    }

    /// <summary>What is gathered is of a transaction that was not committed, and ends with it.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(nint file)
    {
        var handle = GCHandle.FromIntPtr(*SqliteLogVfs.Ours(file));
        var log = (SqliteLogFile)handle.Target!;
        var code = log._platform->Close(file);
        log._flushed?.Dispose();
        NativeMemory.Free(log._gathered);
        NativeMemory.Free(log._methods);
        handle.Free();
        return code;
    }

    private int Gather(byte* data, int length, long offset)
    {
        var isNext = offset == _offset + _length && length <= Capacity - _length;
        if (!isNext && WriteGathered() is not raw.SQLITE_OK and var code)
        {
            return code;
        }

        if (length > Capacity)
        {
            return _platform->Write(_file, data, length, offset);
        }

        if (_length == 0)
        {
            _offset = offset;
        }

        Unsafe.CopyBlockUnaligned(_gathered + _length, data, (uint)length);
        _length += length;
        return raw.SQLITE_OK;
    }

    private int WriteGathered()
    {
        if (_length == 0)
        {
            return raw.SQLITE_OK;
        }

        // A write that fails ends its transaction: what was gathered is not tried again.
        var length = _length;
        _length = 0;
        for (var written = 0; written < length;)
        {
            var count = Math.Min(length - written, MostInOneWrite);
            if (_platform->Write(_file, _gathered + written, count, _offset + written) is not raw.SQLITE_OK and var code)
            {
                return code;
            }

            written += count;
        }

        return raw.SQLITE_OK;
    }

    private int Flush(int flags)
    {
        if (WriteGathered() is not raw.SQLITE_OK and var code)
        {
            return code;
        }

        if (_flushed is not null)
        {
            return FlushData(_flushed);
        }

        // The first flush is the platform's: it flushes the directory too, in which the log may be new.
        code = _platform->Sync(_file, flags);
        if (code == raw.SQLITE_OK && OperatingSystem.IsLinux())
        {
            _flushed = OpenOrNull();
        }

        return code;
    }

    /// <summary>A descriptor of our own, since SQLite does not tell its. It may be opened and closed at will: what SQLite locks is other files.</summary>
    private SafeFileHandle? OpenOrNull()
    {
        try
        {
            return File.OpenHandle(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // the platform's way is as safe
        }
    }

    private static int FlushData(SafeFileHandle file)
    {
        while (fdatasync(file) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                return raw.SQLITE_IOERR_FSYNC;
            }
        }

        return raw.SQLITE_OK;
    }

    /// <summary>POSIX: the data, and of the rest what is needed to read them (https://pubs.opengroup.org/onlinepubs/9799919799/functions/fdatasync.html).</summary>
    [LibraryImport("libc", SetLastError = true)]
    private static partial int fdatasync(SafeFileHandle file);
}
