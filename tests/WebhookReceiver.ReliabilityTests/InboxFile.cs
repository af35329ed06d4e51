using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>Reads the database behind the receiver's back.</summary>
internal sealed class InboxFile(string path) : IDisposable
{
    private const int Succeeded = 6;

    private readonly SqliteConnection _connection = DatabaseFile.Connect(path);

    /// <summary>The sender's ids of what is stored.</summary>
    public HashSet<string> EventIds() => Ids("SELECT event_id FROM event");

    /// <summary>The sender's ids of what is handled.</summary>
    public HashSet<string> HandledIds() => Ids($"SELECT event_id FROM event e JOIN work w ON w.seq = e.seq WHERE w.state = {Succeeded}");

    public void AssertIsIntact() => Assert.Equal(["ok"], Ids("PRAGMA integrity_check"));

    /// <summary>SQLite has no checksums: each body is held against its own.</summary>
    public void AssertBodiesAreIntact()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT event_id, body, body_sha256 FROM event";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            Assert.True(SHA256.HashData((byte[])reader[1]).AsSpan().SequenceEqual((byte[])reader[2]), $"The body of {reader[0]} is not what arrived.");
        }
    }

    public void Dispose() => _connection.Dispose();

    private HashSet<string> Ids(string sql)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // The statements stand above.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read())
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }
}
