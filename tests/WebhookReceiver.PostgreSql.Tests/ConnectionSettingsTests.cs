using Npgsql;
using WebhookReceiver.Inbox;
using WebhookReceiver.PostgreSql.Tests.Support;

namespace WebhookReceiver.PostgreSql.Tests;

public sealed class ConnectionSettingsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string Canary = "canary-password-4f1d";

    [Theory]
    [InlineData("Host=db;Database=hooks", true)]
    [InlineData("Server=db;Database=hooks;Username=u;Password=p", true)]
    [InlineData("Host=a,b;Database=hooks;Target Session Attributes=primary", true)]
    [InlineData("Host=db", false)]
    [InlineData("Database=hooks", false)]
    [InlineData("Data Source=inbox.db", false)]
    [InlineData("Host=db;Database=hooks;Port=text", false)]
    [InlineData("postgres://u:p@db/hooks", false)]
    [InlineData("", false)]
    public void TryRead_Text_IsAConnectionStringOrNot(string text, bool isOne) => Assert.Equal(isOne, ConnectionSettings.TryRead(text, out _));

    [Theory]
    [InlineData("Host=db;Database=hooks", null)]
    [InlineData("Host=a,b;Database=hooks", "primary")]
    [InlineData("Host=a,b;Database=hooks;Target Session Attributes=primary", "primary")]
    [InlineData("Host=a,b;Database=hooks;Target Session Attributes=read-write", "read-write")]
    public async Task CreateSource_SeveralHosts_LooksForThePrimaryUnlessToldOtherwise(string text, string? target)
    {
        ConnectionSettings.TryRead(text, out var settings);

        await using var source = ConnectionSettings.CreateSource(settings!, connections: 1, prepares: false);

        Assert.Equal(target, new NpgsqlConnectionStringBuilder(source.ConnectionString).TargetSessionAttributes);
    }

    [Fact]
    public async Task Connect_HostThatCouldNotBeWrittenAMomentAgo_IsLookedAtAgainSoon()
    {
        database.Need();
        var own = new NpgsqlConnectionStringBuilder(database.ServerConnectionString);
        await using var source = ConnectionSettings.CreateSource(
            new NpgsqlConnectionStringBuilder(database.ServerConnectionString) { Host = $"{own.Host}:{own.Port},{own.Host}:{own.Port}", TargetSessionAttributes = "read-write" }, connections: 1, prepares: false);
        await WritableAsync(false);
        await Assert.ThrowsAsync<NpgsqlException>(async () => await OpenAsync(source));
        await WritableAsync(true);
        var began = TimeProvider.System.GetTimestamp();

        await Until.TrueAsync("the server can be written again", async () =>
        {
            // What was opened meanwhile knows the old setting.
            source.Clear();
            try
            {
                await OpenAsync(source);
                return true;
            }
            catch (NpgsqlException)
            {
                return false;
            }
        });

        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Location_OfAnything_HoldsNoPassword()
    {
        ConnectionSettings.TryRead($"Host=db;Database=hooks;Username=u;Password={Canary}", out var settings);

        Assert.Equal("hooks on db", ConnectionSettings.Location(settings!));
    }

    [Fact]
    public async Task Open_NoServer_SaysWhereAndNotThePassword()
    {
        await using var store = new PostgreSqlInboxStore(new PostgreSqlInboxOptions { ConnectionString = $"Host=127.0.0.1;Port=1;Database=hooks;Username=u;Password={Canary}", Handlers = [] });

        var error = await Assert.ThrowsAsync<InboxException>(() => store.OpenAsync(TestContext.Current.CancellationToken));

        Assert.Contains("hooks on 127.0.0.1", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_WrongPassword_SaysSoAndDoesNotRepeatIt()
    {
        database.Need();
        var text = new NpgsqlConnectionStringBuilder(database.ServerConnectionString) { Password = Canary }.ConnectionString;
        await using var store = new PostgreSqlInboxStore(new PostgreSqlInboxOptions { ConnectionString = text, Handlers = [] });

        var error = await Assert.ThrowsAsync<InboxException>(() => store.OpenAsync(TestContext.Current.CancellationToken));

        Assert.Contains("password authentication failed", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, error.ToString(), StringComparison.Ordinal);
    }

    private static async Task OpenAsync(NpgsqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
    }

    private Task WritableAsync(bool isWritable) => database.ExecuteAsync($"""
        BEGIN READ WRITE;
        DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = {(isWritable ? "off" : "on")}', current_database()); END $$;
        COMMIT
        """);
}
