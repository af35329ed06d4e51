using WebhookReceiver.Sources;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Sources;

public sealed class SecretUseTests
{
    [Fact]
    public void Matched_ADeliveryOfLongAgo_IsNoLaterThanWhatWas()
    {
        var use = new SecretUse();

        use.Matched(TestEvents.Start);
        use.Matched(TestEvents.Start.AddDays(-1));
        Assert.Equal(TestEvents.Start, use.LastMatchedAt);

        use.Matched(TestEvents.Start.AddSeconds(1));
        Assert.Equal(TestEvents.Start.AddSeconds(1), use.LastMatchedAt);
    }
}
