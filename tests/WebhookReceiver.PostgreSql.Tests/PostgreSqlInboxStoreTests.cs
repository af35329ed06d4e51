using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Inbox;
using WebhookReceiver.PostgreSql.Tests.Support;
using WebhookReceiver.Tests.Inbox;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.PostgreSql.Tests;

/// <summary>The contract on PostgreSQL.</summary>
public sealed class PostgreSqlInboxStoreTests(TestDatabase database) : InboxStoreContract, IClassFixture<TestDatabase>
{
    private bool _isEmptied;

    private protected override async Task<IInboxStore> OpenAsync(IReadOnlyList<HandlerIdentity> handlers)
    {
        if (!_isEmptied)
        {
            await database.EmptyAsync();
            _isEmptied = true;
        }

        var store = new PostgreSqlInboxStore(new PostgreSqlInboxOptions
        {
            ConnectionString = database.ConnectionString,
            Handlers = handlers,
            Clock = new FakeTimeProvider(TestEvents.Start),
        });
        await store.OpenAsync(TestContext.Current.CancellationToken);
        return store;
    }

    private protected override async Task<string> ReadAuditAsync() =>
        string.Join(", ", await database.ReadTextsAsync("SELECT action || ': ' || reason FROM webhook_receiver.audit ORDER BY id"));

    private protected override void DeleteBehindTheProductsBack(InboxEvent stored, bool withEvent)
    {
        database.ExecuteAsync($"DELETE FROM webhook_receiver.work WHERE seq = {stored.Seq}").GetAwaiter().GetResult();
        if (withEvent)
        {
            database.ExecuteAsync($"DELETE FROM webhook_receiver.event WHERE seq = {stored.Seq}").GetAwaiter().GetResult();
        }
    }
}
