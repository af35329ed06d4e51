using WebhookReceiver.Sources;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Endpoints;

/// <summary>Whose times are compared with this machine's: those of deliveries that are proved to be the sender's, taken or not.</summary>
public sealed class ClockSkewTests(PipelineHost host) : IClassFixture<PipelineHost>
{
    [Theory]
    [InlineData("default", 40, 200)]
    [InlineData("other", -40, 200)]
    [InlineData("rotating", 3600, 401)]
    public async Task SignedTime_OfTheSender_SaysHowFarTheClocksAreApart(string source, int secondsAgo, int status)
    {
        var sender = source switch { "default" => host.Default, "other" => host.Other, _ => host.RotatingNew };
        for (var i = 0; i < SenderClock.LeastDeliveries; i++)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            var at = host.Clock.GetUtcNow().AddSeconds(-secondsAgo);
            Assert.Equal(status, (await host.SendAsync(sender.Sign(PipelineHost.UserCreated, host.NewId(), at))).Status);
        }

        Assert.Equal(TimeSpan.FromSeconds(secondsAgo), host.ClockSkewOf(source));
    }

    [Fact]
    public async Task SignedTime_OfAForgery_SaysNothing()
    {
        for (var i = 0; i < SenderClock.LeastDeliveries; i++)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            var forged = host.Stripe.Sign(PipelineHost.UserCreated, "", host.Clock.GetUtcNow().AddHours(-1)) with { Body = "{}"u8.ToArray() };
            Assert.Equal(401, (await host.SendAsync(forged)).Status);
        }

        Assert.Null(host.ClockSkewOf("stripe"));
    }

    [Fact]
    public async Task SignedTime_WhereTheSenderSignsNone_IsUnknown()
    {
        for (var i = 0; i < SenderClock.LeastDeliveries; i++)
        {
            await host.AssertAcceptedAsync(host.Plain.Sign(PipelineHost.UserCreated, host.NewId()));
        }

        Assert.Null(host.ClockSkewOf("plain"));
    }
}
