using Npgsql;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.PostgreSql;

/// <summary>The columns of an event and how they are read back, in one place for all that reads them.</summary>
internal static class EventColumns
{
    public const string All = """
        e.seq, e.token, e.source, e.event_id, e.type, e.happened_at, e.received_at, e.content_type, e.headers, e.body_sha256,
        e.data_start, e.data_length, e.data_field, e.secret, e.body, e.purged_at
        """;

    public const int Count = 16;

    public static InboxEvent Read(NpgsqlDataReader row) => new()
    {
        Seq = row.GetInt64(0),
        Token = row.GetInt64(1),
        Source = row.GetString(2),
        EventId = row.GetString(3),
        Type = row.GetString(4),
        Timestamp = row.IsDBNull(5) ? null : StoredTime.Read(row.GetInt64(5)),
        ReceivedAt = StoredTime.Read(row.GetInt64(6)),
        ContentType = row.GetString(7),
        Headers = row.GetString(8),
        BodySha256 = row.GetFieldValue<byte[]>(9),
        Data = new DataLocation(row.GetInt32(10), row.GetInt32(11), row.IsDBNull(12) ? null : row.GetString(12)),
        SecretIndex = row.GetInt32(13),
        Body = row.GetFieldValue<byte[]>(14),
        BodyPurgedAt = row.IsDBNull(15) ? null : StoredTime.Read(row.GetInt64(15)),
        IsReadBack = true,
    };
}
