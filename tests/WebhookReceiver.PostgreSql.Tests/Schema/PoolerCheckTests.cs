using Npgsql;
using WebhookReceiver.Inbox;
using WebhookReceiver.PostgreSql.Schema;
using WebhookReceiver.PostgreSql.Tests.Support;

namespace WebhookReceiver.PostgreSql.Tests.Schema;

public sealed class PoolerCheckTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task IsPooled_TheWayThatStoresTake_IsSoWhereAPoolerStandsInBetween()
    {
        database.Need();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);

        Assert.Equal(database.IsPooled, await PoolerCheck.IsPooledAsync(source, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task IsPooled_TheServerItself_IsNot()
    {
        database.Need();
        await using var source = NpgsqlDataSource.Create(database.ServerConnectionString);

        Assert.False(await PoolerCheck.IsPooledAsync(source, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task EnsureDirect_PoolerInBetween_EndsAProgramThatPrepares()
    {
        database.Need();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);

        var error = await Record.ExceptionAsync(() => PoolerCheck.EnsureDirectAsync(source, TestContext.Current.CancellationToken));

        Assert.Equal(database.IsPooled, error is InboxException);
    }
}
