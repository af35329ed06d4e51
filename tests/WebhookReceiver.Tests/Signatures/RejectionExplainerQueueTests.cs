using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Senders;
using WebhookReceiver.Signatures;
using WebhookReceiver.Sources;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Signatures;

public sealed class RejectionExplainerQueueTests
{
    private const int Mebibyte = 1024 * 1024;

    [Fact]
    public async Task Offer_MoreThanWaitAtOnce_TakesNoRoomForWhatIsDropped()
    {
        using var explainer = new RejectionExplainer(new SourceRegistry(), new FakeTimeProvider(TestEvents.Start), NullLogger<RejectionExplainer>.Instance);
        for (var i = 0; i < 40; i++)
        {
            Offer(explainer, $"source-{i}", Mebibyte / 20);
        }

        await explainer.StartAsync(TestContext.Current.CancellationToken);
        await explainer.UntilIdleAsync();
        var last = Offer(explainer, "last", Mebibyte);
        await explainer.UntilIdleAsync();

        Assert.NotNull(last.Explanation);
        await explainer.StopAsync(TestContext.Current.CancellationToken);
    }

    private static Rejection Offer(RejectionExplainer explainer, string name, int length)
    {
        Assert.True(SenderCatalog.TryGet("hmac-sha256", out var row));
        var rejection = new Rejection("whd_" + name, TestEvents.Start, name, RejectionReason.SignatureMissing, "WHR2000", 401, "192.0.2.7", length);
        explainer.Offer(rejection, new Delivery
        {
            Source = new WebhookSource(name, SenderPlan.Compile(row), [], new WebhookSourceOptions(), publicUrl: null),
            Method = "POST",
            Body = new byte[length],
            Format = BodyFormat.Json,
            ContentType = "application/json",
            Headers = new HeaderDictionary(),
            Query = "",
            ArrivedAt = TestEvents.Start,
            ReceivedAt = TestEvents.Start,
        });
        return rejection;
    }
}
