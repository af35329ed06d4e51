using Microsoft.Extensions.DependencyInjection;
using WebhookReceiver.Dispatch;
using WebhookReceiver.Inbox;
using WebhookReceiver.PostgreSql.Tests.Support;
using WebhookReceiver.Tests;
using WebhookReceiver.Tests.Dispatch;

namespace WebhookReceiver.PostgreSql.Tests;

/// <summary>A server that stalls.</summary>
public sealed class StoringLimitTests(TestDatabase database) : StoringLimitContract, IClassFixture<TestDatabase>
{
    private protected override async Task<ReceiverUnderTest> StartAsync(Action<WebhookReceiverBuilder> configure, Action beforeCommit)
    {
        await database.EmptyAsync();
        return await ReceiverUnderTest.StartAsync(webhooks =>
        {
            configure(webhooks);
            webhooks.Services.AddSingleton<IInboxStore>(provider => new PostgreSqlInboxStore(new PostgreSqlInboxOptions
            {
                ConnectionString = database.ConnectionString,
                Handlers = provider.GetRequiredService<HandlerRegistry>().Identities,
                Clock = provider.GetRequiredService<TimeProvider>(),
                BeforeCommit = () => Task.Run(beforeCommit),
            }));
        });
    }
}
