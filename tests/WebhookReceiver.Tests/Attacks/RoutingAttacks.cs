using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Attacks;

/// <summary>Paths, methods and hosts that are not what a sender was given. Which of them lead to a source is decided by routing; what gets there is verified like any other.</summary>
public sealed class RoutingAttacks(PipelineHost host) : IClassFixture<PipelineHost>
{
    [Theory]
    [Trait("Attack", "A45")]
    [InlineData("/webhook?x=1")]
    [InlineData("/webhook/")]
    [InlineData("/webhook/default")]
    [InlineData("/webhook/default/")]
    [InlineData("/WEBHOOK")]
    [InlineData("/%77ebhook")]
    [InlineData("/webhook/%64efault")]
    [InlineData("/./webhook")]
    [InlineData("/webhook/.")]
    [InlineData("/a/../webhook")]
    [InlineData("/%2e%2e/webhook")]
    [InlineData("/webhook/other/../default")]
    public async Task Path_ThatLeadsToASource_IsVerifiedLikeAnyOther(string path)
    {
        await host.AssertUnverifiedAsync(host.NewRequest().Without("webhook-signature") with { Target = path }, RejectionReason.SignatureMissing);
        await host.AssertUnverifiedAsync(host.Other.Sign(PipelineHost.UserCreated, host.NewId()) with { Target = path }, RejectionReason.SignatureMismatch);
        var stored = await host.AssertAcceptedAsync(host.NewRequest() with { Target = path });
        Assert.Equal("default", stored.Event.Source);
    }

    [Theory]
    [Trait("Attack", "A45")]
    [InlineData("//webhook")]
    [InlineData("/webhook//")]
    [InlineData("/webhook//default")]
    [InlineData("/webhook%2f")]
    [InlineData("/webhook%2fdefault")]
    [InlineData("/webhook%5cdefault")]
    [InlineData("/webhook%20")]
    [InlineData("/webhook%0a")]
    [InlineData("/webhook%3fx=1")]
    [InlineData("/webhook#x")]
    [InlineData("/webhook;x=1")]
    [InlineData("/webhook/..")]
    [InlineData("/..%2fwebhook")]
    [InlineData("/%2577ebhook")]
    [InlineData("/webhook/default/x")]
    public Task Path_ThatLeadsNowhere_IsNotFound(string path) => host.AssertNothingHappensAsync(async () =>
    {
        var response = await host.SendAsync(host.NewRequest() with { Target = path });
        Assert.Equal(404, response.Status);
        Assert.Empty(response.Body);
    });

    [Theory]
    [Trait("Attack", "A45")]
    [InlineData("/webhook/Default")]
    [InlineData("/webhook/default%20")]
    [InlineData("/webhook/default%0a")]
    [InlineData("/webhook/default%2f")]
    [InlineData("/webhook/..%2fdefault")]
    [InlineData("/webhook/other%2f..%2fdefault")]
    [InlineData("/webhook/default;x=1")]
    [InlineData("/webhook/%2564efault")]
    public Task Source_NotWrittenAsItsName_IsUnknown(string path) =>
        host.AssertRefusedAsync(host.NewRequest() with { Target = path }, 404, "WHR2005", RejectionReason.UnknownSource);

    [Theory]
    [Trait("Attack", "A45")]
    [InlineData("/webhook%00")]
    [InlineData("/webhook/default%00")]
    [InlineData("\\webhook")]
    [InlineData("http:/webhook")]
    [InlineData("/web hook")]
    [InlineData("/ｗebhook")]
    public Task Target_ThatIsNone_IsRefused(string target) => host.AssertRefusedByTheServerAsync((host.NewRequest() with { Target = target }).ToBytes());

    [Theory]
    [Trait("Attack", "A46")]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    [InlineData("CONNECT")]
    [InlineData("BREW")]
    [InlineData("post")]
    [InlineData("POSTS")]
    public Task Method_OtherThanPost_IsRefusedWhateverElseNamesPost(string method) => host.AssertNothingHappensAsync(async () =>
    {
        var request = host.NewRequest() with { Method = method, Target = "/webhook?_method=POST" };

        var response = await host.SendAsync(request.Add("X-HTTP-Method-Override", "POST").Add("X-HTTP-Method", "POST").Add("X-Method-Override", "POST"));

        Assert.Equal(405, response.Status);
        Assert.Equal("POST", response.Header("Allow"));
        Assert.DoesNotContain("webhook-signature", response.Text, StringComparison.OrdinalIgnoreCase); // TRACE echoes nothing
    });

    [Theory]
    [Trait("Attack", "A46")]
    [InlineData("CONNECT", "receiver.test:80", 404)]
    [InlineData("OPTIONS", "*", 404)]
    public Task Target_OfNoPath_IsNotFound(string method, string target, int status) => host.AssertNothingHappensAsync(async () =>
        Assert.Equal(status, (await host.SendAsync(host.NewRequest() with { Method = method, Target = target, Host = "receiver.test:80" })).Status));

    [Theory]
    [Trait("Attack", "A46")]
    [InlineData("POST", "*")]
    [InlineData("POST", "webhook")]
    public Task Target_ThatItsMethodDoesNotHave_IsRefused(string method, string target) =>
        host.AssertRefusedByTheServerAsync((host.NewRequest() with { Method = method, Target = target }).ToBytes(), 405);

    [Theory]
    [Trait("Attack", "A50")]
    [InlineData("evil.example")]
    [InlineData("evil.example:8081")]
    [InlineData("127.0.0.1:8081")]
    [InlineData("[::1]")]
    [InlineData("")]
    public async Task Host_OfAnybody_ChangesNothing(string name)
    {
        await host.AssertAcceptedAsync(WithHost(host.NewRequest(), name));
        await host.AssertUnverifiedAsync(WithHost(host.NewRequest(), name).Without("webhook-signature"), RejectionReason.SignatureMissing);
        var unknown = await host.AssertRefusedAsync(WithHost(host.NewRequest(), name) with { Target = "/webhook/nobody" }, 404, "WHR2005", RejectionReason.UnknownSource);
        Assert.DoesNotContain("evil", string.Concat(unknown.Headers) + unknown.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    [Trait("Attack", "A50")]
    public async Task Host_WhereTheUrlIsSigned_IsNotThatOfTheUrl()
    {
        await host.AssertAcceptedAsync(WithHost(host.Addressed.Sign(NewAddressed(), ""), "evil.example"));
        await host.AssertUnverifiedAsync(WithHost(host.AddressedAt("https://evil.example").Sign(NewAddressed(), ""), "evil.example"), RejectionReason.SignatureMismatch);
        await host.AssertUnverifiedAsync(
            host.AddressedAt("http://evil.example").Sign(NewAddressed(), "") with { Target = "http://evil.example/webhook/addressed", Host = "evil.example" },
            RejectionReason.SignatureMismatch);
    }

    [Fact]
    [Trait("Attack", "A50")]
    public async Task Target_WithAHostInIt_IsItsPath()
    {
        var absolute = host.NewRequest() with { Target = "http://evil.example/webhook", Host = "evil.example" };
        await host.AssertAcceptedAsync(absolute);
        await host.AssertUnverifiedAsync(absolute.Without("webhook-signature"), RejectionReason.SignatureMissing);

        // Two hosts in one request are one too many.
        await host.AssertRefusedByTheServerAsync((host.NewRequest() with { Target = "http://evil.example/webhook" }).ToBytes());
    }

    [Theory]
    [Trait("Attack", "A50")]
    [InlineData("user@receiver.test")]
    [InlineData("receiver.test/webhook")]
    [InlineData("receiver.test, evil.example")]
    [InlineData("receiver.test:x")]
    public Task Host_ThatIsNone_IsRefused(string name) => host.AssertRefusedByTheServerAsync((host.NewRequest() with { Host = name }).ToBytes());

    private static WireRequest WithHost(WireRequest request, string name) =>
        (request with { Host = name }).Add("X-Forwarded-Host", "evil.example").Add("Forwarded", "host=evil.example").Add("X-Original-URL", "/evil").Add("X-Rewrite-URL", "/evil");

    private string NewAddressed() => $$$"""{"event_id":"{{{host.NewId()}}}","type":"user.created","data":{"name":"Ada"}}""";
}
