using Npgsql;
using WebhookReceiver.Inbox;
using WebhookReceiver.PostgreSql.Schema;
using WebhookReceiver.PostgreSql.Tests.Support;

namespace WebhookReceiver.PostgreSql.Tests.Schema;

public sealed class SchemaMigratorTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly SchemaStep First = new(1, 1, "CREATE TABLE webhook_receiver.one(n int)");
    private static readonly SchemaStep Second = new(2, 1, "CREATE TABLE webhook_receiver.two(n int)");

    public async ValueTask InitializeAsync() => await database.EmptyAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Migrate_ManyProcessesAtOnce_TakesEachStepOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => MigrateAsync(First, Second)));

        Assert.Equal("1,2", await VersionsAsync());
    }

    [Fact]
    public async Task Migrate_AnotherMakesTheSchemaMeanwhile_GoesOnFromThere()
    {
        // A session that has made one before, as those of a pooler may have, asks the tables of the server for nothing of it any more.
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var session = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ServerConnectionString) { MaxPoolSize = 1 });
        var migrator = new SchemaMigrator(session, [First, Second]);
        await migrator.MigrateAsync(cancellationToken);
        await database.EmptyAsync();
        await using var other = new NpgsqlConnection(database.ServerConnectionString);
        await other.OpenAsync(cancellationToken);
        await using var transaction = await other.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync($"SELECT pg_advisory_xact_lock({SchemaMigrator.LockKey})");
        var migration = migrator.MigrateAsync(cancellationToken);
        await Until.TrueAsync("it waits", async () => await database.ReadAsync("SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") is 1L);

        await ExecuteAsync("CREATE SCHEMA webhook_receiver");
        await transaction.CommitAsync(cancellationToken);

        await migration;
        Assert.Equal("1,2", await VersionsAsync());

        async Task ExecuteAsync(string sql)
        {
#pragma warning disable CA2100 // A test's own words.
            await using var command = new NpgsqlCommand(sql, other, transaction);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    [Fact]
    public async Task Migrate_CutOffInTheMiddle_GoesOnFromThere()
    {
        await Assert.ThrowsAsync<PostgresException>(() => MigrateAsync(First, Second with { Statements = "CREATE TABLE webhook_receiver.two(n int); SELECT 1 / 0" }));
        Assert.Equal("1", await VersionsAsync());

        await MigrateAsync(First, Second);

        Assert.Equal("1,2", await VersionsAsync());
    }

    [Fact]
    public async Task Migrate_NewerThatOlderProgramsCanLiveWith_GoesOnBesideIt()
    {
        await MigrateAsync(First, Second);

        await MigrateAsync(First);

        Assert.Equal("1,2", await VersionsAsync());
    }

    [Fact]
    public async Task Migrate_NewerThatThisProgramCannotLiveWith_IsRefusedClearly()
    {
        await MigrateAsync(First, Second with { OldestProgram = 2 });

        var error = await Assert.ThrowsAsync<InboxException>(() => MigrateAsync(First));

        Assert.Contains("schema version 2", error.Message, StringComparison.Ordinal);
        Assert.Contains("this program knows 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_RoleThatMayNot_SaysWhatToGrant()
    {
        await database.ExecuteAsync("""
            DO $$ BEGIN CREATE ROLE webhook_test_poor LOGIN PASSWORD 'poor'; EXCEPTION WHEN duplicate_object THEN NULL; END $$
            """);
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ServerConnectionString) { Username = "webhook_test_poor", Password = "poor" });

        var error = await Assert.ThrowsAsync<InboxException>(() => new SchemaMigrator(source, [First]).MigrateAsync(TestContext.Current.CancellationToken));

        Assert.Contains("Grant it CREATE", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NewerProgramMakesThisOneImpossible_Ends()
    {
        await using var store = await StoreUnderTest.OpenAsync(database.ConnectionString);
        await database.ExecuteAsync("INSERT INTO webhook_receiver.version(version, oldest_program) VALUES (98, 1)");
        await store.AppendAsync("e1");
        await database.ExecuteAsync("INSERT INTO webhook_receiver.version(version, oldest_program) VALUES (99, 99)");

        await store.TurnUntilAsync("the program gives up", () => Task.FromResult(store.Store.HasFailed));

        Assert.IsType<InboxException>(Assert.Single(store.Failures));
    }

    private async Task MigrateAsync(params SchemaStep[] steps)
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await new SchemaMigrator(source, steps).MigrateAsync(TestContext.Current.CancellationToken);
    }

    private async Task<string> VersionsAsync() => (string)await database.ReadAsync("SELECT string_agg(version::text, ',' ORDER BY version) FROM webhook_receiver.version");
}
