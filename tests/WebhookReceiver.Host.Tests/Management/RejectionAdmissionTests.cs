using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Dispatch;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Host.Tests.Management;

/// <summary>What was refused while the receiver had the wrong secret is taken when it has the right one, by a person's decision and by no other way.</summary>
public sealed class RejectionAdmissionTests : IAsyncDisposable
{
    private const string SecretFile = "WebhookReceiver__Sources__default__Secrets__0";
    private const string ShopSecret = "whsec_the-secret-of-the-shop-0123456789";

    private readonly TemporaryDirectory _secrets = new(), _data = new();
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly SemaphoreSlim _completed = new(0);
    private readonly TestHost _host;

    public RejectionAdmissionTests()
    {
        _secrets.Write(SecretFile, "the-wrong-secret-0123456789-abcdef");
        _secrets.Write("WebhookReceiver__Sources__shop__Secrets__0", "whsec_the-wrong-secret-of-the-shop-0");
        _host = new TestHost(
            settings: new()
            {
                ["WebhookReceiver:SecretsDirectory"] = _secrets.FullName,
                ["WebhookReceiver:Inbox:ConnectionString"] = $"Data Source={_data.FullName}/inbox.db",
                ["WebhookReceiver:Sources:default:CaptureRejections"] = "true",
                ["WebhookReceiver:Sources:shop:Sender"] = "stripe",
                ["WebhookReceiver:Sources:shop:CaptureRejections"] = "true",
            },
            configure: services => services.AddSingleton<TimeProvider>(_clock));
        _host.Services.GetRequiredService<Dispatcher>().Completed += _ => _completed.Release();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _completed.Dispose();
        _secrets.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task Admit_WhileTheSecretIsWrong_IsRefusedAndNothingIsStored()
    {
        var id = await RejectedAsync("e1");

        var (status, problem) = await AdmitAsync(id);

        Assert.Equal((HttpStatusCode.Conflict, "WHR5008"), (status, Text(problem, "code")));
        Assert.Contains("SignatureMismatch", Text(problem, "title"), StringComparison.Ordinal);
        Assert.Equal(0L, Query("SELECT COUNT(*) FROM event"));
        Assert.True(Item(await ListAsync(), id).GetProperty("captured").GetBoolean());
    }

    [Fact]
    public async Task Admit_AfterTheSecretWasMended_IsAnEventLikeAnyOther()
    {
        var id = await RejectedAsync("e1");
        Mend();

        var (status, answer) = await AdmitAsync(id, "The secret was the old one.");

        Assert.Equal((HttpStatusCode.OK, "admitted"), (status, Text(answer, "status")));
        Assert.True(await _completed.WaitAsync(HostProcess.Patience, TestContext.Current.CancellationToken));
        var found = await ReadAsync(await _host.AskAsync($"/api/v1/events/{Text(answer, "id")}"));
        Assert.Equal(("e1", "succeeded"), (Text(found, "eventId"), Text(found, "state")));
        Assert.Equal("admit The secret was the old one.", Query("SELECT action || ' ' || reason FROM audit"));
        var item = Item(await ListAsync(), id);
        Assert.Equal((false, Text(answer, "id")), (item.GetProperty("captured").GetBoolean(), Text(item, "admittedAs")));

        // What the sender tries again is known now, and what was admitted cannot be again.
        using var again = await _host.SendAsync(eventId: "e1");
        Assert.Equal("duplicate", Text(await ReadAsync(again), "status"));
        var (gone, problem) = await AdmitAsync(id);
        Assert.Equal((HttpStatusCode.NotFound, "WHR5009"), (gone, Text(problem, "code")));
    }

    [Fact]
    public async Task Admit_OfWhatTheSenderHasSentAgainMeanwhile_IsADuplicate()
    {
        var id = await RejectedAsync("e1");
        Mend();
        using var again = await _host.SendAsync(eventId: "e1");

        var (_, answer) = await AdmitAsync(id);

        Assert.Equal((Text(await ReadAsync(again), "id"), "duplicate"), (Text(answer, "id"), Text(answer, "status")));
        Assert.Equal(1L, Query("SELECT COUNT(*) FROM event"));
    }

    [Fact]
    public async Task Admit_HoursAfterItWasSigned_IsVerifiedByTheClockOfThen()
    {
        var signedAt = _clock.GetUtcNow();
        using var refused = await TestHost.Client.SendAsync(Shop(signedAt), TestContext.Current.CancellationToken);
        var id = Text(await ReadAsync(refused), "deliveryId");
        _clock.Advance(TimeSpan.FromHours(3));
        _secrets.Write("WebhookReceiver__Sources__shop__Secrets__0", ShopSecret);
        _host.Services.GetRequiredService<SourceLoader>().ReloadIfChanged();

        var (status, answer) = await AdmitAsync(id);

        Assert.Equal((HttpStatusCode.OK, "admitted"), (status, Text(answer, "status")));
        using var late = await TestHost.Client.SendAsync(Shop(signedAt), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, late.StatusCode);
    }

    [Fact]
    public async Task Admit_OfTheSameBodyThatCameADayApart_IsOneEventAndSoIsWhatTheSenderSendsAgain()
    {
        var first = await RejectedAsync(eventId: null);
        _clock.Advance(TimeSpan.FromHours(25));
        var second = await RejectedAsync(eventId: null);
        _clock.Advance(TimeSpan.FromHours(1));
        Mend();

        Assert.Equal(HttpStatusCode.OK, (await AdmitAsync(first)).Status);
        var (status, answer) = await AdmitAsync(second);
        using var again = await _host.SendAsync(eventId: null);

        Assert.Equal((HttpStatusCode.OK, "duplicate"), (status, Text(answer, "status")));
        Assert.Equal("duplicate", Text(await ReadAsync(again), "status"));
        Assert.Equal(1L, Query("SELECT COUNT(*) FROM event"));
    }

    [Fact]
    public async Task Admit_WithoutAReason_IsRefused()
    {
        var id = await RejectedAsync("e1");
        Mend();

        var (status, problem) = await AdmitAsync(id, reason: "");

        Assert.Equal((HttpStatusCode.BadRequest, "WHR5001"), (status, Text(problem, "code")));
        Assert.Equal(0L, Query("SELECT COUNT(*) FROM event"));
    }

    [Fact]
    public async Task ListRejections_OfOneSource_AreThoseOfThatSource()
    {
        await RejectedAsync("e1");
        using var shop = await TestHost.Client.SendAsync(Shop(_clock.GetUtcNow()), TestContext.Current.CancellationToken);

        var page = await ReadAsync(await _host.AskAsync("/api/v1/rejections?source=shop"));

        Assert.Equal("shop", Text(Assert.Single(page.GetProperty("items").EnumerateArray()), "source"));
    }

    private async Task<string> RejectedAsync(string? eventId)
    {
        using var refused = await _host.SendAsync(eventId: eventId);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        return Text(await ReadAsync(refused), "deliveryId");
    }

    private void Mend()
    {
        _secrets.Write(SecretFile, TestDelivery.Secret);
        _host.Services.GetRequiredService<SourceLoader>().ReloadIfChanged();
    }

    private async Task<(HttpStatusCode Status, JsonElement Answer)> AdmitAsync(string deliveryId, string reason = "It was ours.")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"{_host.Management}/api/v1/rejections/{deliveryId}/admit")
        {
            Content = new StringContent(JsonSerializer.Serialize(new { reason }), Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TestHost.Token);
        using var response = await TestHost.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await ReadAsync(response));
    }

    private HttpRequestMessage Shop(DateTimeOffset at)
    {
        const string Body = """{"id":"evt_1","type":"invoice.paid","data":{"object":{}}}""";
        var time = at.ToUnixTimeSeconds();
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(ShopSecret), Encoding.UTF8.GetBytes($"{time}.{Body}"));
        var request = new HttpRequestMessage(HttpMethod.Post, _host.Public + "/webhook/shop") { Content = new StringContent(Body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Stripe-Signature", $"t={time},v1={Convert.ToHexStringLower(signature)}");
        return request;
    }

    private async Task<JsonElement> ListAsync() => await ReadAsync(await _host.AskAsync("/api/v1/rejections"));

    private static JsonElement Item(JsonElement page, string deliveryId) => page.GetProperty("items").EnumerateArray().Single(item => Text(item, "deliveryId") == deliveryId);

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response) => JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

    private object? Query(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_data.FullName}/inbox.db;Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
