using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WebhookReceiver.Dispatch;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Host.Tests.Exposure;

/// <summary>
/// Secrets, signatures and payloads are sent through everything that a real host does, and everything that comes out of it is searched: its log and its last words, its answers, its
/// metrics and its traces.
/// </summary>
public sealed class CanaryTests
{
    private const string ReloadedSecret = "WebhookReceiver__Sources__files__Secrets__0";

    private readonly Canaries _canaries = new();
    private readonly string _hmac, _token, _standard, _facebook, _handshake, _management, _file, _customer, _authorization, _cookie, _query, _wrongToken, _otlp;

    public CanaryTests()
    {
        _hmac = _canaries.Secret("the HMAC secret", "Qz7hmacKcanary0c5e8f1a6b7d4392");
        _token = _canaries.Secret("the token of a sender", "Wv3tokenJcanary5d1f0b3c9a7e4286");
        var key = Encoding.ASCII.GetBytes("Xk9whsecPcanary-3vXk0pW8cJr5yQ==");
        _standard = "whsec_" + Convert.ToBase64String(key);
        _canaries.Secret("the secret of Standard Webhooks", Convert.ToBase64String(key));
        _canaries.Bytes("the key of Standard Webhooks", key);
        _facebook = _canaries.Secret("Facebook's secret", "Yj4faceBcanary9f2c7b51e0d84a63");
        _handshake = _canaries.Secret("the handshake secret", "Zg2handSCanary1b7d4392b8e0d1c2");
        _management = _canaries.Secret("the management token", "Vb8managTcanary0123456789abcdef01234567");
        _file = _canaries.Secret("the secret in a file", "Ul5fileRcanary81c2f64e0a9d7b35");
        _customer = _canaries.Text("the payload", "Canary-Lovelace-19c4e7");
        _authorization = _canaries.Secret("an Authorization header", "Tm6authQcanary77b0e15c");
        _cookie = _canaries.Secret("a cookie", "Sn1cookiWcanary20fa94d8");
        _query = _canaries.Secret("a token in the query", "Rp0queryEcanary6ad13f52");
        _wrongToken = _canaries.Secret("a wrong management token", "Ox5wrongDcanary0123456789abcdef01234567");
        _otlp = _canaries.Secret("the collector's token", "Mw2otlpsFcanary4c90e7b1");
    }

    [Theory]
    [Trait("Attack", "A77")]
    [InlineData("Information")]
    [InlineData("Verbose")]
    public async Task Host_WhateverItIsSentAndAsked_ShowsNoneOfIt(string level)
    {
        await using var collector = await TelemetryCollector.StartAsync();
        using var secrets = new TemporaryDirectory();
        secrets.Write(ReloadedSecret, _file);
        secrets.Write("WebhookReceiver__Management__Token", _management);
        TemporaryDirectory? content = null;
        await using var host = HostProcess.Start(EnvironmentOf(level, collector.Url, secrets), prepare: directory => content = directory);
        var started = JsonElement.Parse(await host.LineAsync("takes deliveries"));
        var (url, management) = (started.GetProperty("Urls").GetString()!, started.GetProperty("ManagementUrl").GetString()!);
        using var client = new HttpClient();
        var seen = new StringBuilder();

        // Accepted by each source, known, dead because the data does not fit, parked.
        var ids = new List<string>();
        foreach (var request in Accepted(url))
        {
            var answer = await SendAsync(request, HttpStatusCode.OK);
            ids.Add(JsonElement.Parse(answer).GetProperty("id").GetString()!);
        }

        await host.LineAsync("is a dead letter");
        await SendAsync(Handshake(url, _handshake), HttpStatusCode.OK);

        // Refused for every reason that a request can have.
        foreach (var (request, status) in Refused(url))
        {
            await SendAsync(request, status);
        }

        await host.LineAsync("\"RejectionExplained\"");

        // Asked for everything, with the right token, with wrong ones, and wrongly.
        foreach (var path in ids.Distinct().SelectMany(static id => new[] { $"/api/v1/events/{id}", $"/api/v1/events/{id}/none" })
            .Concat(["/readyz", "/livez", "/metrics", "/openapi/v1.json", "/swagger/index.html", "/api/v1/sources", "/api/v1/stats", "/api/v1/rejections?limit=200", "/api/v1/events?limit=200", "/api/v1/events?state=dead", "/api/v1/events?limit=x", "/api/v1/events/whe_none", "/none"]))
        {
            await SendAsync(Ask(HttpMethod.Get, management + path, _management));
            await SendAsync(Ask(HttpMethod.Get, management + path, token: null));
            await SendAsync(Ask(HttpMethod.Get, $"{management}{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}token={_query}", _wrongToken));
            await SendAsync(Ask(HttpMethod.Get, url + path, _management), HttpStatusCode.NotFound);
        }

        foreach (var call in new[] { "replay", "cancel" })
        {
            foreach (var body in new[] { """{"reason":"a test"}""", "{ nonsense", $$"""{"reason":1,"token":"{{_management}}"}""" })
            {
                foreach (var id in ids.Append("whe_none"))
                {
                    using var request = Ask(HttpMethod.Post, $"{management}/api/v1/events/{id}/{call}", _management);
                    request.Content = new StringContent(body, Encoding.UTF8, "application/json");
                    await SendAsync(request);
                }
            }
        }

        // The body alone is shown, where it is asked for.
        using (var request = Ask(HttpMethod.Get, $"{management}/api/v1/events/{ids[0]}/body", _management))
        using (var response = await client.SendAsync(request, TestContext.Current.CancellationToken))
        {
            Assert.Contains(_customer, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        // A reload of a secret that is none, and of a file that is no JSON from the place of a secret on.
        secrets.Write(ReloadedSecret, _file[..12]);
        await host.LineAsync("WHR1002");
        content!.Write("appsettings.json", $$"""{"WebhookReceiver":{"Sources":{"files":{"Secrets":[n{{_file}}, "{{_hmac}}"]} } } }""");
        await host.LineAsync("Failed to load configuration from file");

        await collector.UntilReceivedAsync("/v1/metrics", "webhook.deliveries");
        await collector.UntilReceivedAsync("/v1/traces", "webhook handle");
        await collector.UntilReceivedAsync("/v1/traces", "url.path");
        Assert.Equal(ExitCodes.Success, await host.TerminateAsync());

        Assert.Contains("\"SignatureMismatch\"", host.Output, StringComparison.Ordinal);
        Assert.Equal(level == "Verbose", host.Output.Contains("\"DeliveryAccepted\"", StringComparison.Ordinal));
        _canaries.AssertNoneIn("the log", host.Output);
        _canaries.AssertNoneIn("an answer", seen.ToString());
        _canaries.AssertNoneIn("the telemetry", collector.Everything);

        async Task<string> SendAsync(HttpRequestMessage request, HttpStatusCode? expected = null)
        {
            // What is signed must not come back either.
            foreach (var value in request.Headers.Where(static header => header.Key.Contains("Signature", StringComparison.OrdinalIgnoreCase)).SelectMany(static header => header.Value))
            {
                _canaries.Text("a signature", value.Split('=', ',')[^1] is { Length: >= 16 } signature ? signature : value + "-none-other");
            }

            using (request)
            {
                using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
                var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                Assert.True(expected is null || response.StatusCode == expected, $"{request.RequestUri}: {(int)response.StatusCode} {text}");
                seen.Append(response).Append('\n').Append(text).Append('\n');
                return text;
            }
        }
    }

    [Fact]
    [Trait("Attack", "A77")]
    public async Task Start_MistakesAboutSecrets_AreNamedWithoutThem()
    {
        var pem = _canaries.Secret("a private key", "Kd3PRIVEcanaryMC4CAQAwBQYDK2VwBCIEIJ");
        var password = _canaries.Secret("a password", "Jc4passwAcanary81c2f6");
        var shortToken = _canaries.Secret("a short management token", "Ib5short");
        string[] secrets = [.. Enumerable.Range(0, 5).Select(i => _canaries.Secret("a secret", string.Create(CultureInfo.InvariantCulture, $"Ha{i}wrong5canary")))];
        await using var host = HostProcess.Start(new()
        {
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["WebhookReceiver__Management__Token"] = shortToken,
            ["WebhookReceiver__Inbox__ConnectionString"] = $"Data Source=inbox.db;Password={password}",
            ["WebhookReceiver__Sources__text__Sender"] = "hmac-sha256",
            ["WebhookReceiver__Sources__text__Secrets"] = secrets[0] + "-a-text-and-no-list",
            ["WebhookReceiver__Sources__short__Sender"] = "hmac-sha256",
            ["WebhookReceiver__Sources__short__Secrets__0"] = secrets[1][..12],
            ["WebhookReceiver__Sources__long__Sender"] = "hmac-sha256",
            ["WebhookReceiver__Sources__long__Secrets__0"] = secrets[2] + new string('x', 5000),
            ["WebhookReceiver__Sources__encoding__Sender"] = "standard-webhooks",
            ["WebhookReceiver__Sources__encoding__Secrets__0"] = "whsec_" + secrets[3] + "-$$$-not-base64",
            ["WebhookReceiver__Sources__key__Sender"] = "discord-interactions",
            ["WebhookReceiver__Sources__key__Secrets__0"] = $"-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----",
            ["WebhookReceiver__Sources__api__Sender"] = "stripe",
            ["WebhookReceiver__Sources__api__Secrets__0"] = "sk_live_" + secrets[4] + "0123456789",
            ["WebhookReceiver__Sources__blank__Sender"] = "basic",
            ["WebhookReceiver__Sources__blank__Secrets__0"] = _token,
        });

        Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
        foreach (var (source, code) in new[] { ("text", "WHR1001"), ("short", "WHR1002"), ("long", "WHR1002"), ("encoding", "WHR1002"), ("key", "WHR1002"), ("api", "WHR1002"), ("blank", "WHR1002") })
        {
            Assert.Matches($"{code}  .*'{source}'", host.Output);
        }

        Assert.Contains("WHR1041", host.Output, StringComparison.Ordinal);
        Assert.Contains("WHR1034", host.Output, StringComparison.Ordinal);
        _canaries.AssertNoneIn("the last words", host.Output);
    }

    [Theory]
    [Trait("Attack", "A77")]
    [InlineData("n")]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("\"")]
    public async Task Start_SettingsFileThatIsNoJsonFromASecretOn_NamesThePlaceAlone(string before)
    {
        await using var host = HostProcess.Start(
            HostProcess.RightEnvironment,
            prepare: directory => directory.Write("appsettings.json", $$"""
                {"WebhookReceiver":
                  {"Sources":{"files":{"Secrets":[{{before}}{{_file}}, "{{_hmac}}"] } },
                   "Management":{"Token":"{{_management}}" } } }
                """));

        Assert.Equal(ExitCodes.Configuration, await host.ExitCodeAsync());
        Assert.Contains("appsettings.json", host.Output, StringComparison.Ordinal);
        Assert.Contains("at line 2, byte", host.Output, StringComparison.Ordinal);
        _canaries.AssertNoneIn("the last words", host.Output);
    }

    [Theory]
    [Trait("Attack", "A77")]
    [InlineData("check")]
    [InlineData("backup")]
    [InlineData("healthcheck")]
    public async Task Command_WithAConfigurationFullOfSecrets_ShowsNone(string command)
    {
        var password = _canaries.Secret("the database's password", "Le7postgXcanary81c2f6");
        var environment = new Dictionary<string, string>(HostProcess.RightEnvironment)
        {
            ["WebhookReceiver__Sources__default__Secrets__0"] = _hmac,
            ["WebhookReceiver__Management__Token"] = _management,
            ["WebhookReceiver__Management__Url"] = "http://127.0.0.1:9",
            ["WebhookReceiver__Inbox__ConnectionString"] = $"Host=db;Database=hooks;Username=receiver;Password={password}",
        };
        await using var host = HostProcess.Start(environment, command == "backup" ? [command, "target.db"] : [command]);

        Assert.NotEqual(ExitCodes.Success, await host.ExitCodeAsync());
        Assert.NotEmpty(host.Output);
        _canaries.AssertNoneIn("the last words", host.Output);
    }

    [Fact]
    [Trait("Attack", "A77")]
    public async Task Crash_WithSecretsInMemory_SaysNoneOfThem()
    {
        await using var host = HostProcess.Start(new(HostProcess.RightEnvironment)
        {
            ["WebhookReceiver__Sources__default__Secrets__0"] = _hmac,
            ["WebhookReceiver__Management__Token"] = _management,
            ["DOTNET_EnableDiagnostics"] = "0",
            ["DOTNET_DbgEnableMiniDump"] = "0",
        });
        var url = JsonElement.Parse(await host.LineAsync("takes deliveries")).GetProperty("Urls").GetString()!;
        using var sent = await TestHost.Client.SendAsync(TestDelivery.Create(url + "/webhook", _hmac, Order()), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, sent.StatusCode);

        Assert.NotEqual(ExitCodes.Success, await host.AbortAsync());

        _canaries.AssertNoneIn("the last words", host.Output);
    }

    /// <summary>What a handler says in an exception is its own: it stays with the attempt, for who has the token, and the log has the kind of the exception alone.</summary>
    [Fact]
    [Trait("Attack", "A77")]
    public async Task HandlerThatFails_WithThePayloadInItsMessage_LeavesItWithTheAttemptAlone()
    {
        var recorded = new RecordedLog<AttemptRunner>();
        await using var host = new TestHost(configure: services => services
            .AddSingleton<ILogger<AttemptRunner>>(recorded)
            .AddWebhookReceiver(new ConfigurationBuilder().Build())
            .AddHandler<JsonElement>("breaks", static (webhookEvent, _) => throw new PermanentFailureException("No: " + webhookEvent.Data.GetRawText())));
        var handled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Services.GetRequiredService<Dispatcher>().Completed += _ => handled.TrySetResult();

        using var sent = await TestHost.Client.SendAsync(TestDelivery.Create(host.Public + "/webhook", body: $$"""{"event":"breaks","data":{"name":"{{_customer}}"} }"""), TestContext.Current.CancellationToken);
        var answer = await sent.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        await handled.Task.WaitAsync(HostProcess.Patience, TimeProvider.System, TestContext.Current.CancellationToken);

        var line = Assert.Single(recorded.Lines);
        Assert.Contains(nameof(PermanentFailureException), line.Message, StringComparison.Ordinal);
        _canaries.AssertNoneIn("the log", line.Message + string.Join(' ', line.Values.Values));
        foreach (var path in new[] { "/api/v1/events", "/api/v1/stats", "/metrics" })
        {
            using var asked = await host.AskAsync(path);
            _canaries.AssertNoneIn(path, await asked.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        using var found = await host.AskAsync("/api/v1/events/" + JsonElement.Parse(answer).GetProperty("id").GetString());
        Assert.Contains(_customer, await found.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private Dictionary<string, string> EnvironmentOf(string level, string collector, TemporaryDirectory secrets)
    {
        var environment = new Dictionary<string, string>(HostProcess.RightEnvironment)
        {
            ["Serilog__MinimumLevel__Default"] = level,
            ["WebhookReceiver__SecretsDirectory"] = secrets.FullName,
            ["WebhookReceiver__Sources__default__Secrets__0"] = _hmac,
            ["WebhookReceiver__Sources__small__Sender"] = "hmac-sha256",
            ["WebhookReceiver__Sources__small__Secrets__0"] = _hmac,
            ["WebhookReceiver__Sources__small__MaxBodyBytes"] = "64",
            ["WebhookReceiver__Sources__token__Sender"] = "token",
            ["WebhookReceiver__Sources__token__Secrets__0"] = _token,
            ["WebhookReceiver__Sources__standard__Sender"] = "standard-webhooks",
            ["WebhookReceiver__Sources__standard__Secrets__0"] = _standard,
            ["WebhookReceiver__Sources__facebook__Sender"] = "facebook",
            ["WebhookReceiver__Sources__facebook__Secrets__0"] = _facebook,
            ["WebhookReceiver__Sources__facebook__HandshakeSecret"] = _handshake,
            ["WebhookReceiver__Sources__files__Sender"] = "hmac-sha256",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = $"Authorization=Bearer {_otlp}",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
        };
        if (level == "Verbose")
        {
            environment["Serilog__MinimumLevel__Override__Microsoft"] = environment["Serilog__MinimumLevel__Override__System"] = environment["Serilog__MinimumLevel__Override__WebhookReceiver"] = level;
        }

        environment.Remove("WebhookReceiver__Management__Token");
        return environment;
    }

    private string Order(string amount = "129.90") => TestDelivery.NewOrder.Replace("Ada Lovelace", _customer, StringComparison.Ordinal).Replace("129.90", amount, StringComparison.Ordinal);

    private IEnumerable<HttpRequestMessage> Accepted(string url)
    {
        yield return Dressed(TestDelivery.Create(url + "/webhook", _hmac, Order(), eventId: "first"));
        yield return Dressed(TestDelivery.Create(url + "/webhook", _hmac, Order("1"), eventId: "first"));
        yield return Dressed(TestDelivery.Create(url + "/webhook", _hmac, Order($"\"{_customer}\""), eventId: "dead"));
        yield return Dressed(TestDelivery.Create(url + "/webhook", _hmac, Order("-1"), eventId: "refused by the validator"));
        yield return Dressed(TestDelivery.Create(url + $"/webhook?token={_query}", _hmac, Order().Replace("new_order", "nobody.takes.it", StringComparison.Ordinal)));
        yield return Dressed(TestDelivery.Create(url + "/webhook/files", _file, Order(), eventId: "file"));
        yield return Dressed(Standard(url, "msg_1", Order()));
        var token = TestDelivery.Create(url + "/webhook/token", _hmac, Order(), eventId: "token");
        token.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        yield return token;
    }

    private IEnumerable<(HttpRequestMessage Request, HttpStatusCode Status)> Refused(string url)
    {
        const HttpStatusCode Unverified = HttpStatusCode.Unauthorized, Malformed = HttpStatusCode.BadRequest;
        yield return (Dressed(TestDelivery.Create(url + "/webhook/none", _hmac, Order())), HttpStatusCode.NotFound);
        yield return (Dressed(new HttpRequestMessage(HttpMethod.Put, url + $"/webhook?token={_query}")), HttpStatusCode.MethodNotAllowed);
        yield return (Typed(TestDelivery.Create(url + "/webhook", _hmac, Order()), "text/plain"), HttpStatusCode.UnsupportedMediaType);
        yield return (Encoded(TestDelivery.Create(url + "/webhook", _hmac, Order())), HttpStatusCode.UnsupportedMediaType);
        yield return (Dressed(TestDelivery.Create(url + "/webhook/small", _hmac, Order())), HttpStatusCode.RequestEntityTooLarge);

        // The secret that another source has, that is written otherwise, that has blanks; a body that was changed.
        yield return (Dressed(TestDelivery.Create(url + "/webhook", _file, Order())), Unverified);
        yield return (Dressed(TestDelivery.Create(url + "/webhook/files", _hmac, Order())), Unverified);
        yield return (Dressed(TestDelivery.Create(url + "/webhook/facebook", _hmac, Order())), Unverified);
        yield return (Dressed(TestDelivery.Create(url + "/webhook/small", _hmac + " ", "{}")), Unverified);
        yield return (Signed(TestDelivery.Create(url + "/webhook", _hmac, Order()), "X-Signature-256", null), Unverified);
        yield return (Signed(TestDelivery.Create(url + "/webhook", _hmac, Order()), "X-Signature-256", "sha256=" + _hmac), Unverified);
        yield return (Signed(TestDelivery.Create(url + "/webhook", _hmac, Order()), "X-Signature-256", "sha256=" + Convert.ToHexStringLower(HMACSHA512.HashData(Encoding.UTF8.GetBytes(_hmac), Encoding.UTF8.GetBytes(Order())))), Unverified);
        yield return (Twice(TestDelivery.Create(url + "/webhook", _hmac, Order())), Unverified);
        yield return (Dressed(TestDelivery.Create(url + "/webhook/token", _hmac, Order())), Unverified);
        yield return (Standard(url, "msg_2", Order(), TimeSpan.FromHours(-1)), Unverified);
        yield return (Standard(url, "msg_3", Order(), TimeSpan.FromHours(1)), Unverified);
        yield return (Standard(url, "msg.4", Order()), Unverified);
        yield return (Standard(url, null, Order()), Unverified);
        yield return (Signed(Standard(url, "msg_5", Order()), "webhook-timestamp", "then"), Unverified);
        yield return (Handshake(url, _query), HttpStatusCode.Forbidden);
        yield return (Handshake(url, _handshake + "x"), HttpStatusCode.Forbidden);

        // Right and not to be read.
        yield return (Dressed(TestDelivery.Create(url + "/webhook", _hmac, $$"""{"data":"{{_customer}}"}""")), Malformed);
        yield return (Dressed(TestDelivery.Create(url + "/webhook", _hmac, $$"""{"event":" {{_customer}}","data":{} }""")), Malformed);
        yield return (Dressed(TestDelivery.Create(url + "/webhook", _hmac, _customer)), Malformed);
        yield return (Dressed(TestDelivery.Create(url + "/webhook", _hmac, $$"""{"event":"new_order","data":{"{{_customer}}":1,"{{_customer}}":2} }""")), Malformed);
        yield return (Dressed(TestDelivery.Create(url + "/webhook", _hmac, $$"""{"event":"new_order","data":{"a":n{{_customer}} } }""")), Malformed);
    }

    private HttpRequestMessage Handshake(string url, string token) => Dressed(new HttpRequestMessage(
        HttpMethod.Get, $"{url}/webhook/facebook?hub.mode=subscribe&hub.challenge=42&hub.verify_token={token}"));

    /// <summary>With what else a request may carry that is nobody's business.</summary>
    private HttpRequestMessage Dressed(HttpRequestMessage request)
    {
        request.Headers.TryAddWithoutValidation("Authorization", "Basic " + _authorization);
        request.Headers.TryAddWithoutValidation("Cookie", "session=" + _cookie);
        request.Headers.TryAddWithoutValidation("X-Api-Key", _authorization);
        return request;
    }

    private HttpRequestMessage Standard(string url, string? id, string body, TimeSpan age = default)
    {
        var timestamp = (TimeProvider.System.GetUtcNow() + age).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(_standard["whsec_".Length..]), Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")));
        var request = new HttpRequestMessage(HttpMethod.Post, url + "/webhook/standard") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (id is not null)
        {
            request.Headers.Add("webhook-id", id);
        }

        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", "v1," + signature);
        return request;
    }

    private HttpRequestMessage Typed(HttpRequestMessage request, string type)
    {
        request.Content!.Headers.ContentType = new MediaTypeHeaderValue(type);
        return Dressed(request);
    }

    private HttpRequestMessage Encoded(HttpRequestMessage request)
    {
        request.Content!.Headers.ContentEncoding.Add("gzip");
        return Dressed(request);
    }

    private HttpRequestMessage Signed(HttpRequestMessage request, string header, string? value)
    {
        request.Headers.Remove(header);
        if (value is not null)
        {
            request.Headers.Add(header, value);
        }

        return Dressed(request);
    }

    private HttpRequestMessage Twice(HttpRequestMessage request)
    {
        request.Headers.Add("X-Signature-256", "sha256=00");
        return Dressed(request);
    }

    private static HttpRequestMessage Ask(HttpMethod method, string url, string? token)
    {
        var request = new HttpRequestMessage(method, url);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return request;
    }
}
