using System.Text;
using WebhookReceiver.Senders;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Signatures;

/// <summary>What is said of a delivery that was not verified: to operators, afterwards, and never to the sender.</summary>
public sealed class RejectionExplainerTests(PipelineHost host) : IClassFixture<PipelineHost>
{
    [Fact]
    public async Task Delivery_OfABodyThatAProxyRewrote_IsExplainedToTheOperatorAndNotToTheSender()
    {
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        var request = host.GitHub.Sign("""{"action":"opened","issue":{"number":42}}""", host.NewId()).Add("X-GitHub-Event", "issues");
        var changed = request with { Body = Encoding.UTF8.GetBytes("""{ "action": "opened", "issue": { "number": 42 } }""") };

        var response = await host.SendAsync(changed);
        var rejection = await host.ExplainedAsync(IdOf(response));

        Assert.Equal(401, response.Status);
        Assert.DoesNotContain("rewrit", response.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal((RejectionReason.SignatureMismatch, SignatureCause.BodyRewritten), (rejection.Reason, rejection.Explanation?.Cause));
    }

    [Fact]
    public async Task Delivery_WithTheSecretOfAnotherSource_IsExplainedWithThatSource()
    {
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        var request = host.Other.Sign(PipelineHost.UserCreated, host.NewId()) with { Target = "/webhook" };

        var rejection = await host.ExplainedAsync(IdOf(await host.SendAsync(request)));

        Assert.Equal(SignatureCause.OtherSource, rejection.Explanation?.Cause);
        Assert.Contains("'other'", rejection.Explanation?.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delivery_AfterAnotherWithinTheSameSecond_IsNotExplained()
    {
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        var first = await host.SendAsync(host.Stripe.Sign("{}", "").Set("Stripe-Signature", "t=1,v1=00"));
        var second = await host.SendAsync(host.Stripe.Sign("{}", "").Set("Stripe-Signature", "t=1,v1=00"));

        Assert.NotNull((await host.ExplainedAsync(IdOf(first))).Explanation);
        Assert.Null((await host.ExplainedAsync(IdOf(second))).Explanation);

        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var third = await host.SendAsync(host.Stripe.Sign("{}", "").Set("Stripe-Signature", "t=1,v1=00"));
        Assert.NotNull((await host.ExplainedAsync(IdOf(third))).Explanation);
    }

    [Fact]
    public async Task Delivery_ThatWasExplained_IsStillRefusedWhenItComesAgain()
    {
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        var request = host.Other.Sign(PipelineHost.UserCreated, host.NewId()) with { Target = "/webhook" };
        var stored = await host.CountStoredAsync();

        Assert.Equal(401, (await host.SendAsync(request)).Status);
        Assert.Equal(401, (await host.SendAsync(request)).Status);
        Assert.Equal(stored, await host.CountStoredAsync());
    }

    private static string IdOf(WireResponse response) => response.Json.GetProperty("deliveryId").GetString()!;
}
