namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>The columns of an event and how they are read back, in one place for the writer and the reader.</summary>
internal static class EventColumns
{
    public const string All = """
        e.seq, e.token, e.source, e.event_id, e.type, e.happened_at, e.received_at, e.content_type, e.headers, e.body_sha256,
        e.data_start, e.data_length, e.data_field, e.secret, e.body, e.purged_at
        """;

    public static InboxEvent Read(SqliteStatement row) => new()
    {
        Seq = row.Integer(0),
        Token = row.Integer(1),
        Source = row.Text(2),
        EventId = row.Text(3),
        Type = row.Text(4),
        Timestamp = row.NullableInteger(5) is { } at ? StoredTime.Read(at) : null,
        ReceivedAt = StoredTime.Read(row.Integer(6)),
        ContentType = row.Text(7),
        Headers = row.Text(8),
        BodySha256 = row.Blob(9),
        Data = new DataLocation((int)row.Integer(10), (int)row.Integer(11), row.NullableText(12)),
        SecretIndex = (int)row.Integer(13),
        Body = row.Blob(14),
        BodyPurgedAt = row.NullableInteger(15) is { } purged ? StoredTime.Read(purged) : null,
        IsReadBack = true,
    };
}
