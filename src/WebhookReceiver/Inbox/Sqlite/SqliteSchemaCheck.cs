using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>
/// Compares what a file says of its tables with what this program makes. A trigger, a view, a default or an index that was put in would be run or believed with every
/// statement of ours.
/// </summary>
internal static class SqliteSchemaCheck
{
    /// <summary>What to do about it.</summary>
    public const string Fix = "Remove what does not belong there, or restore a backup.";

    /// <summary>A database of something else may have hundreds.</summary>
    private const int MostNamed = 5;

    // What ANALYZE leaves says only which index is the better one.
    private const string Query = "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema WHERE NOT (type = 'table' AND name IN ('sqlite_stat1', 'sqlite_stat4')) ORDER BY name";

    private static readonly Lazy<Dictionary<SchemaItem, string>> Ours = new(ReadOurs);

    /// <summary>What there is in a file of any version that no version of this program makes, a sentence each.</summary>
    public static IReadOnlyList<string> Foreign(sqlite3 handle) => Foreign(Read(handle));

    /// <summary>The same, and what is missing or not as it must be in a file of this version.</summary>
    public static IReadOnlyList<string> Changed(sqlite3 handle)
    {
        var found = Read(handle);
        var problems = Foreign(found);
        foreach (var item in Ours.Value.Keys.Except(found.Keys))
        {
            problems.Add($"The {item.Type} '{item.Name}' is missing.");
        }

        foreach (var (item, text) in Ours.Value)
        {
            if (found.TryGetValue(item, out var other) && other != text)
            {
                problems.Add($"The {item.Type} '{item.Name}' was changed.");
            }
        }

        return problems;
    }

    private static List<string> Foreign(Dictionary<SchemaItem, string> found) =>
        [.. found.Keys.Except(Ours.Value.Keys).Take(MostNamed).Select(static item => $"It has the {item.Type} '{Shown(item.Name)}', which is not the receiver's.")];

    private static Dictionary<SchemaItem, string> ReadOurs()
    {
        SqliteException.ThrowExceptionForRC(raw.sqlite3_open(":memory:", out var handle), handle);
        using (handle)
        {
            SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(handle, SqliteSchema.Create), handle);
            return Read(handle);
        }
    }

    private static Dictionary<SchemaItem, string> Read(sqlite3 handle)
    {
        var found = new Dictionary<SchemaItem, string>();
        using var row = new SqliteStatement(handle, Query);
        while (row.Step())
        {
            found[new SchemaItem(row.Text(0), row.Text(1))] = $"{row.Text(2)}: {WithoutSpace(row.Text(3))}";
        }

        return found;
    }

    /// <summary>SQLite keeps the text as it was written, and adds to it what an older version has got since; the white space between may differ.</summary>
    private static string WithoutSpace(string sql) => string.Concat(sql.Split([' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries).Select(static word => word + " "))
        .Replace(", ", ",", StringComparison.Ordinal).Replace("( ", "(", StringComparison.Ordinal).TrimEnd();

    /// <summary>Somebody else's text, on its way to a terminal.</summary>
    private static string Shown(string name) => string.Concat(name.Take(80).Select(static character => char.IsControl(character) ? '?' : character));

    /// <summary>A class: for tables of pairs of values no code is compiled ahead, and each start would compile it.</summary>
    private sealed record SchemaItem(string Type, string Name);
}
