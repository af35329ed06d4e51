using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>Runs SQLite's own check of the file beside everything else, after a process that did not close it.</summary>
internal sealed class SqliteQuickCheck : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Action<IReadOnlyList<string>> _onChecked;
    private readonly Thread _thread;
    private volatile bool _stopping;

    /// <param name="path">The database file.</param>
    /// <param name="onChecked">Called at the end, on a thread of this class, with what is wrong; not called if it is disposed of before.</param>
    public SqliteQuickCheck(string path, Action<IReadOnlyList<string>> onChecked)
    {
        _onChecked = onChecked;
        _connection = SqliteBackup.ConnectReadOnly(path);
        _thread = new Thread(Run) { IsBackground = true, Name = "Inbox check", Priority = ThreadPriority.BelowNormal };
        _thread.Start();
    }

    public void Dispose()
    {
        _stopping = true;
        do
        {
            // Again and again: it ends a statement that runs, and not one that is about to.
            raw.sqlite3_interrupt(_connection.Handle!);
        }
        while (!_thread.Join(TimeSpan.FromMilliseconds(20)));

        _connection.Dispose();
    }

    private void Run()
    {
        var found = new List<string>();
        try
        {
            using var check = new SqliteStatement(_connection.Handle!, "PRAGMA quick_check(20)");
            while (!_stopping && check.Step())
            {
                found.Add(check.Text(0));
            }
        }
        catch (SqliteException error)
        {
            found.Add(error.Message);
        }

        if (!_stopping)
        {
            _onChecked([.. found.Where(static line => line != "ok")]);
        }
    }
}
