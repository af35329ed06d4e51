using System.Runtime.InteropServices;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>
/// SQLite's functions for statements, as they are in C (https://sqlite.org/c3ref/funclist.html), from the library that Microsoft.Data.Sqlite
/// brings. The writer calls some fifty of them for each event: through SQLitePCLRaw each costs a safe handle and a stub, which together is
/// more than what SQLite does in most of them.
/// </summary>
/// <remarks>
/// <see cref="SuppressGCTransitionAttribute"/> stands where a call does a little work in memory and returns; a garbage collection waits for it.
/// Never on a call that can read or write a file, or copy a body.
/// </remarks>
internal static unsafe partial class SqliteNative
{
    private const string Library = "e_sqlite3";

    /// <summary>The memory stays as it is until the statement is reset.</summary>
    public const nint Static = 0;

    /// <summary>SQLite makes a copy at once.</summary>
    public const nint Transient = -1;

    /// <summary><c>SQLITE_FCNTL_LAST_ERRNO</c> (https://sqlite.org/c3ref/c_fcntl_begin_atomic_write.html): the system's number of a file's last error, an <see langword="int"/>.</summary>
    public const int LastSystemError = 4;

    /// <summary><c>SQLITE_FCNTL_FILE_POINTER</c>: the file itself, whose methods are <see cref="SqliteFileMethods"/>, as long as the connection is open.</summary>
    public const int FilePointer = 7;

    /// <summary><c>SQLITE_SYNC_NORMAL</c> (https://sqlite.org/c3ref/c_sync_dataonly.html): a flush as the system makes it.</summary>
    public const int SyncNormal = 2;

    [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v3")]
    public static partial int Prepare(nint connection, byte* sql, int length, uint flags, out nint statement, nint tail);

    [LibraryImport(Library, EntryPoint = "sqlite3_finalize")]
    public static partial int Finalize(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(nint statement);

    /// <remarks>Ends a transaction of its own where there is one, so that it can write.</remarks>
    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    public static partial int Reset(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64"), SuppressGCTransition]
    public static partial int Bind(nint statement, int index, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null"), SuppressGCTransition]
    public static partial int BindNull(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text"), SuppressGCTransition]
    public static partial int BindText(nint statement, int index, byte* text, int length, nint lifetime);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    public static partial int BindBlob(nint statement, int index, byte* value, int length, nint lifetime);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_zeroblob"), SuppressGCTransition]
    public static partial int BindZeros(nint statement, int index, int length);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_value")]
    public static partial int BindValue(nint statement, int index, nint value);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_value"), SuppressGCTransition]
    public static partial nint Value(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_type"), SuppressGCTransition]
    public static partial int Type(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64"), SuppressGCTransition]
    public static partial long Integer(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    public static partial byte* Blob(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes"), SuppressGCTransition]
    public static partial int Length(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_changes"), SuppressGCTransition]
    public static partial int Changes(nint connection);

    [LibraryImport(Library, EntryPoint = "sqlite3_extended_errcode"), SuppressGCTransition]
    public static partial int ExtendedErrorCode(nint connection);

    /// <summary>The system's number of the error that made the last call fail.</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_system_errno"), SuppressGCTransition]
    public static partial int SystemErrorNumber(nint connection);

    [LibraryImport(Library, EntryPoint = "sqlite3_errmsg")]
    public static partial nint ErrorMessage(nint connection);

    /// <param name="connection">The connection.</param>
    /// <param name="database">0: the main database.</param>
    /// <param name="mode"><c>SQLITE_CHECKPOINT_PASSIVE</c> or another.</param>
    /// <param name="framesInLog">How many pages the log holds.</param>
    /// <param name="framesCopied">How many of them are in the database.</param>
    [LibraryImport(Library, EntryPoint = "sqlite3_wal_checkpoint_v2")]
    public static partial int Checkpoint(nint connection, nint database, int mode, out int framesInLog, out int framesCopied);

    /// <param name="connection">The connection.</param>
    /// <param name="hook">Called after each commit, with the number of pages in the log.</param>
    /// <param name="state">The hook's first argument.</param>
    [LibraryImport(Library, EntryPoint = "sqlite3_wal_hook")]
    public static partial nint HookLog(nint connection, delegate* unmanaged[Cdecl]<int*, nint, byte*, int, int> hook, int* state);

    /// <param name="connection">The connection.</param>
    /// <param name="database">0: the main database.</param>
    /// <param name="operation">What is asked of its file.</param>
    /// <param name="answer">What the operation says.</param>
    [LibraryImport(Library, EntryPoint = "sqlite3_file_control")]
    public static partial int ControlFile(nint connection, nint database, int operation, void* answer);

    /// <param name="name">0: the default.</param>
    [LibraryImport(Library, EntryPoint = "sqlite3_vfs_find")]
    public static partial nint FindVfs(nint name);

    [LibraryImport(Library, EntryPoint = "sqlite3_vfs_register")]
    public static partial int RegisterVfs(nint vfs, int makeDefault);
}
