using Npgsql;
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
}
