using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>What every connection to an inbox is set to before it reads anything: the file may have been made by somebody else.</summary>
internal static class SqliteGuards
{
    // Not among the constants of the wrapper.
    private const int DqsDml = 1013, DqsDdl = 1014, EnableView = 1015, TrustedSchema = 1017;

    /// <summary>
    /// Nothing that a schema says is run: no trigger, no view, no function but those that cannot do harm. A name in double quotes is a name and never a text, settings that could damage
    /// the file are refused, and each page is looked at before its cells are.
    /// </summary>
    public static void Set(sqlite3 handle)
    {
        Set(handle, raw.SQLITE_DBCONFIG_DEFENSIVE, 1);
        SetForCopying(handle);
    }

    /// <summary>The same for who makes a copy, which it may throw away: its journal can be switched off.</summary>
    public static void SetForCopying(sqlite3 handle)
    {
        Set(handle, raw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0);
        Set(handle, EnableView, 0);
        Set(handle, TrustedSchema, 0);
        Set(handle, DqsDml, 0);
        Set(handle, DqsDdl, 0);
        SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(handle, "PRAGMA cell_size_check = 1"), handle);
    }

    private static void Set(sqlite3 handle, int setting, int value)
    {
        var code = raw.sqlite3_db_config(handle, setting, value, out var found);
        SqliteException.ThrowExceptionForRC(code, handle);
        if (found != value)
        {
            throw new InboxException($"SQLite did not take the setting {setting} = {value}.");
        }
    }
}
