using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Attacks;

/// <summary>Plain HTTP, and what is said of it by those who may and by those who may not.</summary>
public sealed class ProxyAttacks(ProxiedPipelineHost host) : IClassFixture<ProxiedPipelineHost>
{
    [Fact]
    [Trait("Attack", "A47")]
    public Task PlainHttp_SignedDelivery_IsRefusedAndNotRedirected() => host.AssertNothingHappensAsync(async () =>
    {
        var response = await host.SendAsync(host.Default.Sign(PipelineHost.UserCreated, host.NewId()), ProxiedPipelineHost.Stranger);

        AssertPlainHttpIsRefused(response, "127.0.0.2");
    });

    [Theory]
    [Trait("Attack", "A47")]
    [InlineData("Content-Length", "1048576")]
    [InlineData("Transfer-Encoding", "chunked")]
    public Task PlainHttp_BodyAnnouncedAndNotSent_IsRefusedWithoutItAndClosed(string name, string value) => host.AssertNothingHappensAsync(async () =>
    {
        await using var connection = await host.ConnectAsync(ProxiedPipelineHost.Stranger);
        var announced = (host.Default.Sign(PipelineHost.UserCreated, host.NewId()) with { Body = [] }).Add(name, value).Add("Expect", "100-continue");

        // The first answer: nobody is asked to go on with the body.
        AssertPlainHttpIsRefused(await connection.SendAsync(announced), "127.0.0.2");

        Assert.True(await connection.IsClosedAsync());
    });

    [Fact]
    [Trait("Attack", "A47")]
    public Task PlainHttp_AnotherRequestBehindIt_IsNotAnswered() => host.AssertNothingHappensAsync(async () =>
    {
        await using var connection = await host.ConnectAsync(ProxiedPipelineHost.Stranger);
        var (first, second) = (host.Default.Sign(PipelineHost.UserCreated, host.NewId()), host.NewRequest());
        await connection.TryWriteAsync((byte[])[.. first.ToBytes(), .. second.ToBytes()]);

        AssertPlainHttpIsRefused(await connection.ReadAsync(), "127.0.0.2");

        Assert.True(await connection.IsClosedAsync());
    });

    [Theory]
    [Trait("Attack", "A48")]
    [InlineData("X-Forwarded-Proto: https")]
    [InlineData("X-Forwarded-Proto: https\nX-Forwarded-For: 127.0.0.1")]
    [InlineData("X-Forwarded-Proto: https, https\nX-Forwarded-For: 127.0.0.1, 127.0.0.1")]
    [InlineData("X-Forwarded-Proto: https\nX-Forwarded-Proto: https")]
    [InlineData("X-Forwarded-Proto: HTTPS")]
    [InlineData("Forwarded: for=127.0.0.1;proto=https")]
    [InlineData("X-Original-Proto: https\nX-Original-For: 127.0.0.1")]
    [InlineData("X-Forwarded-Scheme: https\nX-Forwarded-Ssl: on\nX-Url-Scheme: https\nFront-End-Https: on\nX-Forwarded-Port: 443")]
    public Task ForwardedHeaders_FromAPeerThatIsNoProxy_AreNotBelieved(string headers) => host.AssertNothingHappensAsync(async () =>
    {
        var response = await host.SendAsync(With(host.Default.Sign(PipelineHost.UserCreated, host.NewId()), headers), ProxiedPipelineHost.Stranger);

        AssertPlainHttpIsRefused(response, "127.0.0.2");
    });

    [Fact]
    [Trait("Attack", "A48")]
    public Task Target_OfHttpsInAPlainRequest_IsNotBelieved() => host.AssertNothingHappensAsync(async () =>
    {
        var request = host.Default.Sign(PipelineHost.UserCreated, host.NewId());

        var response = await host.SendAsync(request with { Target = "https://receiver.test" + request.Target }, ProxiedPipelineHost.Stranger);

        AssertPlainHttpIsRefused(response, "127.0.0.2");
    });

    [Theory]
    [Trait("Attack", "A48")]
    [InlineData("")]
    [InlineData("X-Forwarded-For: 198.51.100.1")]
    [InlineData("X-Forwarded-Proto: http")]
    [InlineData("X-Forwarded-Proto: ")]
    [InlineData("X-Forwarded-Proto: ws")]
    [InlineData("Forwarded: for=198.51.100.1;proto=https")]
    [InlineData("X-Forwarded-Ssl: on\nX-Forwarded-Scheme: https")]

    // What a client wrote stands left of what the proxy appended.
    [InlineData("X-Forwarded-For: 198.51.100.1\nX-Forwarded-Proto: https, http")]
    [InlineData("X-Forwarded-For: 198.51.100.1\nX-Forwarded-Proto: https\nX-Forwarded-Proto: http")]
    [InlineData("X-Forwarded-For: 10.9.9.9, 198.51.100.1\nX-Forwarded-Proto: https, http")]

    // The proxy appends to one of the lists alone: which scheme is whose cannot be told.
    [InlineData("X-Forwarded-Proto: https, http")]
    [InlineData("X-Forwarded-Proto: https\nX-Forwarded-Proto: http")]
    [InlineData("X-Forwarded-For: 10.9.9.9\nX-Forwarded-Proto: https, http")]
    [InlineData("X-Forwarded-For: 10.9.9.9, 10.9.9.8\nX-Forwarded-Proto: https, http, http")]
    public async Task ForwardedProto_OfTheProxy_ThatDoesNotSayHttps_IsPlainHttp(string headers) =>
        await host.AssertRefusedAsync(With(host.Default.Sign(PipelineHost.UserCreated, host.NewId()), headers), 403, "WHR2013", RejectionReason.HttpsRequired);

    [Theory]
    [Trait("Attack", "A49")]
    [InlineData("X-Forwarded-For: 127.0.0.1")]
    [InlineData("X-Forwarded-For: 198.51.100.1, 10.0.0.1, 127.0.0.1")]
    [InlineData("X-Forwarded-For: unknown\nX-Real-IP: 198.51.100.1\nForwarded: for=198.51.100.1")]
    public Task ForwardedFor_FromAPeerThatIsNoProxy_IsNotTheAddress(string headers) => host.AssertNothingHappensAsync(async () =>
        AssertPlainHttpIsRefused(await host.SendAsync(With(host.NewForgery(), headers), ProxiedPipelineHost.Stranger), "127.0.0.2"));

    [Theory]
    [Trait("Attack", "A49")]
    [InlineData("", ProxiedPipelineHost.Proxy)]
    [InlineData("X-Forwarded-For: 198.51.100.1", "198.51.100.1")]
    [InlineData("X-Forwarded-For: 198.51.100.1:4711", "198.51.100.1")]
    [InlineData("X-Forwarded-For: ::ffff:198.51.100.1", "198.51.100.1")]
    [InlineData("X-Forwarded-For: 2001:db8::1", "2001:db8::1")]
    [InlineData("X-Forwarded-For: [2001:db8::1]:4711", "2001:db8::1")]
    [InlineData("X-Forwarded-For: fe80::1%7", "fe80::1%7")]

    // What a client wrote stands left of what the proxy appended, whatever it is.
    [InlineData("X-Forwarded-For: 127.0.0.1, 198.51.100.1", "198.51.100.1")]
    [InlineData("X-Forwarded-For: 203.0.113.66, 198.51.100.1", "198.51.100.1")]
    [InlineData("X-Forwarded-For: 203.0.113.66\nX-Forwarded-For: 198.51.100.1", "198.51.100.1")]
    [InlineData("X-Forwarded-For: unknown, <script>, 198.51.100.1", "198.51.100.1")]

    // Another proxy in front of this one, and two more: each is named, so the address is that of whom they do not name.
    [InlineData("X-Forwarded-For: 203.0.113.66, 198.51.100.1, 10.0.0.1", "198.51.100.1")]
    [InlineData("X-Forwarded-For: 203.0.113.66, 198.51.100.1, 10.0.0.1, ::ffff:10.0.0.2, 2001:db8:1::5", "198.51.100.1")]
    [InlineData("X-Forwarded-For: 203.0.113.66\nX-Forwarded-For: 198.51.100.1, 10.0.0.1", "198.51.100.1")]

    // Those in front of it are proxies, and what they say is not an address: it ends at the last of them.
    [InlineData("X-Forwarded-For: 203.0.113.66, unknown, 10.0.0.1", "10.0.0.1")]
    [InlineData("X-Forwarded-For: 203.0.113.66, 198.51.100.1:99999, 10.0.0.1", "10.0.0.1")]
    [InlineData("X-Real-IP: 203.0.113.66\nForwarded: for=203.0.113.66\nX-Client-IP: 203.0.113.66\nTrue-Client-IP: 203.0.113.66", ProxiedPipelineHost.Proxy)]
    public async Task ForwardedFor_OfTheProxy_IsTheRightmostAddressThatIsNoProxys(string headers, string address)
    {
        var response = await host.AssertRefusedAsync(
            With(host.NewForgery(), headers).Add("X-Forwarded-Proto", "https"), 401, "WHR2000", RejectionReason.SignatureMissing);

        Assert.Equal(address, host.RejectionOf(response.Json.GetProperty("deliveryId").GetString()!).RemoteAddress);
    }

    [Theory]
    [Trait("Attack", "A49")]
    [InlineData("unknown")]
    [InlineData("_hidden")]
    [InlineData("198.51.100.1, unknown")]
    [InlineData("198.51.100.1 10.0.0.1")]
    [InlineData("198.51.100.1:99999")]
    [InlineData("for=198.51.100.1")]
    [InlineData("<script>alert(1)</script>")]
    public async Task ForwardedFor_OfTheProxy_ThatIsNoAddress_LeavesThatOfTheProxyAndIsPlainHttp(string value)
    {
        var response = await host.AssertRefusedAsync(
            With(host.NewForgery(), "X-Forwarded-Proto: https").Add("X-Forwarded-For", value), 403, "WHR2013", RejectionReason.HttpsRequired);

        Assert.Equal(ProxiedPipelineHost.Proxy, host.RejectionOf(response.Json.GetProperty("deliveryId").GetString()!).RemoteAddress);
    }

    [Fact]
    [Trait("Attack", "A49")]
    public async Task ForwardedFor_AsLongAsAHeaderMayBe_IsReadFromTheRight()
    {
        var proxies = string.Concat(Enumerable.Repeat(", 10.0.0.1", 2000));
        var response = await host.AssertRefusedAsync(
            With(host.NewForgery(), "X-Forwarded-Proto: https").Add("X-Forwarded-For", "203.0.113.66, 198.51.100.1" + proxies), 401, "WHR2000", RejectionReason.SignatureMissing);

        Assert.Equal("198.51.100.1", host.RejectionOf(response.Json.GetProperty("deliveryId").GetString()!).RemoteAddress);
    }

    private void AssertPlainHttpIsRefused(WireResponse response, string address)
    {
        PipelineAssertions.AssertProblem(host, response, 403, "WHR2013", RejectionReason.HttpsRequired);
        Assert.Equal("close", response.Header("Connection"));
        Assert.Null(response.Header("Location"));
        Assert.Equal(address, host.RejectionOf(response.Json.GetProperty("deliveryId").GetString()!).RemoteAddress);
    }

    /// <summary>The request with more header lines, as they are written.</summary>
    private static WireRequest With(WireRequest request, string headers) => headers.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(static line => line.Split(": ", 2)).Aggregate(request, static (all, line) => all.Add(line[0], line[1]));
}
