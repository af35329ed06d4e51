using System.Text.Json;
using Microsoft.AspNetCore.Http;
using WebhookReceiver.Endpoints;

namespace WebhookReceiver.Tests.Endpoints;

/// <summary>What a sender is told for each reason; the table is part of the contract with senders.</summary>
public sealed class RejectionAnswersTests
{
    // Reason, status, code, Retry-After, whether the connection is closed, whether there is a detail.
    private static readonly (RejectionReason Reason, int Status, string Code, string? RetryAfter, bool Closes)[] Table =
    [
        (RejectionReason.FramingAmbiguous, 400, "WHR2019", null, true),
        (RejectionReason.UnknownSource, 404, "WHR2005", null, false),
        (RejectionReason.MethodNotAllowed, 405, "WHR2012", null, false),
        (RejectionReason.HttpsRequired, 403, "WHR2013", null, true),
        (RejectionReason.AddressNotAllowed, 401, "WHR2000", null, false),
        (RejectionReason.ContentTypeUnsupported, 415, "WHR2006", null, true),
        (RejectionReason.ContentEncodingUnsupported, 415, "WHR2014", null, true),
        (RejectionReason.BodyTooLarge, 413, "WHR2007", null, true),
        (RejectionReason.BodyIncomplete, 400, "WHR2015", null, true),
        (RejectionReason.BodyTooSlow, 408, "WHR2018", null, true),
        (RejectionReason.SignatureMissing, 401, "WHR2000", null, false),
        (RejectionReason.SignatureMalformed, 401, "WHR2000", null, false),
        (RejectionReason.SignatureMismatch, 401, "WHR2000", null, false),
        (RejectionReason.HeaderDuplicated, 401, "WHR2000", null, false),
        (RejectionReason.SignedContentMissing, 401, "WHR2000", null, false),
        (RejectionReason.IdMalformed, 401, "WHR2000", null, false),
        (RejectionReason.TimestampMalformed, 401, "WHR2000", null, false),
        (RejectionReason.TimestampStale, 401, "WHR2000", null, false),
        (RejectionReason.TimestampAhead, 401, "WHR2000", null, false),
        (RejectionReason.NoLiveSecret, 401, "WHR2000", null, false),
        (RejectionReason.PublicUrlUnknown, 401, "WHR2000", null, false),
        (RejectionReason.SignedDigestMismatch, 401, "WHR2000", null, false),
        (RejectionReason.ClaimMismatch, 401, "WHR2000", null, false),
        (RejectionReason.KeyRefused, 401, "WHR2000", null, false),
        (RejectionReason.KeyUnavailable, 503, "WHR4005", "30", false),
        (RejectionReason.HandshakeRefused, 403, "WHR2016", null, false),
        (RejectionReason.BodyMalformed, 400, "WHR2009", null, false),
        (RejectionReason.EnvelopeInvalid, 400, "WHR2008", null, false),
        (RejectionReason.RateLimited, 429, "WHR2017", "1", false),
        (RejectionReason.Overloaded, 503, "WHR4001", "5", false),
        (RejectionReason.BodyMemoryFull, 503, "WHR4001", "5", true),
        (RejectionReason.DiskNearlyFull, 503, "WHR4003", "30", false),
        (RejectionReason.StorageFailed, 503, "WHR4002", "30", false),
        (RejectionReason.StorageSlow, 503, "WHR4004", "30", false),
    ];

    public static TheoryData<string> Reasons() => [.. Enum.GetNames<RejectionReason>()];

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Answer_EveryReason_IsThatOfTheTable(string name)
    {
        var reason = Enum.Parse<RejectionReason>(name);

        var (response, problem) = await WriteAsync(new ReceiveResult.Rejected(reason));

        Assert.Equal(
            Table.Single(row => row.Reason == reason),
            (reason, response.StatusCode, problem.GetProperty("code").GetString(), response.Headers.RetryAfter.SingleOrDefault(), response.Headers.Connection == "close"));
        Assert.Equal("application/problem+json", response.ContentType);
        Assert.Equal(["type", "title", "status", "code", "deliveryId"], problem.EnumerateObject().Select(static member => member.Name));
        Assert.Equal("urn:webhook-receiver:" + problem.GetProperty("code").GetString(), problem.GetProperty("type").GetString());
        Assert.Equal(response.StatusCode, problem.GetProperty("status").GetInt32());
        Assert.Equal("whd_0123456789abcdef", problem.GetProperty("deliveryId").GetString());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.False(response.Headers.ContainsKey("Location"));
    }

    [Fact]
    public async Task Answer_EnvelopeInvalid_HasErrorsByPointer()
    {
        var errors = new Dictionary<string, string[]> { ["/type"] = ["One.", "Two."], ["header X-Event-Id"] = ["Three."] };

        var (_, problem) = await WriteAsync(new ReceiveResult.Rejected(RejectionReason.EnvelopeInvalid, "It is not.", errors));

        Assert.Equal(["type", "title", "status", "code", "deliveryId", "detail", "errors"], problem.EnumerateObject().Select(static member => member.Name));
        Assert.Equal("It is not.", problem.GetProperty("detail").GetString());
        Assert.Equal("""{"/type":["One.","Two."],"header X-Event-Id":["Three."]}""", problem.GetProperty("errors").GetRawText());
    }

    [Fact]
    public async Task Answer_UnderTheStatusThatASenderWants_IsOtherwiseThatOfItsReason()
    {
        var (response, problem) = await WriteAsync(new ReceiveResult.Rejected(RejectionReason.HandshakeRefused) { Status = 404 });

        Assert.Equal((404, 404, "WHR2016"), (response.StatusCode, problem.GetProperty("status").GetInt32(), problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Answer_UnderA401_IsThatOfEveryFailedProof()
    {
        var (_, problem) = await WriteAsync(new ReceiveResult.Rejected(RejectionReason.HandshakeRefused) { Status = 401 });
        var (_, other) = await WriteAsync(new ReceiveResult.Rejected(RejectionReason.SignatureMismatch));

        Assert.Equal(other.GetRawText(), problem.GetRawText());
    }

    private static async Task<(HttpResponse Response, JsonElement Problem)> WriteAsync(ReceiveResult.Rejected rejected)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { Response = { Body = body } };
        await ReceiveResponses.WriteAsync(context.Response, rejected, RejectionAnswers.For(rejected), "whd_0123456789abcdef");
        Assert.Equal(body.Length, context.Response.ContentLength);
        return (context.Response, JsonElement.Parse(body.ToArray()));
    }
}
