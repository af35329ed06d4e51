namespace WebhookReceiver.PostgreSql.Writing;

/// <summary>The statement that stores a batch of events with their work, in two ways: one looks what of it is known, the other takes all for new.</summary>
internal static class AppendSql
{
    private const string Input = """
        WITH input AS MATERIALIZED (
            SELECT u.*, nextval('webhook_receiver.event_seq') AS seq
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) WITH ORDINALITY
                AS u(delivery, part, source, event_id, type, happened_at, received_at, token, secret, content_type, headers, body_sha256,
                    data_start, data_length, data_field, body, body_hash, known_until, ordinal)),
        """;

    /// <summary>In the order of the keys: two transactions with the same events never wait for each other.</summary>
    private const string InsertKeys = """
        INSERT INTO webhook_receiver.dedupe AS d (source, event_id, seq, token, body_hash, known_until)
            SELECT source, event_id, seq, token, body_hash, known_until FROM input ORDER BY source COLLATE "C", event_id COLLATE "C"
        """;

    private const string InsertEvents = """
        INSERT INTO webhook_receiver.event(seq, delivery, part, source, event_id, type, happened_at, received_at, token, secret, content_type,
                headers, body_sha256, data_start, data_length, data_field, body)
        """;

    private const string OtherColumns = """
        part, source, event_id, type, happened_at, received_at, token, secret, content_type,
                headers, body_sha256, data_start, data_length, data_field, body
        """;

    private const string InsertWork = """
        INSERT INTO webhook_receiver.work(seq, handler, state, generation, attempt, epoch, owner, due_at, started_at)
            SELECT i.seq, w.handler, w.state, 0, CASE w.state WHEN 0 THEN 1 ELSE 0 END, CASE w.state WHEN 0 THEN 1 ELSE 0 END,
                CASE w.state WHEN 0 THEN $24 END, w.due_at, w.started_at
            FROM unnest($19, $20, $21, $22, $23) AS w(index, handler, state, due_at, started_at) JOIN input i ON i.ordinal = w.index + 1
        """;

    private const string Count =
        "ON CONFLICT (node, lane) DO UPDATE SET events = l.events + excluded.events, open_work = l.open_work + excluded.open_work";

    /// <summary>Stores what is not known.</summary>
    public const string Insert = $"""
        {Input}
        fresh AS (
            {InsertKeys}
            ON CONFLICT (source, event_id) DO UPDATE
                SET seq = excluded.seq, token = excluded.token, body_hash = excluded.body_hash, known_until = excluded.known_until
                WHERE d.known_until <= (SELECT i.received_at FROM input i WHERE i.seq = excluded.seq)
            RETURNING d.seq),
        stored AS (
            {InsertEvents}
            SELECT seq, MIN(seq) OVER (PARTITION BY delivery), {OtherColumns}
            FROM input WHERE seq IN (SELECT seq FROM fresh)),
        opened AS (
            {InsertWork}
            WHERE i.seq IN (SELECT seq FROM fresh)
            RETURNING 1),
        counted AS (
            INSERT INTO webhook_receiver.ledger AS l (node, lane, events, open_work)
            SELECT $24, $25, (SELECT COUNT(*) FROM fresh), (SELECT COUNT(*) FROM opened)
            {Count})
        SELECT i.ordinal::int - 1, i.seq FROM input i WHERE i.seq IN (SELECT seq FROM fresh)
        """;

    /// <summary>
    /// Stores everything, for three quarters of the price, and fails where an event is known. Each event is a delivery of its own.
    /// </summary>
    public const string InsertNew = $"""
        {Input}
        fresh AS (
            {InsertKeys}),
        stored AS (
            {InsertEvents}
            SELECT seq, seq, {OtherColumns}
            FROM input),
        opened AS (
            {InsertWork}),
        counted AS (
            INSERT INTO webhook_receiver.ledger AS l (node, lane, events, open_work) SELECT $24, $25, cardinality($1), cardinality($19)
            {Count})
        SELECT i.ordinal::int - 1, i.seq FROM input i
        """;
}
