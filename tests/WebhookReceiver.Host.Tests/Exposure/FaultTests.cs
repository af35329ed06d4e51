using System.Net;
using System.Text;
using System.Text.Json;
using FluentValidation;
using FluentValidation.Results;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WebhookReceiver.Envelopes;
using WebhookReceiver.Inbox;
using WebhookReceiver.Management;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Host.Tests.Exposure;

/// <summary>Faults of ours, in every layer that answers: the answer says that sending again is safe, or trying again worth it, and nothing of the fault.</summary>
public sealed class FaultTests
{
    private const string Canary = "canary-of-a-fault";
    private const string AnyId = "whe_AAAAAAAAAAAAAAAAAAAAAQ";

    private static readonly string[] Telling = [Canary, "SELECT", "Exception", "   at ", "/src/", ".cs", ".NET", "Kestrel", "SQLite", typeof(Program).Assembly.GetName().Version!.ToString(3)];

    [Theory]
    [Trait("Attack", "A78")]
    [InlineData("receive")]
    [InlineData("open")]
    [InlineData("store")]
    public async Task Delivery_AFaultInALayer_IsTheSame503ThatSaysNothingOfIt(string layer)
    {
        await using var host = new TestHost(configure: services =>
        {
            switch (layer)
            {
                case "receive":
                    services.AddSingleton<TimeProvider>(new FaultyClock());
                    break;
                case "open":
                    services.AddSingleton<IValidator<WebhookEnvelope>>(new FaultyValidator());
                    break;
                case "store":
                    services.AddSingleton<IInboxStore>(new FakeInboxStore { OnAppend = static () => throw new InvalidOperationException($"SELECT {Canary}") });
                    break;
            }
        });
        if (host.Services.GetRequiredService<TimeProvider>() is FaultyClock clock)
        {
            clock.IsArmed = true;
        }

        // Without a type, so that it comes to the validator.
        using var request = TestDelivery.Create(host.Public + "/webhook", body: layer == "open" ? """{"data":{}}""" : TestDelivery.NewOrder);
        using var response = await TestHost.Client.SendAsync(request, TestContext.Current.CancellationToken);

        await AssertSaysNothingAsync(response, "WHR4002", ["type", "title", "status", "code", "deliveryId"]);
    }

    public static TheoryData<string, string> Calls()
    {
        var calls = new TheoryData<string, string>();
        foreach (var error in new[] { "database", "time", "bug" })
        {
            foreach (var path in new[] { "/api/v1/events", "/api/v1/events?state=dead&limit=3", $"/api/v1/events/{AnyId}", $"/api/v1/events/{AnyId}/body", "/api/v1/stats", $"POST /api/v1/events/{AnyId}/replay", $"POST /api/v1/events/{AnyId}/cancel" })
            {
                calls.Add(error, path);
            }
        }

        return calls;
    }

    [Theory]
    [Trait("Attack", "A78")]
    [MemberData(nameof(Calls))]
    public async Task Management_InboxThatCannotBeRead_Is503WithAProblemAndOneLine(string error, string call)
    {
        var log = new RecordedLog<ManagementFaults>();
        await using var host = new TestHost(configure: services => services
            .AddSingleton<ILogger<ManagementFaults>>(log)
            .AddSingleton<IInboxStore>(new FakeInboxStore
            {
                OnRead = () => throw error switch
                {
                    "database" => new SqliteException($"near SELECT {Canary}", 1),
                    "time" => new TimeoutException(Canary),
                    _ => new NotSupportedException(Canary),
                },
            }));
        var isPost = call.StartsWith("POST ", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(isPost ? HttpMethod.Post : HttpMethod.Get, host.Management + call[call.IndexOf('/', StringComparison.Ordinal)..]) { Headers = { Authorization = new("Bearer", TestHost.Token) } };
        request.Content = isPost ? new StringContent("""{"reason":"a test"}""", Encoding.UTF8, "application/json") : null;

        using var response = await TestHost.Client.SendAsync(request, TestContext.Current.CancellationToken);

        await AssertSaysNothingAsync(response, "WHR5007", ["type", "title", "status", "code"]);
        Assert.Equal((5001, LogLevel.Error), (Assert.Single(log.Lines).Id, log.Lines[0].Level));

        // What asks nothing of the inbox goes on.
        using var sources = await host.AskAsync("/api/v1/sources");
        Assert.Equal(HttpStatusCode.OK, sources.StatusCode);
        using var metrics = await host.AskAsync("/metrics");
        Assert.Equal(HttpStatusCode.OK, metrics.StatusCode);
    }

    [Fact]
    [Trait("Attack", "A78")]
    [Trait("Attack", "A89")]
    public async Task Answers_OfBothListeners_NameNoServerAndSetNoCookie()
    {
        await using var host = new TestHost();
        string[] paths = ["/webhook", "/webhook/none", "/none", "/%00", "/api/v1/events", "/api/v1/none", "/readyz", "/livez", "/metrics", "/swagger/index.html", "/openapi/v1.json"];
        foreach (var url in paths.SelectMany(path => new[] { host.Public + path, host.Management + path }))
        {
            using var response = await TestHost.Client.GetAsync(url, TestContext.Current.CancellationToken);
            AssertHeaders(url, response);
        }

        using var accepted = await host.SendAsync();
        AssertHeaders("a delivery", accepted);

        static void AssertHeaders(string what, HttpResponseMessage response)
        {
            Assert.False(response.Headers.Contains("Server"), what);
            Assert.False(response.Headers.Contains("X-Powered-By"), what);
            Assert.False(response.Headers.Contains("Set-Cookie"), what);
        }
    }

    /// <summary>Management knows its token alone: no session, so no keys that a restart or another replica could lack.</summary>
    [Fact]
    [Trait("Attack", "A102")]
    public async Task Management_KeepsNoKeysForSessions()
    {
        await using var host = new TestHost();

        Assert.Null(host.Services.GetService<IDataProtectionProvider>());
    }

    private static async Task AssertSaysNothingAsync(HttpResponseMessage response, string code, string[] members)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.ServiceUnavailable, $"{response.StatusCode} {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.InRange(int.Parse(Assert.Single(response.Headers.GetValues("Retry-After")), System.Globalization.CultureInfo.InvariantCulture), 1, 60);
        var problem = JsonElement.Parse(text);
        Assert.Equal(members, problem.EnumerateObject().Select(static member => member.Name));
        Assert.Equal(code, problem.GetProperty("code").GetString());
        var everything = response.ToString() + text;
        Assert.All(Telling, telling => Assert.DoesNotContain(telling, everything, StringComparison.Ordinal));
        Assert.False(response.Headers.Contains("Server"));
    }

    /// <summary>Fails once, when it is asked for the time of a delivery.</summary>
    private sealed class FaultyClock : TimeProvider
    {
        private int _armed;

        public bool IsArmed
        {
            set => Volatile.Write(ref _armed, value ? 1 : 0);
        }

        public override DateTimeOffset GetUtcNow() =>
            Environment.StackTrace.Contains("WebhookEndpoint.ReceiveAsync", StringComparison.Ordinal) && Interlocked.Exchange(ref _armed, 0) == 1
                ? throw new InvalidOperationException($"SELECT {Canary}")
                : System.GetUtcNow();
    }

    private sealed class FaultyValidator : AbstractValidator<WebhookEnvelope>
    {
        public override ValidationResult Validate(ValidationContext<WebhookEnvelope> context) => throw new InvalidOperationException($"SELECT {Canary}");
    }
}
