using System.Text.RegularExpressions;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.Tests.Support;

/// <summary>What each attack has to show: the answer, the inbox, the handlers, and that the receiver still works.</summary>
internal static partial class PipelineAssertions
{
    /// <summary>
    /// Not proved to be the sender's: the one 401 that tells nothing, nothing stored, nothing handled, and the next valid request is accepted.
    /// </summary>
    public static Task AssertUnverifiedAsync(this PipelineHost host, WireRequest request, RejectionReason reason) =>
        host.AssertNothingHappensAsync(async () => AssertUnverified(host, await host.SendAsync(request), reason));

    /// <summary>Refused with a precise answer, with the same consequences: none.</summary>
    /// <returns>The answer.</returns>
    public static async Task<WireResponse> AssertRefusedAsync(this PipelineHost host, WireRequest request, int status, string code, RejectionReason reason)
    {
        WireResponse? response = null;
        await host.AssertNothingHappensAsync(async () => AssertProblem(host, response = await host.SendAsync(request), status, code, reason));
        return response!;
    }

    /// <summary>Refused by the server, before any of our code: an answer without a body, the connection closed, and the same consequences.</summary>
    public static Task AssertRefusedByTheServerAsync(this PipelineHost host, byte[] bytes, int status = 400) => host.AssertNothingHappensAsync(async () =>
    {
        await using var connection = await host.ConnectAsync();
        await connection.TryWriteAsync(bytes);

        var response = await connection.ReadAsync();

        Assert.Equal(status, response.Status);
        Assert.Equal("close", response.Header("Connection"));
        Assert.Empty(response.Body);
        Assert.True(await connection.IsClosedAsync());
    });

    /// <summary>Accepted: exactly one event stored, its bytes those that were sent, and handled exactly once.</summary>
    /// <param name="host">The receiver.</param>
    /// <param name="request">The request.</param>
    /// <param name="expected">What becomes of the event.</param>
    /// <returns>The event.</returns>
    public static async Task<EventDetail> AssertAcceptedAsync(this PipelineHost host, WireRequest request, WorkState expected = WorkState.Succeeded)
    {
        var (stored, handled) = (await host.CountStoredAsync(), host.Handled.Count);

        var response = await host.SendAsync(request);

        Assert.True(response.Status == 200, $"{response.Status}: {response.Text}");
        var id = (await host.NewestAsync()).Event.PublicId;
        if (response.Body.Length > 0)
        {
            AssertReceipt(response, "accepted");
            Assert.Equal(id, response.Json.GetProperty("id").GetString());
        }

        if (expected != WorkState.Parked)
        {
            await host.Handled.WaitAsync(id);
        }

        var found = await host.FindAsync(id);
        Assert.Equal(stored + 1, await host.CountStoredAsync());
        Assert.Equal(request.Body, found.Event.Body);
        Assert.Equal(expected, found.State);
        Assert.Equal(expected == WorkState.Parked ? 0 : 1, Assert.Single(found.Work).Attempts.Count);
        var calls = expected == WorkState.Succeeded ? 1 : 0;
        Assert.Equal(calls, host.Handled.DataOf(id).Count);
        Assert.Equal(handled + calls, host.Handled.Count);
        return found;
    }

    /// <summary>Known already: answered with the first one's receipt, nothing stored, nothing handled, and the next valid request is accepted.</summary>
    public static Task AssertDuplicateAsync(this PipelineHost host, WireRequest request, EventDetail first) =>
        host.AssertNothingHappensAsync(async () =>
        {
            var response = await host.SendAsync(request);
            Assert.True(response.Status == 200, $"{response.Status}: {response.Text}");
            AssertReceipt(response, "duplicate");
            Assert.Equal(first.Event.PublicId, response.Json.GetProperty("id").GetString());
        });

    /// <summary>Whatever was sent, nothing is stored and nothing handled, and the next valid request is accepted and handled once.</summary>
    public static async Task AssertNothingHappensAsync(this PipelineHost host, Func<Task> attack)
    {
        var (stored, handled) = (await host.CountStoredAsync(), host.Handled.Count);

        await attack();

        Assert.Equal(stored, await host.CountStoredAsync());

        // Whatever the attack could have started is handed over before this one.
        await host.AssertAcceptedAsync(host.NewRequest());
        Assert.Equal(handled + 1, host.Handled.Count);
        Assert.Equal(stored + 1, await host.CountStoredAsync());
    }

    /// <summary>The one 401: to the byte the same for all but for the id, and with no header that others do not have.</summary>
    public static void AssertUnverified(PipelineHost host, WireResponse response, RejectionReason reason)
    {
        AssertProblem(host, response, 401, "WHR2000", reason);
        Assert.Equal(
            """{"type":"urn:webhook-receiver:WHR2000","title":"The delivery was not accepted.","status":401,"code":"WHR2000","deliveryId":"*"}""",
            DeliveryIds().Replace(response.Text, "*"));
        Assert.Equal(["Content-Length", "Content-Type", "Date", "Server"], response.Headers.Select(static header => header.Key).Order(StringComparer.Ordinal));
    }

    public static void AssertProblem(PipelineHost host, WireResponse response, int status, string code, RejectionReason reason)
    {
        Assert.True(response.Status == status, $"{response.Status}: {response.Text}");
        Assert.Equal("application/problem+json", response.Header("Content-Type"));
        string[] more = code switch { "WHR2008" => ["detail", "errors"], "WHR2009" => ["detail"], _ => [] };
        Assert.Equal(["type", "title", "status", "code", "deliveryId", .. more], response.Members);
        Assert.Equal(status, response.Json.GetProperty("status").GetInt32());
        Assert.Equal(code, response.Json.GetProperty("code").GetString());
        Assert.Equal("urn:webhook-receiver:" + code, response.Json.GetProperty("type").GetString());
        var deliveryId = response.Json.GetProperty("deliveryId").GetString()!;
        Assert.Matches(DeliveryIds(), deliveryId);
        Assert.Equal(reason, host.ReasonOf(deliveryId));
    }

    private static void AssertReceipt(WireResponse response, string status)
    {
        Assert.Equal("application/json; charset=utf-8", response.Header("Content-Type"));
        Assert.Equal(["id", "status"], response.Members);
        Assert.Equal(status, response.Json.GetProperty("status").GetString());
    }

    [GeneratedRegex("whd_[A-Za-z0-9_-]{16}")]
    private static partial Regex DeliveryIds();
}
