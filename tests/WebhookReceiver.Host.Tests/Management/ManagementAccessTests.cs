using System.Net;

namespace WebhookReceiver.Host.Tests.Management;

public sealed class ManagementAccessTests(ManagementAccessTests.Hosts hosts) : IClassFixture<ManagementAccessTests.Hosts>
{
    private static readonly string[] ClosedPaths = ["/metrics", "/api/v1/events", "/api/v1/rejections", "/api/v1/sources", "/api/v1/stats"];

    [Theory]
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

    [Theory]
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
        using var delivery = await hosts.Production.SendAsync(eventId: "metrics-1");
        Assert.Equal(HttpStatusCode.OK, delivery.StatusCode);

        using var response = await hosts.Production.AskAsync("/metrics");
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.Matches("""(?m)^webhook_deliveries_total\{.*webhook_source="default".*webhook_outcome="accepted".*\} [1-9]""", text);
        Assert.Contains("http_server_request_duration_seconds", text, StringComparison.Ordinal);
        Assert.Contains("dotnet_gc_collections", text, StringComparison.Ordinal);
        Assert.Contains("service_name=\"webhook-receiver\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("metrics-1", text, StringComparison.Ordinal);
    }

    public sealed class Hosts : IAsyncLifetime
    {
        internal TestHost Production { get; } = new();

        internal TestHost Development { get; } = new("Development");

        public ValueTask InitializeAsync() => ValueTask.CompletedTask;

        public async ValueTask DisposeAsync()
        {
            await Production.DisposeAsync();
            await Development.DisposeAsync();
        }
    }
}
