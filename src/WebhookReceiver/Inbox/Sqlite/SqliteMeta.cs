using SQLitePCL;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>The numbers that the inbox keeps under a name. For one connection, inside its transaction.</summary>
internal sealed class SqliteMeta(sqlite3 handle) : IDisposable
{
    private readonly SqliteStatement _read = new(handle, "SELECT value FROM meta WHERE key = ?1");
    private readonly SqliteStatement _set = new(handle, "INSERT INTO meta(key, value) VALUES (?1, ?2) ON CONFLICT(key) DO UPDATE SET value = excluded.value");

    /// <returns><see langword="null"/> if there is none.</returns>
    public long? Read(string key)
    {
        long? value = _read.Bind(1, key).Step() ? _read.Integer(0) : null;
        _read.Reset();
        return value;
    }

    public void Set(string key, long value) => _set.Bind(1, key).Bind(2, value).Run();

    public void Dispose()
    {
        _read.Dispose();
        _set.Dispose();
    }
}
