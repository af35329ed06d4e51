using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using WebhookReceiver.Dispatch;

namespace WebhookReceiver.Host.Tests.Management;

/// <summary>The calls of an operator, over the network and with the token: what they take, what they answer, and what they refuse.</summary>
public sealed class ManagementApiTests(ManagementApiTests.Fixture fixture) : IClassFixture<ManagementApiTests.Fixture>
{
    private const string UnknownId = "whe_AAAAAAAAAAAAAAAAAAAAAQ";

    [Fact]
    public async Task ListEvents_OneEvent_HasTheseMembersAndNoOthers()
    {
        var id = await fixture.SendHandledAsync("new_order", TestDelivery.NewOrder, "list-1");

        var page = await fixture.GetAsync("/api/v1/events?limit=1");

        Assert.Equal(["items", "next"], Names(page));
        var item = Assert.Single(page.GetProperty("items").EnumerateArray());
        Assert.Equal(["id", "source", "eventId", "type", "state", "receivedAt", "attempts"], Names(item));
        Assert.Equal((id, "default", "list-1", "new_order", "succeeded"), (Text(item, "id"), Text(item, "source"), Text(item, "eventId"), Text(item, "type"), Text(item, "state")));
        Assert.InRange(item.GetProperty("receivedAt").GetDateTimeOffset(), fixture.Started, TimeProvider.System.GetUtcNow());
        Assert.Equal(JsonValueKind.Number, item.GetProperty("attempts").ValueKind);
        Assert.Equal(1, item.GetProperty("attempts").GetInt32());
    }

    [Theory]
    [InlineData(5, 2, new[] { 2, 2, 1 })]
    [InlineData(4, 2, new[] { 2, 2 })]
    [InlineData(3, 3, new[] { 3 })]
    [InlineData(3, 200, new[] { 3 })]
    [InlineData(1, 1, new[] { 1 })]
    [InlineData(0, 1, new[] { 0 })]
    public async Task ListEvents_Pages_GoFromTheNewestToTheLastAndEndWithNull(int events, int limit, int[] sizes)
    {
        var type = $"pages.of{events}by{limit}";
        var sent = new List<string>();
        for (var i = 0; i < events; i++)
        {
            sent.Add(await fixture.SendAsync(type));
        }

        var (found, pages, after) = (new List<string>(), new List<int>(), "");
        while (after is not null)
        {
            var page = await fixture.GetAsync($"/api/v1/events?type={type}&limit={limit}{(after.Length > 0 ? "&after=" + after : "")}");
            var ids = page.GetProperty("items").EnumerateArray().Select(static item => Text(item, "id")!).ToArray();
            found.AddRange(ids);
            pages.Add(ids.Length);
            after = page.GetProperty("next").GetString();
        }

        Assert.Equal(sizes, pages);
        Assert.Equal(Enumerable.Reverse(sent), found);
    }

    [Fact]
    public async Task ListEvents_WithoutALimit_GivesFifty()
    {
        for (var i = 0; i < 51; i++)
        {
            await fixture.SendAsync("fifty.and.one");
        }

        var page = await fixture.GetAsync("/api/v1/events?type=fifty.and.one");

        Assert.Equal(50, page.GetProperty("items").GetArrayLength());
        Assert.NotNull(page.GetProperty("next").GetString());
    }

    [Fact]
    [Trait("Attack", "A92")]
    public async Task ListEvents_Filters_GiveWhatTheySay()
    {
        var parked = await fixture.SendAsync("filters.parked");
        var other = await fixture.SendAsync("filters.parked", source: "other");

        Assert.Equal([parked], await fixture.IdsAsync("source=default&type=filters.parked&state=parked"));
        Assert.Equal([other], await fixture.IdsAsync("source=other&type=filters.parked"));
        Assert.Equal([other, parked], await fixture.IdsAsync("type=filters.parked"));
        Assert.Empty(await fixture.IdsAsync("type=filters.parked&state=dead"));
        Assert.Empty(await fixture.IdsAsync("type=filters"));
        Assert.Empty(await fixture.IdsAsync("source=nobody"));
        Assert.Empty(await fixture.IdsAsync("type=filters.parked'--"));
        Assert.Empty(await fixture.IdsAsync("type=filters.%25"));
    }

    [Theory]
    [InlineData("pending")]
    [InlineData("running")]
    [InlineData("scheduled")]
    [InlineData("succeeded")]
    [InlineData("dead")]
    [InlineData("parked")]
    [InlineData("cancelled")]
    public async Task ListEvents_EveryState_IsAnswered(string state)
    {
        var page = await fixture.GetAsync("/api/v1/events?state=" + state);

        Assert.All(page.GetProperty("items").EnumerateArray(), item => Assert.Equal(state, Text(item, "state")));
    }

    [Theory]
    [Trait("Attack", "A92")]
    [InlineData("limit=0")]
    [InlineData("limit=201")]
    [InlineData("limit=-1")]
    [InlineData("limit=1.5")]
    [InlineData("limit=many")]
    [InlineData("limit=")]
    [InlineData("limit=%2B1")]
    [InlineData("limit=%201")]
    [InlineData("limit=1e2")]
    [InlineData("limit=99999999999")]
    [InlineData("limit=1&limit=2")]
    [InlineData("state=")]
    [InlineData("state=Dead")]
    [InlineData("state=finished")]
    [InlineData("state=3")]
    [InlineData("state=dead,parked")]
    [InlineData("after=")]
    [InlineData("after=5")]
    [InlineData("after=whe_")]
    [InlineData("after=whe_AAAAAAAAAAAAAAAAAAAAA!")]
    public async Task ListEvents_WrongValue_IsRefused(string query) => await fixture.AssertProblemAsync(HttpMethod.Get, "/api/v1/events?" + query, 400, "WHR5001");

    [Theory]
    [Trait("Attack", "A92")]
    [InlineData("' or 1=1--")]
    [InlineData("'; DROP TABLE event; --")]
    [InlineData("%")]
    [InlineData("_")]
    [InlineData("*")]
    [InlineData("hostile\0filter")]
    [InlineData("\0")]
    [InlineData("(a+)+$")]
    [InlineData("\r\nX-Injected: 1")]
    [InlineData("<img src=x onerror=alert(1)>")]
    public async Task ListEvents_HostileFilter_IsATextThatNothingHas(string text)
    {
        await fixture.SendAsync("hostile.filter");

        Assert.Empty(await fixture.IdsAsync("type=" + Uri.EscapeDataString(text)));
        Assert.Empty(await fixture.IdsAsync("source=" + Uri.EscapeDataString(text)));
        Assert.NotEmpty(await fixture.IdsAsync("type=hostile.filter&unknown=" + Uri.EscapeDataString(text)));
        await fixture.AssertProblemAsync(HttpMethod.Get, "/api/v1/events?state=" + Uri.EscapeDataString(text), 400, "WHR5001");
        await fixture.AssertProblemAsync(HttpMethod.Get, "/api/v1/events?after=" + Uri.EscapeDataString(text), 400, "WHR5001");
    }

    [Fact]
    [Trait("Attack", "A92")]
    public async Task ListEvents_EndlessFilter_IsAnsweredOrRefusedByTheServer()
    {
        Assert.Empty(await fixture.IdsAsync("type=" + new string('x', 3_000)));
        using var refused = await fixture.AskAsync(HttpMethod.Get, "/api/v1/events?type=" + new string('x', 10_000));

        Assert.Equal(HttpStatusCode.RequestUriTooLong, refused.StatusCode);
    }

    [Fact]
    [Trait("Attack", "A93")]
    public async Task Replay_WithMoreMembersThanTheReason_ChangesNothingByThem()
    {
        var (id, other) = (await fixture.SendHandledAsync("counted"), await fixture.SendHandledAsync("counted"));
        var handled = fixture.NextCompletionOf(id);

        await fixture.ReadAsync(HttpMethod.Post, $"/api/v1/events/{id}/replay", Content("application/json", $$"""
            {"reason":"a test","id":"{{other}}","state":"cancelled","status":"cancelled","epoch":99,"attempt":99,"generation":99,"dueAt":"2099-01-01T00:00:00Z","handlers":[],"Reason":"another"}
            """)!);

        await handled;
        Assert.Equal([1, 1], fixture.AttemptsOf(id));
        Assert.Equal([1], fixture.AttemptsOf(other));
        var found = await fixture.GetAsync("/api/v1/events/" + id);
        Assert.Equal("succeeded", Text(found, "state"));
        Assert.Equal([0, 1], found.GetProperty("handlers")[0].GetProperty("attempts").EnumerateArray().Select(static attempt => attempt.GetProperty("replay").GetInt32()));
    }

    [Theory]
    [Trait("Attack", "A93")]
    [InlineData("PATCH", "")]
    [InlineData("PUT", "")]
    [InlineData("DELETE", "")]
    [InlineData("POST", "")]
    [InlineData("PUT", "/body")]
    [InlineData("PATCH", "/replay")]
    [InlineData("GET", "/replay")]
    [InlineData("GET", "/cancel")]
    public async Task AnyOtherMethod_OnAnEvent_IsNotAllowedAndChangesNothing(string method, string call)
    {
        var id = await fixture.SendHandledAsync("counted");

        using var response = await fixture.AskAsync(new HttpMethod(method), $"/api/v1/events/{id}{call}", method == "GET" ? null : Content("application/json", """{"reason":"a test","state":"dead","attempt":7}"""));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal([1], fixture.AttemptsOf(id));
        Assert.Equal("succeeded", Text(await fixture.GetAsync("/api/v1/events/" + id), "state"));
    }

    [Fact]
    [Trait("Attack", "A88")]
    public async Task Replay_ManyAtOnce_IsOneReplayAndTheOthersAConflict()
    {
        var id = await fixture.SendHandledAsync("held");
        var handled = fixture.NextCompletionOf(id);

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            using var response = await fixture.AskAsync(HttpMethod.Post, $"/api/v1/events/{id}/replay", Reason("a test"));
            return response.StatusCode;
        }));

        Assert.Single(answers, HttpStatusCode.OK);
        Assert.Equal(15, answers.Count(static answer => answer == HttpStatusCode.Conflict));
        fixture.Release.SetResult();
        await handled;
        Assert.Equal([1, 1], fixture.AttemptsOf(id));
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=201")]
    [InlineData("limit=x")]
    public async Task ListRejections_WrongValue_IsRefused(string query) => await fixture.AssertProblemAsync(HttpMethod.Get, "/api/v1/rejections?" + query, 400, "WHR5001");

    [Fact]
    public async Task GetEvent_HandledOne_HasAllThatIsKnownAndNoSignature()
    {
        var id = await fixture.SendHandledAsync("new_order", TestDelivery.NewOrder, "detail-1");

        var found = await fixture.GetAsync("/api/v1/events/" + id);

        Assert.Equal(
            ["id", "source", "eventId", "type", "state", "timestamp", "receivedAt", "contentType", "bodyBytes", "body", "headers", "verification", "handlers"], Names(found));
        Assert.Equal((id, "default", "detail-1", "new_order", "succeeded", "application/json"),
            (Text(found, "id"), Text(found, "source"), Text(found, "eventId"), Text(found, "type"), Text(found, "state"), Text(found, "contentType")));
        Assert.Equal(TestDelivery.NewOrder.Length, found.GetProperty("bodyBytes").GetInt32());
        Assert.Equal("detail-1", found.GetProperty("headers").GetProperty("X-Event-Id").GetString());
        Assert.DoesNotContain("signature", found.GetProperty("headers").GetRawText(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(["secret", "bodySha256"], Names(found.GetProperty("verification")));
        Assert.Equal(1, found.GetProperty("verification").GetProperty("secret").GetInt32());
        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(TestDelivery.NewOrder))),
            found.GetProperty("verification").GetProperty("bodySha256").GetString());
        var handler = Assert.Single(found.GetProperty("handlers").EnumerateArray());
        Assert.Equal(["handler", "state", "dueAt", "attempts"], Names(handler));
        Assert.Equal(("NewOrderHandler", "succeeded"), (Text(handler, "handler"), Text(handler, "state")));
        var attempt = Assert.Single(handler.GetProperty("attempts").EnumerateArray());
        Assert.Equal(["number", "replay", "startedAt", "endedAt", "outcome", "error"], Names(attempt));
        Assert.Equal((1, 0, "succeeded"), (attempt.GetProperty("number").GetInt32(), attempt.GetProperty("replay").GetInt32(), Text(attempt, "outcome")));
    }

    [Fact]
    public async Task GetEvent_FailedOnce_ShowsWhenItIsTriedAgainAndWhy()
    {
        var id = await fixture.SendHandledAsync("fails");

        var found = await fixture.GetAsync("/api/v1/events/" + id);

        Assert.Equal("scheduled", Text(found, "state"));
        var handler = Assert.Single(found.GetProperty("handlers").EnumerateArray());
        var attempt = Assert.Single(handler.GetProperty("attempts").EnumerateArray());
        Assert.Equal("transient", Text(attempt, "outcome"));
        Assert.Contains("Not today.", Text(attempt, "error"), StringComparison.Ordinal);
        Assert.InRange(handler.GetProperty("dueAt").GetDateTimeOffset(), attempt.GetProperty("endedAt").GetDateTimeOffset().AddSeconds(3.9), attempt.GetProperty("endedAt").GetDateTimeOffset().AddSeconds(6.1));
    }

    [Fact]
    [Trait("Attack", "A84")]
    public async Task GetBody_AnyEvent_IsTheExactBytesAndNeverAPage()
    {
        const string Body = """ { "event" : "<script>alert(1)</script>", "data" : {"ä":"\u0000"} } """;
        var id = await fixture.SendAsync(Body, isBody: true);

        using var response = await fixture.AskAsync(HttpMethod.Get, $"/api/v1/events/{id}/body");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Encoding.UTF8.GetBytes(Body), await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal(("attachment", $"{id}.bin"), (response.Content.Headers.ContentDisposition?.DispositionType, response.Content.Headers.ContentDisposition?.FileName));
    }

    [Fact]
    [Trait("Attack", "A83")]
    public async Task AnyAnswer_AboutAnEventOfMarkup_IsJsonAndNoPage()
    {
        const string Markup = """</script><script>alert(1)</script><img src=x onerror=alert(1)>" onmouseover="alert(1)" javascript:alert(1) {{7*7}}""";
        var id = await fixture.SendAsync(JsonSerializer.Serialize(new { @event = Markup, id = Markup, data = new { text = Markup } }), isBody: true);
        await fixture.AssertProblemAsync(HttpMethod.Get, "/api/v1/events/" + Uri.EscapeDataString(Markup), 404, "WHR5002");

        foreach (var path in (string[])[$"/api/v1/events/{id}", "/api/v1/events?type=" + Uri.EscapeDataString(Markup), "/api/v1/events?limit=" + Uri.EscapeDataString(Markup), "/api/v1/rejections"])
        {
            using var response = await fixture.AskAsync(HttpMethod.Get, path);
            Assert.Contains(response.Content.Headers.ContentType?.MediaType, (string[])["application/json", "application/problem+json"]);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.StartsWith("default-src 'none';", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        }
    }

    [Theory]
    [Trait("Attack", "A91")]
    [InlineData(UnknownId)]
    [InlineData("1")]
    [InlineData("whe_")]
    [InlineData("..%2Fevents")]
    public async Task AnyCall_UnknownEvent_IsNotFound(string id)
    {
        await fixture.AssertProblemAsync(HttpMethod.Get, $"/api/v1/events/{id}", 404, "WHR5002");
        await fixture.AssertProblemAsync(HttpMethod.Get, $"/api/v1/events/{id}/body", 404, "WHR5002");
        await fixture.AssertProblemAsync(HttpMethod.Post, $"/api/v1/events/{id}/replay", 404, "WHR5002", Reason("a test"));
        await fixture.AssertProblemAsync(HttpMethod.Post, $"/api/v1/events/{id}/cancel", 404, "WHR5002", Reason("a test"));
    }

    [Fact]
    [Trait("Attack", "A91")]
    public async Task AnyCall_IdWithAnotherRandomPart_IsNotFound()
    {
        var id = await fixture.SendAsync("random.part");
        var other = id[..4] + (id[4] == 'A' ? 'B' : 'A') + id[5..];

        await fixture.AssertProblemAsync(HttpMethod.Get, $"/api/v1/events/{other}", 404, "WHR5002");
    }

    [Fact]
    public async Task Replay_SucceededEvent_RunsAgainAsANewReplayOfTheSameEvent()
    {
        var id = await fixture.SendHandledAsync("counted");
        Assert.Equal([1], fixture.AttemptsOf(id));
        var handled = fixture.NextCompletionOf(id);

        var answer = await fixture.ReadAsync(HttpMethod.Post, $"/api/v1/events/{id}/replay", Reason("The books were lost."));

        Assert.Equal(["id", "status"], Names(answer));
        Assert.Equal((id, "replayed"), (Text(answer, "id"), Text(answer, "status")));
        await handled;
        Assert.Equal([1, 1], fixture.AttemptsOf(id));
        var found = await fixture.GetAsync("/api/v1/events/" + id);
        Assert.Equal("succeeded", Text(found, "state"));
        Assert.Contains(found.GetProperty("handlers")[0].GetProperty("attempts").EnumerateArray(), static attempt => attempt.GetProperty("replay").GetInt32() == 1);
    }

    [Fact]
    [Trait("Attack", "A69")]
    public async Task Replay_ParkedEventOfATypeThatHasAHandlerByThen_IsHandledOnce()
    {
        using var data = new TemporaryDirectory();
        var inbox = new Dictionary<string, string?>(Fixture.Settings) { ["WebhookReceiver:Inbox:ConnectionString"] = $"Data Source={data.FullName}/inbox.db" };
        string id;
        await using (var before = new TestHost(settings: inbox))
        {
            using var response = await TestHost.Client.SendAsync(TestDelivery.Create(before.Public + "/webhook", body: """{"event":"parked.first","data":{}}"""), TestContext.Current.CancellationToken);
            id = JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("id").GetString()!;
        }

        var handled = new ConcurrentQueue<string>();
        await using var after = new TestHost(settings: inbox, configure: services => services.AddWebhookReceiver(new ConfigurationBuilder().Build())
            .AddHandler<JsonElement>("parked.first", (webhookEvent, _) =>
            {
                handled.Enqueue(webhookEvent.Id);
                return Task.CompletedTask;
            }));
        var completed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        after.Services.GetRequiredService<Dispatcher>().Completed += _ => completed.TrySetResult();
        Assert.Equal("parked", Text(await StateAsync(after, id), "state"));
        Assert.Empty(handled);

        using var replay = await TestHost.Client.SendAsync(Fixture.Request(HttpMethod.Post, $"{after.Management}/api/v1/events/{id}/replay", Reason("It has a handler now.")), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, replay.StatusCode);
        await completed.Task.WaitAsync(HostProcess.Patience, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal([id], handled);
        Assert.Equal("succeeded", Text(await StateAsync(after, id), "state"));

        static async Task<JsonElement> StateAsync(TestHost host, string id)
        {
            using var response = await host.AskAsync("/api/v1/events/" + id);
            return JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Replay_EventThatNoHandlerTakes_IsAConflict() =>
        await fixture.AssertProblemAsync(HttpMethod.Post, $"/api/v1/events/{await fixture.SendAsync("nobody.takes.it")}/replay", 409, "WHR5003", Reason("a test"));

    [Fact]
    [Trait("Attack", "A88")]
    public async Task ReplayAndCancel_RunningEvent_AreAConflictAndItGoesOn()
    {
        var id = await fixture.SendAsync("blocks");
        await fixture.Blocking.Task.WaitAsync(HostProcess.Patience, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal([id], await fixture.IdsAsync("state=running&type=blocks"));

        await fixture.AssertProblemAsync(HttpMethod.Post, $"/api/v1/events/{id}/replay", 409, "WHR5003", Reason("a test"));
        await fixture.AssertProblemAsync(HttpMethod.Post, $"/api/v1/events/{id}/cancel", 409, "WHR5003", Reason("a test"));

        var handled = fixture.NextCompletionOf(id);
        fixture.Unblock.SetResult();
        await handled;
        Assert.Equal([id], await fixture.IdsAsync("state=succeeded&type=blocks"));
    }

    [Fact]
    public async Task Cancel_WaitingEvent_EndsIt()
    {
        var id = await fixture.SendHandledAsync("fails");

        var answer = await fixture.ReadAsync(HttpMethod.Post, $"/api/v1/events/{id}/cancel", Reason("It never will."));

        Assert.Equal((id, "cancelled"), (Text(answer, "id"), Text(answer, "status")));
        Assert.Equal("cancelled", Text(await fixture.GetAsync("/api/v1/events/" + id), "state"));
        await fixture.AssertProblemAsync(HttpMethod.Post, $"/api/v1/events/{id}/cancel", 409, "WHR5003", Reason("again"));
    }

    public static TheoryData<string?, string?> NoReasons() => new()
    {
        { null, null },
        { "application/json", "" },
        { "application/json", "{}" },
        { "application/json", "null" },
        { "application/json", "[]" },
        { "application/json", "\"a test\"" },
        { "application/json", """{"reason":null}""" },
        { "application/json", """{"reason":""}""" },
        { "application/json", """{"reason":"  "}""" },
        { "application/json", """{"reason":1}""" },
        { "application/json", """{"reason":"a test" """ },
        { "application/json", $$"""{"reason":"{{new string('x', 501)}}"}""" },
        { "text/plain", """{"reason":"a test"}""" },
        { "application/x-www-form-urlencoded", "reason=a+test" },
        { null, """{"reason":"a test"}""" },
    };

    [Theory]
    [MemberData(nameof(NoReasons))]
    public async Task ReplayAndCancel_WithoutAReason_AreRefusedAndChangeNothing(string? type, string? body)
    {
        var id = await fixture.SendHandledAsync("counted");

        foreach (var call in new[] { "replay", "cancel" })
        {
            await fixture.AssertProblemAsync(HttpMethod.Post, $"/api/v1/events/{id}/{call}", 400, "WHR5001", Content(type, body));
        }

        Assert.Equal("succeeded", Text(await fixture.GetAsync("/api/v1/events/" + id), "state"));
        Assert.Equal([1], fixture.AttemptsOf(id));
    }

    [Fact]
    public async Task ReplayAndCancel_ReasonOf500Characters_IsTaken()
    {
        var id = await fixture.SendHandledAsync("fails");

        var answer = await fixture.ReadAsync(HttpMethod.Post, $"/api/v1/events/{id}/cancel", Reason(new string('ä', 500)));

        Assert.Equal("cancelled", Text(answer, "status"));
    }

    [Fact]
    public async Task ListRejections_RefusedDelivery_SaysWhatTheSenderIsNotTold()
    {
        using var refused = await TestHost.Client.SendAsync(TestDelivery.Create(fixture.Host.Public + "/webhook", "another-secret-0123456789"), TestContext.Current.CancellationToken);
        var problem = JsonElement.Parse(await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        var page = await fixture.GetAsync("/api/v1/rejections?limit=1");

        Assert.Equal(["items"], Names(page));
        var item = Assert.Single(page.GetProperty("items").EnumerateArray());
        Assert.Equal(["deliveryId", "at", "source", "reason", "code", "status", "remoteAddress", "bodyBytes", "captured"], Names(item).Except(["cause", "explanation"]));
        Assert.Equal((Text(problem, "deliveryId"), "default", "SignatureMismatch", "WHR2000", 401, "127.0.0.1", TestDelivery.NewOrder.Length),
            (Text(item, "deliveryId"), Text(item, "source"), Text(item, "reason"), Text(item, "code"), item.GetProperty("status").GetInt32(), Text(item, "remoteAddress"), item.GetProperty("bodyBytes").GetInt32()));
    }

    [Fact]
    public async Task ListSources_Configured_AreNamedWithoutTheirSecrets()
    {
        var page = await fixture.GetAsync("/api/v1/sources");

        Assert.Equal(["items"], Names(page));
        Assert.Equal(["default", "other"], page.GetProperty("items").EnumerateArray().Select(static item => Text(item, "name")));
        var source = page.GetProperty("items")[0];
        Assert.Equal(["name", "sender", "secrets", "maxBodyBytes", "warnings", "coverage", "lastAcceptedAt", "clockSkewSeconds"], Names(source));
        Assert.Equal(("hmac-sha256", 1048576), (Text(source, "sender"), source.GetProperty("maxBodyBytes").GetInt32()));
        var secret = Assert.Single(source.GetProperty("secrets").EnumerateArray());
        Assert.Equal(["number", "state", "notBefore", "notAfter", "lastMatchedAt"], Names(secret));
        Assert.Equal((1, "live"), (secret.GetProperty("number").GetInt32(), Text(secret, "state")));
        Assert.Equal("body", Text(source, "coverage"));
        Assert.NotEmpty(source.GetProperty("warnings").EnumerateArray());
        Assert.DoesNotContain(TestDelivery.Secret, page.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetStats_AfterADuplicateAndARefusal_HasGrownByThem()
    {
        var before = await fixture.GetAsync("/api/v1/stats");
        await fixture.SendAsync("stats.parked", eventId: "stats-1");
        await fixture.SendAsync("stats.parked", eventId: "stats-1");
        using var refused = await TestHost.Client.SendAsync(TestDelivery.Create(fixture.Host.Public + "/webhook", "another-secret-0123456789"), TestContext.Current.CancellationToken);

        var after = await fixture.GetAsync("/api/v1/stats");

        Assert.Equal(["states", "unaccounted", "purged", "duplicates", "rejected"], Names(after));
        Assert.Equal(["cancelled", "dead", "parked", "pending", "running", "scheduled", "succeeded"], Names(after.GetProperty("states")).Order(StringComparer.Ordinal));
        Assert.Equal((1, 1, 1, 0L), (Grown("duplicates"), Grown("rejected"), after.GetProperty("states").GetProperty("parked").GetInt64() - before.GetProperty("states").GetProperty("parked").GetInt64(), after.GetProperty("unaccounted").GetInt64()));

        long Grown(string name) => after.GetProperty(name).GetInt64() - before.GetProperty(name).GetInt64();
    }

    private static ByteArrayContent Reason(string reason) => Content("application/json", JsonSerializer.Serialize(new { reason }))!;

    private static ByteArrayContent? Content(string? type, string? body)
    {
        if (body is null)
        {
            return null;
        }

        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);
        return content;
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(static member => member.Name);

    /// <summary>One receiver with handlers that count, fail and wait, and an operator with its token.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        internal static readonly Dictionary<string, string?> Settings = new()
        {
            ["WebhookReceiver:Sources:default:Secrets:0"] = TestDelivery.Secret,
            ["WebhookReceiver:Sources:other:Sender"] = "hmac-sha256",
            ["WebhookReceiver:Sources:other:Secrets:0"] = TestDelivery.Secret,
        };

        private readonly ConcurrentQueue<(string Id, int Attempt)> _calls = new();
        private readonly ConcurrentDictionary<string, TaskCompletionSource> _completions = new(StringComparer.Ordinal);
        private int _sent;

        public Fixture()
        {
            Host = new TestHost(settings: Settings, configure: services => services.AddWebhookReceiver(new ConfigurationBuilder().Build())
                .AddHandler<JsonElement>("counted", (webhookEvent, _) =>
                {
                    _calls.Enqueue((webhookEvent.Id, webhookEvent.Attempt));
                    return Task.CompletedTask;
                })
                .AddHandler<JsonElement>("held", async (webhookEvent, cancellationToken) =>
                {
                    _calls.Enqueue((webhookEvent.Id, webhookEvent.Attempt));
                    await (AttemptsOf(webhookEvent.Id).Count() == 1 ? Task.CompletedTask : Release.Task.WaitAsync(cancellationToken));
                })
                .AddHandler<JsonElement>("fails", static (_, _) => throw new InvalidOperationException("Not today."))
                .AddHandler<JsonElement>("blocks", async (_, cancellationToken) =>
                {
                    Blocking.TrySetResult();
                    await Unblock.Task.WaitAsync(cancellationToken);
                }));
            Host.Services.GetRequiredService<Dispatcher>().Completed += completion => Completion(completion.Item.Event.PublicId).TrySetResult();
        }

        internal TestHost Host { get; }

        internal DateTimeOffset Started { get; } = TimeProvider.System.GetUtcNow().AddSeconds(-1);

        internal TaskCompletionSource Blocking { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal TaskCompletionSource Unblock { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Lets go what holds the replays of the type <c>held</c>.</summary>
        internal TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ValueTask InitializeAsync() => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => Host.DisposeAsync();

        /// <summary>The attempts of the counting handler on one event.</summary>
        internal IEnumerable<int> AttemptsOf(string id) => _calls.Where(call => call.Id == id).Select(static call => call.Attempt);

        /// <summary>Ends with the next attempt on an event that is on disk.</summary>
        internal Task NextCompletionOf(string id)
        {
            _completions.TryRemove(id, out _);
            return Completion(id).Task.WaitAsync(HostProcess.Patience, TimeProvider.System, TestContext.Current.CancellationToken);
        }

        internal async Task<string> SendAsync(string type, string source = "default", string? eventId = null, bool isBody = false)
        {
            var url = Host.Public + (source == "default" ? "/webhook" : "/webhook/" + source);
            var body = isBody ? type : $$"""{"event":"{{type}}","data":{} }""";
            using var request = TestDelivery.Create(url, body: body, eventId: eventId ?? $"api-{Interlocked.Increment(ref _sent)}");
            using var response = await TestHost.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return Text(JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)), "id")!;
        }

        /// <summary>Sends an event and waits until its first attempt has ended and that is on disk.</summary>
        internal async Task<string> SendHandledAsync(string type, string? body = null, string? eventId = null)
        {
            var id = await SendAsync(body ?? type, eventId: eventId, isBody: body is not null);
            await Completion(id).Task.WaitAsync(HostProcess.Patience, TimeProvider.System, TestContext.Current.CancellationToken);
            return id;
        }

        internal static HttpRequestMessage Request(HttpMethod method, string url, HttpContent? content = null) =>
            new(method, url) { Content = content, Headers = { Authorization = new AuthenticationHeaderValue("Bearer", TestHost.Token) } };

        internal async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, HttpContent? content = null)
        {
            using var request = Request(method, Host.Management + path, content);
            return await TestHost.Client.SendAsync(request, TestContext.Current.CancellationToken);
        }

        internal Task<JsonElement> GetAsync(string path) => ReadAsync(HttpMethod.Get, path);

        internal async Task<JsonElement> ReadAsync(HttpMethod method, string path, HttpContent? content = null)
        {
            using var response = await AskAsync(method, path, content);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path}: {(int)response.StatusCode} {text}");
            Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType?.ToString());
            return JsonElement.Parse(text);
        }

        internal async Task<string[]> IdsAsync(string query) =>
            [.. (await GetAsync("/api/v1/events?" + query)).GetProperty("items").EnumerateArray().Select(static item => Text(item, "id")!)];

        /// <summary>A problem with its four members and no other.</summary>
        internal async Task AssertProblemAsync(HttpMethod method, string path, int status, string code, HttpContent? content = null)
        {
            using var response = await AskAsync(method, path, content);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True((int)response.StatusCode == status, $"{path}: {(int)response.StatusCode} {text}");
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            var problem = JsonElement.Parse(text);
            Assert.Equal(["type", "title", "status", "code"], Names(problem));
            Assert.Equal(($"urn:webhook-receiver:{code}", status, code), (Text(problem, "type"), problem.GetProperty("status").GetInt32(), Text(problem, "code")));
            Assert.NotEmpty(Text(problem, "title")!);
        }

        private TaskCompletionSource Completion(string id) => _completions.GetOrAdd(id, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
