namespace WebhookReceiver.PostgreSql.Schema;

/// <summary>
/// The tables of the inbox, as the steps that lead to them. Times are Unix milliseconds, as on the embedded inbox, but for leases, which are the
/// server's own business; states and outcomes are the numbers of their enums.
/// </summary>
/// <remarks>
/// A step that was released is never changed. Programs of two versions run beside each other while a deployment rolls: a step adds what older
/// programs do not notice, or it says from which version on a program can live with it.
/// </remarks>
internal static class InboxSchema
{
    /// <summary>Every name is written with it, so that nothing depends on a session's search path.</summary>
    public const string Name = "webhook_receiver";

    public static readonly IReadOnlyList<SchemaStep> Steps = [new(Version: 1, OldestProgram: 1, First)];

    /// <summary>The version that this program makes.</summary>
    public static int Version => Steps[^1].Version;

    private const string First = """
        CREATE TABLE webhook_receiver.handler(
            id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            source text COLLATE "C" NOT NULL, type text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL,
            seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            UNIQUE(source, type, name));

        CREATE SEQUENCE webhook_receiver.event_seq;

        -- Immutable. The body is raw bytes: jsonb would refuse \u0000 and drop what a signature covers. It is not compressed: that would take
        -- the server's processor while a sender waits.
        CREATE TABLE webhook_receiver.event(
            seq bigint PRIMARY KEY, delivery bigint NOT NULL, part int NOT NULL,
            source text COLLATE "C" NOT NULL, event_id text COLLATE "C" NOT NULL, type text COLLATE "C" NOT NULL,
            happened_at bigint, received_at bigint NOT NULL, token bigint NOT NULL, secret int NOT NULL,
            content_type text NOT NULL, headers text NOT NULL, body_sha256 bytea NOT NULL,
            data_start int NOT NULL, data_length int NOT NULL, data_field text,
            purged_at bigint, body bytea NOT NULL);
        ALTER TABLE webhook_receiver.event ALTER COLUMN body SET STORAGE EXTERNAL;

        -- The only thing that decides whether an event is known; it outlives the event.
        CREATE TABLE webhook_receiver.dedupe(
            source text COLLATE "C" NOT NULL, event_id text COLLATE "C" NOT NULL,
            seq bigint NOT NULL, token bigint NOT NULL, body_hash bigint NOT NULL, known_until bigint NOT NULL,
            PRIMARY KEY(source, event_id));
        -- For what is not known any more; next to nothing to keep, since rows come in the order of that time.
        CREATE INDEX dedupe_known_until ON webhook_receiver.dedupe USING brin(known_until);

        -- Open work alone: what has succeeded is moved to work_done. So it stays small however much is stored, an index with the state in it
        -- costs the usual event nothing (it goes from running to gone), and what is left of that is swept away in moments.
        CREATE TABLE webhook_receiver.work(
            seq bigint NOT NULL, handler int NOT NULL, state smallint NOT NULL,
            generation int NOT NULL, attempt int NOT NULL, epoch int NOT NULL, owner int,
            due_at bigint, started_at bigint, ended_at bigint, error text, crash_count int NOT NULL DEFAULT 0,
            PRIMARY KEY(seq, handler))
            WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0,
                autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);
        CREATE INDEX work_due ON webhook_receiver.work(due_at, seq) WHERE state BETWEEN 1 AND 2;
        CREATE INDEX work_open ON webhook_receiver.work(state, seq) WHERE state BETWEEN 2 AND 5;

        CREATE TABLE webhook_receiver.work_done(
            seq bigint NOT NULL, handler int NOT NULL, generation int NOT NULL, attempt int NOT NULL, epoch int NOT NULL,
            started_at bigint NOT NULL, ended_at bigint NOT NULL,
            PRIMARY KEY(seq, handler));

        CREATE TABLE webhook_receiver.attempt(
            seq bigint NOT NULL, handler int NOT NULL, epoch int NOT NULL, generation int NOT NULL, number int NOT NULL,
            started_at bigint NOT NULL, ended_at bigint NOT NULL, outcome smallint NOT NULL, error text,
            PRIMARY KEY(seq, handler, generation, epoch));

        CREATE TABLE webhook_receiver.audit(
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at bigint NOT NULL, seq bigint NOT NULL, action text NOT NULL, reason text NOT NULL);

        -- One row per process. Its time is the server's alone.
        CREATE TABLE webhook_receiver.node(
            id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, version int NOT NULL,
            started_at timestamptz NOT NULL DEFAULT clock_timestamp(), expires_at timestamptz NOT NULL)
            WITH (fillfactor = 50);

        -- Which handlers a process has called: a few dozen attempts a row, written anew as a whole when one begins. It need not be logged, since a
        -- server that crashes takes no process of ours along.
        CREATE UNLOGGED TABLE webhook_receiver.called(
            node int NOT NULL, part int NOT NULL,
            seqs bigint[] NOT NULL, handlers int[] NOT NULL, epochs int[] NOT NULL, starts bigint[] NOT NULL,
            PRIMARY KEY(node, part))
            WITH (fillfactor = 20);

        -- How many events were stored and how much work is open, by who counted: one row for each connection that writes, so that none waits for
        -- another. What ended processes counted stands in the row of node 0.
        CREATE TABLE webhook_receiver.ledger(
            node int NOT NULL, lane int NOT NULL, events bigint NOT NULL, open_work bigint NOT NULL, purged bigint NOT NULL DEFAULT 0,
            PRIMARY KEY(node, lane))
            WITH (fillfactor = 20);
        INSERT INTO webhook_receiver.ledger(node, lane, events, open_work) VALUES (0, 0, 0, 0);
        """;
}
