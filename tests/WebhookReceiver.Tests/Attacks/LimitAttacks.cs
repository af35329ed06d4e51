using System.Globalization;
using WebhookReceiver.Sources;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Attacks;

/// <summary>A sender that sends too much, and a sender from elsewhere.</summary>
public sealed class LimitAttacks(PipelineHost host) : IClassFixture<PipelineHost>
{
    private const string Created = """{"event":"user.created","data":{}}""";

    [Fact]
    [Trait("Attack", "A37")]
    public async Task Events_MoreThanTheSourceMaySend_AreRefusedUntilItIsTime()
    {
        await AssertWaitsAfterBurstAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(1));

        for (var i = 0; i < PipelineHost.RateLimit; i++)
        {
            await host.AssertAcceptedAsync(New());
        }

        await host.AssertRefusedAsync(New(), 429, "WHR2017", RejectionReason.RateLimited);
    }

    [Fact]
    [Trait("Attack", "A37")]
    public async Task Deliveries_ThatAreNotVerified_TakeNothingOfWhatTheSourceMaySend()
    {
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 2 * PipelineHost.RateLimit * SourceRate.BurstSeconds; i++)
        {
            Assert.Equal(401, (await host.SendAsync(New().Set("X-Signature-256", "sha256=" + new string('0', 64)))).Status);
        }

        await host.AssertAcceptedAsync(New());
    }

    [Fact]
    [Trait("Attack", "A115")]
    public async Task Delivery_FromAnAddressThatIsNotAllowed_IsTheSame401AndItsBodyIsNotRead()
    {
        await host.AssertUnverifiedAsync(host.Far.Sign(Created, host.NewId()), RejectionReason.AddressNotAllowed);

        // Only the headers are sent, and the body that they announce never.
        await using var connection = await host.ConnectAsync();
        Assert.True(await connection.TryWriteAsync(host.Far.Sign(Created, host.NewId()).Head()));
        PipelineAssertions.AssertUnverified(host, await connection.ReadAsync(), RejectionReason.AddressNotAllowed);
    }

    [Fact]
    [Trait("Attack", "A115")]
    public Task Delivery_ThatSaysAnotherAddressOfItself_IsTakenForWhereItCameFrom() => host.AssertUnverifiedAsync(
        host.Far.Sign(Created, host.NewId()).Add("X-Forwarded-For", "192.0.2.7").Add("X-Real-IP", "192.0.2.7").Add("Forwarded", "for=192.0.2.7"), RejectionReason.AddressNotAllowed);

    [Fact]
    [Trait("Attack", "A115")]
    public Task Delivery_FromAnAllowedAddress_IsAccepted() => host.AssertAcceptedAsync(host.Near.Sign(Created, host.NewId()));

    private async Task AssertWaitsAfterBurstAsync()
    {
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < PipelineHost.RateLimit * SourceRate.BurstSeconds; i++)
        {
            await host.AssertAcceptedAsync(New());
        }

        var refused = await host.AssertRefusedAsync(New(), 429, "WHR2017", RejectionReason.RateLimited);
        Assert.Equal(1, int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture));
    }

    private WireRequest New() => host.Limited.Sign(Created, host.NewId());
}
