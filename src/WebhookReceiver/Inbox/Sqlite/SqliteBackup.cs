using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>
/// Copies an inbox while a receiver works on it, or none does: all that was committed when the copying began, and nothing of what came later. The copy is one file that needs no log
/// beside it, and only its owner may read it.
/// </summary>
/// <remarks>
/// The receiver goes on writing, and its log grows meanwhile by what is written. Page by page under one transaction: a copy that begins anew whenever something is
/// written would never end under load.
/// </remarks>
internal static class SqliteBackup
{
    /// <summary>Copies an inbox to a file that is not there yet.</summary>
    /// <exception cref="IOException">The target is there already, or cannot be written.</exception>
    /// <exception cref="SqliteException">The source cannot be read, or the target cannot be written.</exception>
    public static void Copy(string source, string target)
    {
        using var from = ConnectReadOnly(source);
        PrivateFile.CreateNew(target).Dispose();
        try
        {
            using var to = Connect(target, SqliteOpenMode.ReadWrite);
            SetJournal(to, "OFF"); // what is not copied to its end is thrown away
            from.BackupDatabase(to);
            SetJournal(to, "DELETE"); // and not WAL, as the source has it: the copy is one file
        }
        catch (SqliteException)
        {
            File.Delete(target);
            throw;
        }
    }

    /// <summary>A name beside a target for what is not finished yet.</summary>
    public static string PartialOf(string target) => $"{target}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}.partial";

    public static SqliteConnection ConnectReadOnly(string path) => Connect(path, SqliteOpenMode.ReadOnly);

    /// <summary>Removes what a copying left that was cut off.</summary>
    public static void RemovePartial(string partial)
    {
        foreach (var suffix in new[] { "-journal", "-wal", "-shm", "" })
        {
            if (File.Exists(partial + suffix))
            {
                File.Delete(partial + suffix);
            }
        }
    }

    private static void SetJournal(SqliteConnection connection, string mode)
    {
        using var journal = connection.CreateCommand();
        journal.CommandText = $"PRAGMA journal_mode = {mode}";
        journal.ExecuteNonQuery();
    }

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ConnectionString);
        connection.Open();
        SqliteGuards.SetForCopying(connection.Handle!);
        return connection;
    }
}
