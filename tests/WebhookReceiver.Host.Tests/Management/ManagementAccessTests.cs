using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using WebhookReceiver.Management;

namespace WebhookReceiver.Host.Tests.Management;

public sealed class ManagementAccessTests(ManagementAccessTests.Hosts hosts) : IClassFixture<ManagementAccessTests.Hosts>
{
    private static readonly string[] ClosedPaths = ["/metrics", "/api/v1/events", "/api/v1/rejections", "/api/v1/sources", "/api/v1/stats"];

    [Theory]
    [Trait("Attack", "A80")]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("management-token-of-the-tests-012345678x", HttpStatusCode.Unauthorized)]
    [InlineData(TestHost.Token, HttpStatusCode.OK)]
    public async Task ClosedPath_ByToken_IsAnswered(string? token, HttpStatusCode expected)
    {
        foreach (var path in ClosedPaths)
        {
            using var response = await hosts.Production.AskAsync(path, token);
            Assert.Equal((path, expected), (path, response.StatusCode));
            if (expected == HttpStatusCode.Unauthorized)
            {
                Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
                Assert.Contains("WHR5000", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    [Trait("Attack", "A80")]
    public async Task EveryRoute_WithoutToken_IsTheSame401ButTheProbesAre()
    {
        var routes = hosts.Production.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(static route => !route.RoutePattern.RawText!.StartsWith("/webhook", StringComparison.Ordinal))
            .Select(static route => (Path: route.RoutePattern.RawText!, Method: route.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods.Single()))
            .Where(static route => route.Path is not ("/livez" or "/readyz")).ToArray();
        Assert.Equal(9, routes.Length);

        foreach (var (path, method) in routes)
        {
            // What is wrong with the rest of the request is not said before the token is right.
            using var request = new HttpRequestMessage(new HttpMethod(method), hosts.Production.Management + path.Replace("{id}", "nonsense", StringComparison.Ordinal) + "?limit=x");
            request.Content = method == "POST" ? new StringContent("{ nonsense") : null;
            using var response = await TestHost.Client.SendAsync(request, TestContext.Current.CancellationToken);

            Assert.Equal((path, HttpStatusCode.Unauthorized), (path, response.StatusCode));
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            Assert.Equal(
                """{"type":"urn:webhook-receiver:WHR5000","title":"Send the management token: Authorization: Bearer <token>.","status":401,"code":"WHR5000"}""",
                await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [Trait("Attack", "A80")]
    [InlineData("Bearer " + TestHost.Token, true)]
    [InlineData("bearer " + TestHost.Token, true)]
    [InlineData("Bearer  " + TestHost.Token, true)]
    [InlineData("Bearer", false)]
    [InlineData("Bearer " + TestHost.Token + "x", false)]
    [InlineData("Bearer x" + TestHost.Token, false)]
    [InlineData("Bearer MANAGEMENT-TOKEN-OF-THE-TESTS-0123456789", false)]
    [InlineData("Bearer \"" + TestHost.Token + "\"", false)]
    [InlineData("Basic " + TestHost.Token, false)]
    [InlineData(TestHost.Token, false)]
    public async Task Token_AsItIsWritten_IsTakenOrNot(string header, bool isTaken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, hosts.Production.Management + "/api/v1/stats");
        Assert.True(request.Headers.TryAddWithoutValidation("Authorization", header));
        using var response = await TestHost.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(isTaken ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Theory]
    [Trait("Attack", "A80")]
    [InlineData("/metrics/")]
    [InlineData("/metrics/x")]
    [InlineData("/METRICS")]
    [InlineData("/%6Detrics")]
    [InlineData("/x/../metrics")]
    [InlineData("/api/v1/events/")]
    [InlineData("/API/v1/events")]
    [InlineData("/api/v1/%65vents")]
    [InlineData("/api/v1/x/../events")]
    [InlineData("/api/v1/stats?token=" + TestHost.Token)]
    public async Task ClosedPath_InAnotherSpellingWithoutToken_IsClosed(string path)
    {
        using var response = await hosts.Production.AskAsync(path, token: null);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Theory]
    [Trait("Attack", "A94")]
    [InlineData("/livez")]
    [InlineData("/readyz")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/swagger/index.html")]
    [InlineData("/swagger/swagger-ui-bundle.js")]
    public async Task OpenPath_WithoutToken_IsAnsweredOnManagementAlone(string path)
    {
        using var response = await hosts.Production.AskAsync(path, token: null);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        // The port of the connection decides, whatever the Host header says.
        using var request = new HttpRequestMessage(HttpMethod.Get, hosts.Production.Public + path);
        request.Headers.Host = "x:" + new Uri(hosts.Production.Management).Port;
        using var refused = await TestHost.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
    }

    [Fact]
    [Trait("Attack", "A94")]
    public async Task ClosedPath_OnThePublicListenerWithTheToken_IsNotFound()
    {
        foreach (var path in ClosedPaths)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, hosts.Production.Public + path);
            request.Headers.Host = "x:" + new Uri(hosts.Production.Management).Port;
            request.Headers.Authorization = new("Bearer", TestHost.Token);
            using var response = await TestHost.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal((path, HttpStatusCode.NotFound), (path, response.StatusCode));
        }
    }

    [Fact]
    public async Task Webhook_OnTheManagementListener_IsNotFound()
    {
        using var request = TestDelivery.Create(hosts.Production.Management + "/webhook");
        request.Headers.Host = "x:" + new Uri(hosts.Production.Public).Port;
        using var response = await TestHost.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task ClosedPath_InDevelopmentWithoutATokenFromThisMachine_IsAnswered()
    {
        foreach (var path in ClosedPaths)
        {
            using var response = await hosts.Development.AskAsync(path, token: null);
            Assert.Equal((path, HttpStatusCode.OK), (path, response.StatusCode));
        }
    }

    [Theory]
    [Trait("Attack", "A86")]
    [InlineData("Host", "rebound.example")]
    [InlineData("Host", "127.0.0.1.rebound.example")]
    [InlineData("Host", "192.0.2.7")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task AnyCall_InDevelopmentOfAPageOfAnotherSite_IsRefused(string header, string value)
    {
        foreach (var (method, path) in ClosedPaths.Select(static path => (HttpMethod.Get, path)).Append((HttpMethod.Post, "/api/v1/events/whe_1/replay")))
        {
            using var response = await AskInDevelopmentAsync(method, path, header, value);
            Assert.Equal((path, HttpStatusCode.Unauthorized), (path, response.StatusCode));
        }
    }

    [Theory]
    [Trait("Attack", "A86")]
    [InlineData("Host", "LocalHost:8081")]
    [InlineData("Host", "[::1]:8081")]
    [InlineData("Host", "127.0.0.1")]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Sec-Fetch-Site", "none")]
    public async Task AnyCall_InDevelopmentOfItsOwnPages_IsAnswered(string header, string value)
    {
        using var response = await AskInDevelopmentAsync(HttpMethod.Get, "/api/v1/stats", header, value);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [Trait("Attack", "A87")]
    [InlineData("/livez")]
    [InlineData("/none")]
    [InlineData("/metrics")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/swagger/index.html")]
    [InlineData("/api/v1/events")]
    [InlineData("/api/v1/events?limit=x")]
    public async Task Answer_InABrowser_IsFramedByNobodyAndRunsNothingOfOthers(string path)
    {
        using var response = await hosts.Production.AskAsync(path);

        Assert.Equal("DENY", Header("X-Frame-Options"));
        Assert.Equal("nosniff", Header("X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header("Referrer-Policy"));
        var policy = Header("Content-Security-Policy").Split("; ");
        Assert.Contains("default-src 'none'", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.All(policy, static directive => Assert.DoesNotMatch("script-src.*unsafe|\\*|http", directive));
        Assert.Equal(!path.StartsWith("/swagger", StringComparison.Ordinal), Header("Cache-Control").Contains("no-store", StringComparison.Ordinal));

        string Header(string name) => Assert.Single(response.Headers.GetValues(name));
    }

    [Theory]
    [Trait("Attack", "A90")]
    [InlineData("//evil.example")]
    [InlineData("/%5Cevil.example")]
    [InlineData("https:evil.example")]
    [InlineData("%2f%2fevil.example")]
    public async Task AnyPath_WithAPlaceToGoOnTo_LeadsNowhere(string place)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        foreach (var path in (string[])["/", "/livez", "/swagger", "/swagger/index.html", "/api/v1/events", "/" + place])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{hosts.Production.Management}{path}?returnUrl={place}&redirect_uri={place}&next={place}");
            request.Headers.Authorization = new("Bearer", TestHost.Token);
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.DoesNotContain("evil", response.Headers.Location?.ToString() ?? "", StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Answers_OnBothListeners_DoNotNameTheServer()
    {
        using var management = await hosts.Production.AskAsync("/livez");
        using var delivery = await hosts.Production.SendAsync();

        Assert.False(management.Headers.Contains("Server"));
        Assert.False(delivery.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Metrics_AfterADelivery_HaveItsCountByConfiguredName()
    {
        // A host that nobody has asked yet: the page is answered from memory for a moment after each scrape.
        await using var host = new TestHost();
        using var delivery = await host.SendAsync(eventId: "metrics-1");
        Assert.Equal(HttpStatusCode.OK, delivery.StatusCode);

        using var response = await host.AskAsync("/metrics");
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.Matches("""(?m)^webhook_deliveries_total\{.*webhook_outcome="accepted".*webhook_source="default".*\} [1-9]""", text);
        Assert.Contains("http_server_request_duration_seconds", text, StringComparison.Ordinal);
        Assert.Contains("dotnet_gc_collections", text, StringComparison.Ordinal);
        Assert.Contains("service_name=\"webhook-receiver\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("metrics-1", text, StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> AskInDevelopmentAsync(HttpMethod method, string path, string header, string value)
    {
        using var request = new HttpRequestMessage(method, hosts.Development.Management + path);
        request.Headers.TryAddWithoutValidation(header, value);
        return await TestHost.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public sealed class Hosts : IAsyncLifetime
    {
        internal TestHost Production { get; } = new(configure: NeverThrottle);

        internal TestHost Development { get; } = new("Development", configure: NeverThrottle);

        private static void NeverThrottle(IServiceCollection services) => services.AddSingleton(new TokenThrottle(new HurriedClock()));

        public ValueTask InitializeAsync() => ValueTask.CompletedTask;

        public async ValueTask DisposeAsync()
        {
            await Production.DisposeAsync();
            await Development.DisposeAsync();
        }
    }

    /// <summary>Whoever asks is a while later.</summary>
    private sealed class HurriedClock : TimeProvider
    {
        private long _now;

        public override long GetTimestamp() => Interlocked.Add(ref _now, TokenThrottle.Interval.Ticks);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }
}
