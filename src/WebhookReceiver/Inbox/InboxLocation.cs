using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace WebhookReceiver.Inbox;

/// <summary>Reads the file's path from a connection string.</summary>
internal static class InboxLocation
{
    /// <returns><see langword="false"/> if the text is not a connection string or names no file (a database in memory keeps no promise).</returns>
    public static bool TryRead(string connectionString, [NotNullWhen(true)] out string? path)
    {
        path = null;
        try
        {
            var builder = new DbConnectionStringBuilder { ConnectionString = connectionString };
            if (builder.Count != 1 || !(builder.TryGetValue("Data Source", out var value) || builder.TryGetValue("DataSource", out value)))
            {
                return false;
            }

            path = value as string;
            return path is { Length: > 0 } && !path.Contains(":memory:", StringComparison.OrdinalIgnoreCase)
                && !path.StartsWith("file:", StringComparison.OrdinalIgnoreCase);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
