using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>
/// The writing connection's way to the file system (https://sqlite.org/vfs.html): the platform's own, except for the log, which is a
/// <see cref="SqliteLogFile"/>. Connections that read or copy go by the platform's and see the very same files.
/// </summary>
internal static unsafe class SqliteLogVfs
{
    /// <summary>The last argument of <c>sqlite3_open_v2</c>.</summary>
    public const string Name = "webhook-receiver-log";

    private static readonly Lock Gate = new();
    private static Vfs* _platform;

    /// <summary>Makes the name known to SQLite: once in a process, however often it is called.</summary>
    public static void Register()
    {
        lock (Gate)
        {
            if (_platform is not null)
            {
                return;
            }

            var platform = (Vfs*)SqliteNative.FindVfs(0);
            var vfs = (Vfs*)NativeMemory.Alloc((nuint)sizeof(Vfs));
            *vfs = *platform;
            vfs->Name = Marshal.StringToCoTaskMemUTF8(Name);
            vfs->FileSize = OffsetOfOurs(platform) + sizeof(nint);
            vfs->Open = &Open;
            SqliteException.ThrowExceptionForRC(SqliteNative.RegisterVfs((nint)vfs, makeDefault: 0), null);
            _platform = platform;
        }
    }

    /// <summary>What stands behind the platform's own state of a file: the handle of our object, for a log.</summary>
    public static nint* Ours(nint file) => (nint*)(file + OffsetOfOurs(_platform));

    private static int OffsetOfOurs(Vfs* platform) => (platform->FileSize + sizeof(nint) - 1) & -sizeof(nint);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(Vfs* vfs, byte* path, nint file, int flags, int* givenFlags)
    {
        var code = _platform->Open(_platform, path, file, flags, givenFlags);
        if (code == raw.SQLITE_OK && (flags & raw.SQLITE_OPEN_WAL) != 0)
        {
            SqliteLogFile.TakeOver(file, Marshal.PtrToStringUTF8((nint)path)!);
        }

        return code;
    }

    /// <summary><c>sqlite3_vfs</c> (https://sqlite.org/c3ref/vfs.html), its third version.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Vfs
    {
        public int Version;
        public int FileSize;
        public int LongestPath;
        public nint Next;
        public nint Name;
        public nint Data;
        public delegate* unmanaged[Cdecl]<Vfs*, byte*, nint, int, int*, int> Open;
        private readonly nint _delete, _access, _fullPath, _openLibrary, _libraryError, _symbol, _closeLibrary, _randomness, _sleep, _time, _lastError;
        private readonly nint _exactTime;
        private readonly nint _setSystemCall, _getSystemCall, _nextSystemCall;
    }
}
