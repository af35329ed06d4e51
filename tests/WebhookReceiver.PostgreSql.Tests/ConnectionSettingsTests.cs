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
        var text = new Npgsql.NpgsqlConnectionStringBuilder(database.ServerConnectionString) { Password = Canary }.ConnectionString;
        await using var store = new PostgreSqlInboxStore(new PostgreSqlInboxOptions { ConnectionString = text, Handlers = [] });

        var error = await Assert.ThrowsAsync<InboxException>(() => store.OpenAsync(TestContext.Current.CancellationToken));

        Assert.Contains("password authentication failed", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, error.ToString(), StringComparison.Ordinal);
    }
}
