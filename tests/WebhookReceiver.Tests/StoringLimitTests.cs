using WebhookReceiver.Tests.Dispatch;

namespace WebhookReceiver.Tests;

/// <summary>A disk that stalls.</summary>
public sealed class StoringLimitTests : StoringLimitContract
{
    private protected override Task<ReceiverUnderTest> StartAsync(Action<WebhookReceiverBuilder> configure, Action beforeCommit) =>
        ReceiverUnderTest.StartAsync(configure, beforeCommit: beforeCommit);
}
