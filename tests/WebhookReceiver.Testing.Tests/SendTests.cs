using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WebhookReceiver.Testing.Sample;

namespace WebhookReceiver.Testing.Tests;

public sealed class SendTests
{
    [Theory]
    [InlineData("default", "new_order")]
    [InlineData("stripe", "invoice.paid")]
    [InlineData("slack", "app_mention")]
    public async Task SendAsync_Stale_IsRejectedForItsTimeAlone(string source, string type)
    {
        await using var host = new WebhookTestHost<Program>().AddSource("stripe", "stripe").AddSource("slack", "slack");

        var stale = await host.SendAsync(source, type, new { amount = 7 }, request => request.Stale());
        var atTheEdge = await host.SendAsync(source, type, new { amount = 8 }, request => request.SignedAt(host.Clock.GetUtcNow() - TimeSpan.FromMinutes(5)));

        Assert.Equal((HttpStatusCode.Unauthorized, "TimestampStale"), (stale.Status, stale.Rejection));
        Assert.True(atTheEdge.IsAccepted, atTheEdge.ToString());
    }

    [Fact]
    public async Task SendAsync_FromAnAddressThatTheSourceDoesNotAllow_IsRejectedForThatAlone()
    {
        await using var host = new WebhookTestHost<Program>().AddSource("shop", "stripe", static source => source.AllowedAddresses.Add("192.0.2.0/24"));

        var usual = await host.SendAsync("shop", "invoice.paid", new { amount = 7 });
        var stranger = await host.SendAsync("shop", "invoice.paid", new { amount = 8 }, static request => request.FromAddress(IPAddress.Parse("198.51.100.7")));

        Assert.True(usual.IsAccepted, usual.ToString());
        Assert.Equal((HttpStatusCode.Unauthorized, "AddressNotAllowed"), (stranger.Status, stranger.Rejection));
    }

    [Fact]
    public async Task SendAsync_SenderSignsNoTime_CannotBeStale()
    {
        await using var host = new WebhookTestHost<Program>();

        await Assert.ThrowsAsync<InvalidOperationException>(() => host.SendAsync("github", "push", new { }, request => request.Stale()));
    }

    [Fact]
    public async Task SendAsync_GitHubEventWithAction_WritesTheActionIntoTheBody()
    {
        await using var host = new WebhookTestHost<Program>();

        var delivery = await host.SendAsync("github", "pull_request.opened", new { number = 42 });

        Assert.Equal("pull_request.opened", (await delivery.HandledAsync()).Type);
    }

    [Fact]
    public async Task SendAsync_DefaultSource_IsHandledFromTheDataOfTheEnvelope()
    {
        var deployer = new FakeDeployer();
        await using var host = new WebhookTestHost<Program>(services => services.AddSingleton<IDeployer>(deployer));

        var delivery = await host.SendAsync("default", "push", new { @ref = "refs/heads/main" });

        Assert.Equal(EventState.Succeeded, (await delivery.HandledAsync()).State);
        Assert.Equal(["refs/heads/main"], deployer.Refs);
    }

    [Fact]
    public async Task SendAsync_SameIdTwice_IsHandledOnce()
    {
        var deployer = new FakeDeployer();
        await using var host = new WebhookTestHost<Program>(services => services.AddSingleton<IDeployer>(deployer)).AddSource("stripe", "stripe");

        foreach (var source in new[] { "github", "default", "stripe" })
        {
            var first = await host.SendAsync(source, "push", new { @ref = source }, request => request.WithId("evt_same"));
            var second = await host.SendAsync(source, "push", new { @ref = source }, request => request.WithId("evt_same"));

            Assert.Equal((false, true), (first.IsDuplicate, second.IsDuplicate));
            Assert.Equal("evt_same", (await first.HandledAsync()).EventId);
            Assert.Equal(1, (await second.HandledAsync()).Attempts);
        }

        Assert.Equal(["github", "default", "stripe"], deployer.Refs);
    }

    [Fact]
    public async Task SendAsync_SlackWhoseAnswerIsEmpty_StillKnowsItsEvent()
    {
        await using var host = new WebhookTestHost<Program>().AddSource("slack", "slack");

        var first = await host.SendAsync("slack", "app_mention", new { text = "hello" }, request => request.WithId("Ev1"));
        var second = await host.SendAsync("slack", "app_mention", new { text = "hello again" }, request => request.WithId("Ev1"));

        Assert.Equal("", first.Body);
        Assert.Equal("Ev1", (await first.HandledAsync()).EventId);
        Assert.Equal((first.Id, true), (second.Id, second.IsDuplicate));
    }

    [Fact]
    public async Task SendBodyAsync_Handshake_IsAnsweredAndCarriesNoEvent()
    {
        await using var host = new WebhookTestHost<Program>().AddSource("slack", "slack");

        var delivery = await host.SendBodyAsync("slack", """{"type":"url_verification","challenge":"abc"}"""u8.ToArray());

        Assert.Equal(HttpStatusCode.OK, delivery.Status);
        Assert.Equal("abc", JsonDocument.Parse(delivery.Body).RootElement.GetProperty("challenge").GetString());
        Assert.False(delivery.IsAccepted);
        await Assert.ThrowsAsync<InvalidOperationException>(() => delivery.HandledAsync());
    }

    [Fact]
    public async Task SendRawAsync_SignedByTheSignerAlone_IsAccepted()
    {
        const string Secret = "a secret of the test's own, long enough";
        await using var host = new WebhookTestHost<Program>()
            .AddSource("stripe", "stripe", source => source.Secrets.Add(new WebhookSecretOptions { Value = Secret }));
        var body = """{"id":"evt_1","type":"invoice.paid","data":{"object":{"amount":7}}}"""u8.ToArray();

        var unsigned = await host.SendRawAsync("stripe", body);
        var signed = await host.SendRawAsync("stripe", body, WebhookSigner.Sign("stripe", body, Secret, host.Clock.GetUtcNow()));

        Assert.Equal("SignatureMissing", unsigned.Rejection);
        Assert.True(signed.IsAccepted, signed.ToString());
    }

    [Fact]
    public async Task SendRawAsync_UnknownSource_IsNotFound()
    {
        await using var host = new WebhookTestHost<Program>();

        var delivery = await host.SendRawAsync("nowhere", "{}"u8.ToArray());

        Assert.Equal("404 WHR2005 UnknownSource", delivery.ToString());
    }

    [Fact]
    public async Task SendAsync_UnknownSource_NamesTheConfiguredOnes()
    {
        await using var host = new WebhookTestHost<Program>();

        var error = await Assert.ThrowsAsync<ArgumentException>(() => host.SendAsync("githbu", "push", new { }));

        Assert.Contains("Configured: default, github.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HandledAsync_Rejected_SaysWhyAtOnce()
    {
        await using var host = new WebhookTestHost<Program>();
        var delivery = await host.SendAsync("github", "push", new { }, request => request.TamperBody());

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => delivery.HandledAsync());

        Assert.Contains("401 WHR2000 SignatureMismatch", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RotateSecret_KeepPrevious_AcceptsBothAndOtherwiseTheNewOneAlone()
    {
        await using var host = new WebhookTestHost<Program>();

        host.RotateSecret("github", keepPrevious: true);
        var during = await host.SendAsync("github", "ping", new { n = 1 }, request => request.WithPreviousSecret());
        host.RotateSecret("github");
        var after = await host.SendAsync("github", "ping", new { n = 2 }, request => request.WithPreviousSecret());
        var fresh = await host.SendAsync("github", "ping", new { n = 3 });

        Assert.True(during.IsAccepted, during.ToString());
        Assert.Equal("SignatureMismatch", after.Rejection);
        Assert.True(fresh.IsAccepted, fresh.ToString());
    }

    [Fact]
    public async Task SendBodyAsync_BatchOfSeveral_IsOneDeliveryOfSeveralEvents()
    {
        await using var host = new WebhookTestHost<Program>().AddSource("payments", "gocardless");
        var body = """{"events":[{"id":"EV1","resource_type":"payments","action":"paid_out"},{"id":"EV2","resource_type":"payments","action":"failed"}]}"""u8.ToArray();

        var delivery = await host.SendBodyAsync("payments", body);

        Assert.Equal("payments.paid_out", (await delivery.HandledAsync()).Type);
        Assert.Equal(["EV2", "EV1"], (await host.EventsAsync()).Select(static stored => stored.EventId));
    }

    [Fact]
    public async Task SendAsync_IdOfSeveralValues_IsAnotherForEachUnlessTheTestChoosesOne()
    {
        await using var host = new WebhookTestHost<Program>().AddSource("phone", "twilio");
        Task<TestDelivery> Send(Action<TestRequest>? change = null) => host.SendAsync("phone", "message.delivered", new { To = "+41441234567" }, change);

        var (first, second) = (await Send(), await Send());
        var chosen = await Send(static request => request.WithId("SM1.delivered"));
        var same = await Send(static request => request.WithId("SM1.delivered"));

        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal("SM1.delivered", (await chosen.HandledAsync()).EventId);
        Assert.True(same.IsDuplicate);
        await Assert.ThrowsAsync<ArgumentException>(() => Send(static request => request.WithId("SM1")));
    }

    [Fact]
    public async Task SendAsync_TypeInAHeaderThatIsSigned_IsSignedAsItIsSent()
    {
        await using var host = new WebhookTestHost<Program>().AddSource("pages", "contentful");

        var delivery = await host.SendAsync("pages", "ContentManagement.Entry.unpublish", new { n = 1 });

        Assert.Equal("ContentManagement.Entry.unpublish", (await delivery.HandledAsync()).Type);
    }

    [Fact]
    public async Task WithSecret_SenderWithKeyPairs_TakesAPrivateKey()
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var publicKey = Convert.ToBase64String(pair.ExportSubjectPublicKeyInfo());
        await using var host = new WebhookTestHost<Program>()
            .AddSource("mail", "sendgrid-events", source => source.Secrets.Add(new WebhookSecretOptions { Value = publicKey }));
        Task<TestDelivery> Send(Action<TestRequest>? change) => host.SendAsync("mail", "delivered", new { email = "ada@example.com" }, change);

        Assert.True((await Send(request => request.WithSecret(pair.ExportPkcs8PrivateKeyPem()))).IsAccepted);
        Assert.Contains("private key", (await Assert.ThrowsAsync<ArgumentException>(() => Send(request => request.WithSecret(publicKey)))).Message, StringComparison.Ordinal);
        Assert.Contains("private key", (await Assert.ThrowsAsync<InvalidOperationException>(() => Send(null))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RotateSecret_SenderWithKeyPairs_SignsWithTheNewPair()
    {
        await using var host = new WebhookTestHost<Program>().AddSource("mail", "sendgrid-events");
        Task<TestDelivery> Send(Action<TestRequest>? change = null) => host.SendAsync("mail", "delivered", new { email = "ada@example.com" }, change);

        host.RotateSecret("mail", keepPrevious: true);

        Assert.True((await Send()).IsAccepted);
        Assert.True((await Send(static request => request.WithPreviousSecret())).IsAccepted);
        Assert.Equal("SignatureMismatch", (await Send(static request => request.WithOtherSecret())).Rejection);
    }

    [Fact]
    public async Task RotateSecret_SenderWhoseKeysAreFetched_SaysThatThereIsNone()
    {
        await using var host = new WebhookTestHost<Program>().AddSource("sns", "aws-sns", static source => source.AllowKeyFetch = true);

        Assert.True((await host.SendSampleAsync("sns")).IsAccepted);
        Assert.Throws<InvalidOperationException>(() => host.RotateSecret("sns"));
    }

    [Fact]
    public void SignRequest_SignatureInTheBody_IsInTheBody()
    {
        var body = """{"signature":{},"event-data":{"event":"delivered"}}"""u8.ToArray();

        var signed = WebhookSigner.SignRequest("mailgun", body, "key-0123456789abcdef0123456789abcdef", DateTimeOffset.UnixEpoch, "token");

        Assert.Contains("\"signature\":\"", Encoding.UTF8.GetString(signed.Body.Span), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => WebhookSigner.Sign("mailgun", body, "key-0123456789abcdef0123456789abcdef", DateTimeOffset.UnixEpoch, "token"));
    }

    [Fact]
    public void SignRequest_SenderWithKeyPairs_TakesAPrivateKeyAlone()
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.NotEmpty(WebhookSigner.Sign("sendgrid-events", "[]"u8.ToArray(), pair.ExportPkcs8PrivateKeyPem(), DateTimeOffset.UnixEpoch));
        Assert.Throws<ArgumentException>(
            () => WebhookSigner.Sign("sendgrid-events", "[]"u8.ToArray(), pair.ExportSubjectPublicKeyInfoPem(), DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public void Sign_UnknownSender_NamesTheKnownOnes() =>
        Assert.Contains("github", Assert.Throws<ArgumentException>(
            () => WebhookSigner.Sign("githbu", Encoding.UTF8.GetBytes("{}"), "secret", DateTimeOffset.UnixEpoch)).Message, StringComparison.Ordinal);
}
