using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Senders;
using WebhookReceiver.Sources;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Endpoints;

/// <summary>What is kept of refused deliveries, and that nobody can make it more or push out what others sent.</summary>
public sealed class RejectionCaptureTests
{
    private readonly FakeTimeProvider _clock = new(TestEvents.Start);
    private readonly RejectionCapture _captures;
    private int _ids;

    public RejectionCaptureTests() => _captures = new RejectionCapture(_clock);

    [Fact]
    public void Offer_SourceThatDoesNotWantIt_KeepsNothing()
    {
        Offer(source: Source("shop", captures: false));

        Assert.Empty(_captures.All());
    }

    [Theory]
    [InlineData(nameof(RejectionReason.SignatureMismatch), true)]
    [InlineData(nameof(RejectionReason.TimestampStale), true)]
    [InlineData(nameof(RejectionReason.NoLiveSecret), true)]
    [InlineData(nameof(RejectionReason.BodyMalformed), true)]
    [InlineData(nameof(RejectionReason.EnvelopeInvalid), true)]
    [InlineData(nameof(RejectionReason.HandshakeRefused), false)]
    [InlineData(nameof(RejectionReason.RateLimited), false)]
    [InlineData(nameof(RejectionReason.Overloaded), false)]
    [InlineData(nameof(RejectionReason.StorageFailed), false)]
    public void Offer_Reason_IsKeptWhereSendingAgainDoesNotHelp(string reason, bool expected)
    {
        Offer(reason: Enum.Parse<RejectionReason>(reason));

        Assert.Equal(expected, _captures.All().Count == 1);
    }

    [Fact]
    public void Offer_Request_IsKeptAsItWasThoughTheServerTakesItsHeadersBack()
    {
        var headers = new HeaderDictionary { ["X-Signature-256"] = "sha256=00", ["X-Two"] = new(["a", "b"]) };
        Offer(headers: headers, body: [1, 2, 3]);
        headers.Clear();

        var kept = Assert.Single(_captures.All()).Delivery;

        Assert.Equal([1, 2, 3], kept.Body);
        Assert.Equal("sha256=00", kept.Headers["x-signature-256"]);
        Assert.Equal(["a", "b"], kept.Headers["X-Two"].ToArray());
    }

    [Fact]
    public void Offer_MoreThanAHundred_KeepsTheNewestOfOneAddress()
    {
        for (var i = 0; i < RejectionCapture.MaxDeliveries + 20; i++)
        {
            Offer();
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(Enumerable.Range(21, RejectionCapture.MaxDeliveries).Select(static id => $"whd_{id}"), _captures.All().Select(static kept => kept.Rejection.DeliveryId));
    }

    [Fact]
    [Trait("Attack", "A116")]
    public void Offer_FloodFromOneAddress_DoesNotPushOutWhatAnotherSent()
    {
        Offer(address: "192.0.2.1");
        for (var i = 0; i < 3 * RejectionCapture.MaxDeliveries; i++)
        {
            Offer(address: "198.51.100.66");
            _clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Contains(_captures.All(), static kept => kept.Rejection.RemoteAddress == "192.0.2.1");
        Assert.Equal(RejectionCapture.MaxDeliveries, _captures.All().Count);
    }

    [Fact]
    [Trait("Attack", "A116")]
    public void Offer_FloodAtOneSource_TakesNothingFromAnother()
    {
        Offer(source: Source("other", captures: true));
        for (var i = 0; i < 3 * RejectionCapture.MaxDeliveries; i++)
        {
            Offer(body: new byte[RejectionCapture.MaxBytes / 4]);
            _clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Contains(_captures.All(), static kept => kept.Rejection.Source == "other");
        Assert.Equal(4, _captures.All().Count(static kept => kept.Rejection.Source == "shop"));
    }

    [Theory]
    [Trait("Attack", "A116")]
    [InlineData("198.51.100.66", "198.51.100.66")]
    [InlineData("2001:db8::1", "2001:db8::2")]
    public void Offer_OneLargeBodyOrMany_MakesRoomForItselfAlone(string one, string other)
    {
        for (var i = 0; i < 9; i++)
        {
            Offer(address: "192.0.2.1", body: new byte[100]);
        }

        _clock.Advance(TimeSpan.FromSeconds(1));
        Offer(address: one, body: new byte[RejectionCapture.MaxBytes]);
        Offer(address: one, body: new byte[RejectionCapture.MaxBytes / 2]);
        Offer(address: other, body: new byte[RejectionCapture.MaxBytes / 2]);

        Assert.Equal(9, _captures.All().Count(static kept => kept.Rejection.RemoteAddress == "192.0.2.1"));
    }

    [Fact]
    [Trait("Attack", "A116")]
    public void Offer_AsManyAsTheSenderSent_PushesNoneOfThemOut()
    {
        for (var i = 0; i < RejectionCapture.MaxDeliveries; i++)
        {
            Offer(address: i % 2 == 0 ? "192.0.2.1" : "198.51.100.66");
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Offer(address: "198.51.100.66");

        Assert.Equal(RejectionCapture.MaxDeliveries / 2, _captures.All().Count(static kept => kept.Rejection.RemoteAddress == "192.0.2.1"));
    }

    [Fact]
    [Trait("Attack", "A116")]
    public void Offer_MoreThanTwentyASecond_AreNotLookedAtAndOfOneOriginNoMoreThanHalf()
    {
        Offer50("198.51.100.66");
        Assert.Equal(RejectionCapture.MaxPerSecondAndOrigin, _captures.All().Count);

        Offer50("192.0.2.1");
        Offer50("192.0.2.2");
        Assert.Equal(RejectionCapture.MaxPerSecond, _captures.All().Count);
        Assert.Equal(RejectionCapture.MaxPerSecondAndOrigin, _captures.All().Count(static kept => kept.Rejection.RemoteAddress == "192.0.2.1"));

        _clock.Advance(TimeSpan.FromSeconds(1));
        Offer();
        Assert.Equal(RejectionCapture.MaxPerSecond + 1, _captures.All().Count);

        void Offer50(string address)
        {
            for (var i = 0; i < 50; i++)
            {
                Offer(address: address);
            }
        }
    }

    [Fact]
    public void Offer_BodyOfMoreThanAllMayHave_IsNotKept()
    {
        Offer(body: new byte[RejectionCapture.MaxBytes + 1]);

        Assert.Empty(_captures.All());
    }

    [Fact]
    public void All_AfterThreeDays_IsEmpty()
    {
        Offer();
        _clock.Advance(RejectionCapture.MaxAge);
        Assert.Single(_captures.All());

        _clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Empty(_captures.All());
        Assert.Null(_captures.Find("whd_1"));
    }

    [Fact]
    public void Remove_Admitted_MakesRoom()
    {
        Offer();
        Offer();

        _captures.Remove(_captures.Find("whd_1")!);

        Assert.Equal("whd_2", Assert.Single(_captures.All()).Rejection.DeliveryId);
    }

    private void Offer(
        WebhookSource? source = null, RejectionReason reason = RejectionReason.SignatureMismatch, string address = "192.0.2.7", byte[]? body = null, HeaderDictionary? headers = null)
    {
        var from = source ?? Source("shop", captures: true);
        var id = string.Create(CultureInfo.InvariantCulture, $"whd_{++_ids}");
        _captures.Offer(new Rejection(id, _clock.GetUtcNow(), from.Name, reason, "WHR2000", 401, address, 0), new Delivery
        {
            Source = from,
            Method = "POST",
            Body = body ?? [],
            Format = BodyFormat.Json,
            ContentType = "application/json",
            Headers = headers ?? [],
            Query = "",
            ArrivedAt = _clock.GetUtcNow(),
            ReceivedAt = _clock.GetUtcNow(),
        });
    }

    private static WebhookSource Source(string name, bool captures)
    {
        Assert.True(SenderCatalog.TryGet("hmac-sha256", out var row));
        return new WebhookSource(name, SenderPlan.Compile(row), [], new WebhookSourceOptions { CaptureRejections = captures }, publicUrl: null);
    }
}
