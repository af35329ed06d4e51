using System.Runtime.InteropServices;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary><c>sqlite3_io_methods</c> (https://sqlite.org/c3ref/io_methods.html), its third version: what SQLite does with an open file.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SqliteFileMethods
{
    public int Version;
    public delegate* unmanaged[Cdecl]<nint, int> Close;
    public delegate* unmanaged[Cdecl]<nint, byte*, int, long, int> Read;
    public delegate* unmanaged[Cdecl]<nint, byte*, int, long, int> Write;
    public delegate* unmanaged[Cdecl]<nint, long, int> Truncate;
    public delegate* unmanaged[Cdecl]<nint, int, int> Sync;
    public delegate* unmanaged[Cdecl]<nint, long*, int> Size;
    private readonly nint _lock, _unlock, _isReserved, _control, _sectorSize, _characteristics;
    private readonly nint _mapShared, _lockShared, _barrier, _unmapShared;
    private readonly nint _fetch, _unfetch;
}
