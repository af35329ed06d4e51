using System.Globalization;
using System.Text;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Attacks;

/// <summary>What was captured and is sent again, times that are not the sender's or not now, and ids that are almost the same.</summary>
public sealed class FreshnessAttacks(PipelineHost host) : IClassFixture<PipelineHost>
{
    private const string Signature = "webhook-signature";
    private const string Time = "webhook-timestamp";
    private const string Id = "webhook-id";

    [Fact]
    [Trait("Attack", "A26")]
    public async Task Resend_WithinTheTolerance_IsADuplicate()
    {
        var request = host.NewRequest();
        var first = await host.AssertAcceptedAsync(request);
        await host.AssertDuplicateAsync(request, first);
        host.Clock.Advance(TimeSpan.FromSeconds(300));
        await host.AssertDuplicateAsync(request, first);
    }

    [Fact]
    [Trait("Attack", "A26")]
    public async Task Resend_ManyAtOnce_IsOneEvent()
    {
        var (stored, handled) = (await host.CountStoredAsync(), host.Handled.Count);
        var request = host.NewRequest();

        var responses = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => host.SendAsync(request)));

        Assert.All(responses, static response => Assert.Equal(200, response.Status));
        Assert.Single(responses, static response => response.Json.GetProperty("status").GetString() == "accepted");
        var id = Assert.Single(responses.Select(static response => response.Json.GetProperty("id").GetString()!).Distinct(StringComparer.Ordinal));
        await host.Handled.WaitAsync(id);
        Assert.Equal(stored + 1, await host.CountStoredAsync());
        await host.AssertAcceptedAsync(host.NewRequest());
        Assert.Single(host.Handled.DataOf(id));
        Assert.Equal(handled + 2, host.Handled.Count);
    }

    [Fact]
    [Trait("Attack", "A27")]
    public async Task Resend_AfterTheTolerance_IsRefused()
    {
        var request = host.NewRequest();
        await host.AssertAcceptedAsync(request);
        host.Clock.Advance(TimeSpan.FromSeconds(301));
        await host.AssertUnverifiedAsync(request, RejectionReason.TimestampStale);
    }

    [Fact]
    [Trait("Attack", "A28")]
    public async Task UnsignedTime_FreshBesideASignedOldOne_IsNotLookedAt()
    {
        var now = Seconds(TimeSpan.Zero);
        var old = host.Default.Sign($$"""{"type":"user.created","timestamp":{{now}},"data":{"timestamp":{{now}}} }""", host.NewId(), host.Clock.GetUtcNow() - TimeSpan.FromHours(1));
        foreach (var name in new[] { "X-Webhook-Timestamp", "webhook_timestamp", "X-Timestamp", "svix-timestamp", "X-Slack-Request-Timestamp", "Date" })
        {
            await host.AssertUnverifiedAsync(old.Add(name, now), RejectionReason.TimestampStale);
        }

        await host.AssertUnverifiedAsync(old with { Target = "/webhook?webhook-timestamp=" + now }, RejectionReason.TimestampStale);
        await host.AssertUnverifiedAsync(old.Set(Time, now), RejectionReason.SignatureMismatch);
    }

    [Fact]
    [Trait("Attack", "A28")]
    public async Task StripesTime_FreshBesideTheSignedOldOne_IsRefused()
    {
        var body = StripeBody();
        var old = host.Stripe.Sign(body, "", host.Clock.GetUtcNow() - TimeSpan.FromHours(1));
        var (signature, now) = (old["Stripe-Signature"], Seconds(TimeSpan.Zero));
        var mac = signature[(signature.IndexOf("v1=", StringComparison.Ordinal) + 3)..];
        Assert.Equal(mac, IndependentSigner.Stripe(host.Stripe.Secret, Seconds(-TimeSpan.FromHours(1)), old.Body));

        await host.AssertUnverifiedAsync(old, RejectionReason.TimestampStale);
        await host.AssertUnverifiedAsync(old.Set("Stripe-Signature", $"t={now},v1={mac}"), RejectionReason.SignatureMismatch);
        await host.AssertUnverifiedAsync(old.Set("Stripe-Signature", $"t={now},{signature}"), RejectionReason.SignatureMalformed);
        await host.AssertUnverifiedAsync(old.Set("Stripe-Signature", $"{signature},t={now}"), RejectionReason.SignatureMalformed);
        await host.AssertUnverifiedAsync(old.Set("Stripe-Signature", $"v1={mac}"), RejectionReason.SignedContentMissing);
    }

    [Theory]
    [Trait("Attack", "A29")]
    [InlineData("default", 300, null)]
    [InlineData("default", 301, nameof(RejectionReason.TimestampAhead))]
    [InlineData("default", 86400, nameof(RejectionReason.TimestampAhead))]
    [InlineData("default", -300, null)]
    [InlineData("default", -301, nameof(RejectionReason.TimestampStale))]
    [InlineData("stripe", 300, null)]
    [InlineData("stripe", 301, nameof(RejectionReason.TimestampAhead))]
    [InlineData("stripe", -300, null)]
    [InlineData("stripe", -301, nameof(RejectionReason.TimestampStale))]
    public async Task SignedTime_Off_IsAcceptedUpToFiveMinutesEitherWay(string source, int seconds, string? reason)
    {
        var at = host.Clock.GetUtcNow() + TimeSpan.FromSeconds(seconds);
        var request = source == "default" ? host.Default.Sign(PipelineHost.UserCreated, host.NewId(), at) : host.Stripe.Sign(StripeBody(), "", at);
        if (reason is null)
        {
            await host.AssertAcceptedAsync(request);
        }
        else
        {
            await host.AssertUnverifiedAsync(request, Enum.Parse<RejectionReason>(reason));
        }
    }

    [Fact]
    [Trait("Attack", "A29")]
    public async Task SignedTime_WhereTheSenderSignsNone_IsNotAskedFor()
    {
        var request = host.GitHub.Sign("""{"action":"opened"}""", host.NewId()).Add("X-GitHub-Event", "issues");
        host.Clock.Advance(TimeSpan.FromDays(1));
        await host.AssertAcceptedAsync(request);
    }

    [Fact]
    [Trait("Attack", "A30")]
    public async Task SignedTime_InMilliseconds_IsRefused()
    {
        var milliseconds = host.Clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        await host.AssertUnverifiedAsync(SignTime(milliseconds), RejectionReason.TimestampMalformed);
        await host.AssertUnverifiedAsync(SignStripeTime(milliseconds), RejectionReason.TimestampMalformed);
    }

    [Theory]
    [Trait("Attack", "A31")]
    [InlineData("+{0}")]
    [InlineData("-{0}")]
    [InlineData("-1")]
    [InlineData("{0}.0")]
    [InlineData("1e9")]
    [InlineData("0x64")]
    [InlineData("1_769_947_200")]
    [InlineData("\u0661\u0667\u0666\u0669\u0669\u0664\u0667\u0662\u0660\u0660")]
    [InlineData("\uff11\uff17\uff16\uff19\uff19\uff14\uff17\uff12\uff10\uff10")]
    [InlineData("0000000000000000000000000000001769947200")]
    [InlineData("9999999999999999999999999999999999999999")]
    [InlineData("000{0}")]
    [InlineData("{0}Z")]
    [InlineData("2026-02-01T12:00:00Z")]
    [InlineData("NaN")]
    [InlineData("")]
    public async Task SignedTime_OddlyWritten_IsRefused(string text)
    {
        var time = text.Replace("{0}", Seconds(TimeSpan.Zero), StringComparison.Ordinal);
        if (time.Length is > 0 and <= 11 && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            Assert.Fail("This is a time like any other.");
        }

        await host.AssertUnverifiedAsync(SignTime(time), RejectionReason.TimestampMalformed);
        await host.AssertUnverifiedAsync(SignStripeTime(time), RejectionReason.TimestampMalformed);
    }

    [Fact]
    [Trait("Attack", "A31")]
    public async Task SignedTime_WithABlankThatWasSigned_IsRefused()
    {
        // The server takes the blank off: what is left is a good time under a signature of another text.
        await host.AssertUnverifiedAsync(SignTime(" " + Seconds(TimeSpan.Zero)), RejectionReason.SignatureMismatch);
        await host.AssertUnverifiedAsync(SignTime("\u00a0" + Seconds(TimeSpan.Zero)), RejectionReason.TimestampMalformed);
    }

    [Theory]
    [Trait("Attack", "A32")]
    [InlineData("9223372036854775807", nameof(RejectionReason.TimestampMalformed))]
    [InlineData("-9223372036854775808", nameof(RejectionReason.TimestampMalformed))]
    [InlineData("9223372036854775808", nameof(RejectionReason.TimestampMalformed))]
    [InlineData("253402300800", nameof(RejectionReason.TimestampMalformed))]
    [InlineData("99999999999", nameof(RejectionReason.TimestampAhead))]
    [InlineData("0", nameof(RejectionReason.TimestampStale))]
    [InlineData("00000000000", nameof(RejectionReason.TimestampStale))]
    public async Task SignedTime_AtTheEndsOfWhatNumbersHold_IsRefused(string time, string reason)
    {
        await host.AssertUnverifiedAsync(SignTime(time), Enum.Parse<RejectionReason>(reason));
        await host.AssertUnverifiedAsync(SignStripeTime(time), Enum.Parse<RejectionReason>(reason));
    }

    [Fact]
    [Trait("Attack", "A33")]
    public async Task SameId_OtherBody_IsADuplicateAndTheFirstBodyStays()
    {
        var id = host.NewId();
        var first = await host.AssertAcceptedAsync(host.Default.Sign(PipelineHost.UserCreated, id));
        var before = host.BodyMismatches;

        await host.AssertDuplicateAsync(host.Default.Sign("""{"type":"user.created","data":{"name":"Eve"}}""", id), first);

        Assert.Equal(before + 1, host.BodyMismatches);
        Assert.Equal(Encoding.UTF8.GetBytes(PipelineHost.UserCreated), (await host.FindAsync(first.Event.PublicId)).Event.Body);
        Assert.Single(host.Handled.DataOf(first.Event.PublicId));

        await host.AssertDuplicateAsync(host.Default.Sign(PipelineHost.UserCreated, id), first);
        Assert.Equal(before + 1, host.BodyMismatches);
    }

    [Fact]
    [Trait("Attack", "A34")]
    public async Task SameId_OtherSource_IsAnotherEvent()
    {
        var id = host.NewId();
        var ours = await host.AssertAcceptedAsync(host.Default.Sign(PipelineHost.UserCreated, id));
        var theirs = await host.AssertAcceptedAsync(host.Other.Sign(PipelineHost.UserCreated, id));
        Assert.Equal(("default", id), (ours.Event.Source, ours.Event.EventId));
        Assert.Equal(("other", id), (theirs.Event.Source, theirs.Event.EventId));
        Assert.NotEqual(ours.Event.PublicId, theirs.Event.PublicId);
    }

    [Fact]
    [Trait("Attack", "A35")]
    public async Task IdInTheBody_OtherThanTheSignedOne_IsNotLookedAt()
    {
        const string Body = """{"id":"msg_of_somebody_else","type":"user.created","data":{}}""";
        var id = host.NewId();
        var first = await host.AssertAcceptedAsync(host.Default.Sign(Body, id));
        Assert.Equal(id, first.Event.EventId);

        var second = host.NewId();
        Assert.Equal(second, (await host.AssertAcceptedAsync(host.Default.Sign(Body, second))).Event.EventId);
    }

    [Fact]
    [Trait("Attack", "A36")]
    public async Task Id_DifferingByCase_IsAnotherEvent()
    {
        var id = host.NewId();
        var lower = await host.AssertAcceptedAsync(host.Default.Sign(PipelineHost.UserCreated, id));
        var upper = await host.AssertAcceptedAsync(host.Default.Sign(PipelineHost.UserCreated, id.ToUpperInvariant()));
        Assert.Equal((id, id.ToUpperInvariant()), (lower.Event.EventId, upper.Event.EventId));
    }

    [Theory]
    [Trait("Attack", "A36")]
    [InlineData("caf\u00e9", "cafe\u0301")]
    [InlineData("\u212b", "\u00c5")]
    [InlineData("stra\u00dfe", "strasse")]
    [InlineData("\uff41", "a")]
    [InlineData("a\u200b", "a\u200c")]
    public async Task Id_DifferingByUnicodeForm_IsAnotherEvent(string one, string other)
    {
        var prefix = host.NewId();
        var first = await host.AssertAcceptedAsync(SignPlain(prefix + one));
        var second = await host.AssertAcceptedAsync(SignPlain(prefix + other));
        Assert.Equal((prefix + one, prefix + other), (first.Event.EventId, second.Event.EventId));
        await host.AssertDuplicateAsync(SignPlain(prefix + one), first);
    }

    [Theory]
    [Trait("Attack", "A36")]
    [InlineData(" ")]
    [InlineData("\t")]
    [InlineData("\n")]
    [InlineData("\u0000")]
    [InlineData("\u00a0")]
    [InlineData("\u2028")]
    public async Task Id_WithABlankOrAControlAtItsEnd_IsRefused(string end)
    {
        var response = await host.AssertRefusedAsync(SignPlain(host.NewId() + end), 400, "WHR2008", RejectionReason.EnvelopeInvalid);
        Assert.True(response.Json.GetProperty("errors").EnumerateObject().Any());
    }

    private string Seconds(TimeSpan off) => (host.Clock.GetUtcNow() + off).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private string StripeBody() => $$"""{"id":"{{host.NewId()}}","type":"invoice.paid","data":{"object":{"amount_paid":12990} } }""";

    private WireRequest SignPlain(string id) =>
        host.Plain.Sign($$"""{"id":{{System.Text.Json.JsonSerializer.Serialize(id)}},"type":"user.created","data":{} }""", "unused").Without("X-Event-Id");

    private WireRequest SignTime(string time)
    {
        var request = host.NewRequest();
        return request.Set(Time, time).Set(Signature, "v1," + IndependentSigner.StandardWebhooks(host.Default.Secret, request[Id], time, request.Body));
    }

    private WireRequest SignStripeTime(string time)
    {
        var request = host.Stripe.Sign(StripeBody(), "");
        return request.Set("Stripe-Signature", $"t={time},v1={IndependentSigner.Stripe(host.Stripe.Secret, time, request.Body)}");
    }
}
