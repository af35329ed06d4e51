using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>
/// A prepared statement, stepped without ADO.NET. Values are copied when they are bound. Not thread-safe: it belongs to its connection's one
/// user, and must be disposed of before its connection.
/// </summary>
internal sealed unsafe class SqliteStatement : IDisposable
{
    private readonly nint _connection;
    private nint _statement;

    public SqliteStatement(sqlite3 connection, string sql)
    {
        _connection = connection.DangerousGetHandle();
        var utf8 = Encoding.UTF8.GetBytes(sql);
        fixed (byte* text = utf8)
        {
            Check(SqliteNative.Prepare(_connection, text, utf8.Length, raw.SQLITE_PREPARE_PERSISTENT, out _statement, 0));
        }
    }

    public SqliteStatement Bind(int index, long value)
    {
        Check(SqliteNative.Bind(_statement, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, long? value)
    {
        Check(value is { } number ? SqliteNative.Bind(_statement, index, number) : SqliteNative.BindNull(_statement, index));
        return this;
    }

    public SqliteStatement Bind(int index, ReadOnlySpan<byte> value)
    {
        // An empty span would be bound as NULL, which an empty body is not.
        fixed (byte* bytes = value)
        {
            Check(value.IsEmpty
                ? SqliteNative.BindZeros(_statement, index, 0)
                : SqliteNative.BindBlob(_statement, index, bytes, value.Length, SqliteNative.Transient));
        }

        return this;
    }

    [SkipLocalsInit]
    public SqliteStatement Bind(int index, string? value)
    {
        if (value is null)
        {
            Check(SqliteNative.BindNull(_statement, index));
            return this;
        }

        const int OnStack = 1024;
        var utf8 = value.Length <= OnStack / 3 ? stackalloc byte[OnStack] : new byte[Encoding.UTF8.GetMaxByteCount(value.Length)];
        var length = Encoding.UTF8.GetBytes(value, utf8);
        fixed (byte* text = utf8)
        {
            Check(SqliteNative.BindText(_statement, index, text, length, SqliteNative.Transient));
        }

        return this;
    }

    /// <summary>Binds what stands in a column of another statement's row, whatever it is.</summary>
    public SqliteStatement Bind(int index, SqliteStatement row, int column)
    {
        Check(SqliteNative.BindValue(_statement, index, SqliteNative.Value(row._statement, column)));
        return this;
    }

    /// <summary>Runs to the next row.</summary>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="SqliteException">The statement failed; it is reset.</exception>
    public bool Step()
    {
        var code = SqliteNative.Step(_statement);
        if (code is raw.SQLITE_ROW)
        {
            return true;
        }

        if (code is not raw.SQLITE_DONE)
        {
            var error = Error(code);
            Reset();
            throw error;
        }

        return false;
    }

    /// <summary>Runs a statement that gives no rows, and makes it ready for the next time.</summary>
    public void Run()
    {
        Step();
        Reset();
    }

    /// <summary>As <see cref="Run"/>.</summary>
    /// <returns>How many rows it changed.</returns>
    public int Change()
    {
        Run();
        return SqliteNative.Changes(_connection);
    }

    public void Reset() => _ = SqliteNative.Reset(_statement); // it repeats the error of the step, which was thrown there

    public long Integer(int column) => SqliteNative.Integer(_statement, column);

    public long? NullableInteger(int column) => IsNull(column) ? null : Integer(column);

    public string Text(int column) => Encoding.UTF8.GetString(BlobSpan(column));

    public string? NullableText(int column) => IsNull(column) ? null : Text(column);

    public byte[] Blob(int column) => BlobSpan(column).ToArray();

    /// <summary>The bytes of a text or a blob, until the next step.</summary>
    public ReadOnlySpan<byte> BlobSpan(int column)
    {
        var bytes = SqliteNative.Blob(_statement, column);
        return new ReadOnlySpan<byte>(bytes, SqliteNative.Length(_statement, column));
    }

    public void Dispose()
    {
        _ = SqliteNative.Finalize(_statement); // of no statement, as after an error in the constructor, it does nothing
        _statement = 0;
    }

    private bool IsNull(int column) => SqliteNative.Type(_statement, column) == raw.SQLITE_NULL;

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw Error(code);
        }
    }

    private SqliteException Error(int code) =>
        new(Marshal.PtrToStringUTF8(SqliteNative.ErrorMessage(_connection)) ?? "", code & 0xFF, SqliteNative.ExtendedErrorCode(_connection));
}
