using System.Net;
using System.Text;
using WebhookReceiver.Senders;
using WebhookReceiver.Signatures;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Signatures;

/// <summary>Deliveries whose key must be fetched, over the whole way.</summary>
public sealed class KeyFetchTests(PipelineHost host) : IClassFixture<PipelineHost>
{
    [Fact]
    public async Task Delivery_WhoseKeyCannotBeFetched_Is503AndStoresNothingAndIsTakenWhenItCan()
    {
        host.Clock.Advance(KeyFetcher.Lifetime);
        var stored = await host.CountStoredAsync();
        host.KeyHost.Status = HttpStatusCode.BadGateway;
        var request = NewMessage();

        var refused = await host.SendAsync(request);

        Assert.Equal(503, refused.Status);
        Assert.Equal("WHR4005", refused.Json.GetProperty("code").GetString());
        Assert.Equal("30", refused.Header("Retry-After"));
        Assert.Equal(stored, await host.CountStoredAsync());

        host.KeyHost.Status = HttpStatusCode.OK;
        host.Clock.Advance(KeyFetcher.Pause);
        await host.AssertAcceptedAsync(request, WebhookReceiver.Inbox.WorkState.Parked);
    }

    [Fact]
    [Trait("Attack", "A95")]
    public async Task Delivery_OfAnotherTopic_IsRefusedThoughTheSenderSignedIt()
    {
        var other = NewMessage(PipelineHost.TopicArn + "2");

        await host.AssertUnverifiedAsync(other, RejectionReason.SignatureMismatch);
    }

    [Fact]
    [Trait("Attack", "A95")]
    public async Task Delivery_ThatNamesAKeyElsewhere_IsRefusedWithoutARequest()
    {
        var before = host.KeyHost.Requests;
        var request = NewMessage();
        var body = Encoding.UTF8.GetString(request.Body).Replace("sns.us-west-2.amazonaws.com", "169.254.169.254", StringComparison.Ordinal);

        await host.AssertUnverifiedAsync(request with { Body = Encoding.UTF8.GetBytes(body) }, RejectionReason.KeyRefused);

        Assert.Equal(before, host.KeyHost.Requests);
    }

    private WireRequest NewMessage(string? topic = null)
    {
        Assert.True(SenderCatalog.TryGet("aws-sns", out var row));
        var body = Encoding.UTF8.GetBytes(row.Sample!.Body.Replace(PipelineHost.TopicArn, topic ?? PipelineHost.TopicArn, StringComparison.Ordinal));
        var key = topic is null ? PipelineHost.TopicKey.SigningKey : PipelineHost.TopicKey.SigningKey.Bound(topic);
        var signed = SenderPlan.Compile(row).Sign(new SigningInput(body, host.NewId(), host.Clock.GetUtcNow()), key);
        return new WireRequest("/webhook/topic", signed.Body.ToArray()) { Headers = [new("Content-Type", "text/plain; charset=UTF-8")] };
    }
}
