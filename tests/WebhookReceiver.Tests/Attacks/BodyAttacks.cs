using System.IO.Compression;
using System.Text;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Attacks;

/// <summary>Bodies of types, encodings and lengths that no source takes. All are signed by the sender, save where that is the attack.</summary>
public sealed class BodyAttacks(PipelineHost host) : IClassFixture<PipelineHost>
{
    private const string Form = "application/x-www-form-urlencoded";

    // So that the client cannot send far ahead of what the server reads.
    private const int PieceBytes = 32 * 1024;

    [Theory]
    [Trait("Attack", "A55")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("text/plain")]
    [InlineData("text/json")]
    [InlineData("application/jsonp")]
    [InlineData("application/json-seq")]
    [InlineData("application/xml")]
    [InlineData("application/octet-stream")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData("application/json, text/plain")]
    [InlineData("json")]
    [InlineData("*/*")]
    public async Task ContentType_ThatTheSourceDoesNotTake_IsRefusedBeforeTheSignature(string? type)
    {
        var request = host.NewRequest().Without("Content-Type");
        var typed = type is null ? request : request.Add("Content-Type", type);
        await host.AssertRefusedAsync(typed, 415, "WHR2006", RejectionReason.ContentTypeUnsupported);
        await host.AssertRefusedAsync(typed.Without("webhook-signature"), 415, "WHR2006", RejectionReason.ContentTypeUnsupported);
    }

    [Fact]
    [Trait("Attack", "A55")]
    public async Task ContentType_Twice_IsRefused()
    {
        await host.AssertRefusedAsync(host.NewRequest().Add("Content-Type", "text/plain"), 415, "WHR2006", RejectionReason.ContentTypeUnsupported);
        await host.AssertRefusedAsync(host.NewRequest().AddFirst("Content-Type", "text/plain"), 415, "WHR2006", RejectionReason.ContentTypeUnsupported);
    }

    [Theory]
    [Trait("Attack", "A55")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json;charset=UTF-8")]
    [InlineData("application/json; charset=\"utf-8\"")]
    [InlineData("Application/JSON")]
    [InlineData("application/cloudevents+json")]
    public Task ContentType_JsonByAnotherName_IsAccepted(string type) => host.AssertAcceptedAsync(host.NewRequest().Set("Content-Type", type));

    [Fact]
    [Trait("Attack", "A55")]
    public async Task Form_WhereTheRowTakesForms_IsAccepted()
    {
        var issue = Encoding.UTF8.GetBytes("payload=" + Uri.EscapeDataString("""{"action":"opened","issue":{"number":42}}"""));
        var fromGitHub = host.GitHub.Sign(issue, host.NewId()).Set("Content-Type", Form).Add("X-GitHub-Event", "issues");
        Assert.Equal("issues.opened", (await host.AssertAcceptedAsync(fromGitHub)).Event.Type);

        var fromSlack = host.Slack.Sign($"command=%2Fcollect&text=now&trigger_id={host.NewId()}", "").Set("Content-Type", Form);
        Assert.Equal("/collect", (await host.AssertAcceptedAsync(fromSlack)).Event.Type);
    }

    [Fact]
    [Trait("Attack", "A55")]
    public async Task Form_SignedForAJsonSource_IsRefused()
    {
        var form = Encoding.UTF8.GetBytes("payload=" + Uri.EscapeDataString(PipelineHost.UserCreated));
        await host.AssertRefusedAsync(
            host.Default.Sign(form, host.NewId()).Set("Content-Type", Form), 415, "WHR2006", RejectionReason.ContentTypeUnsupported);
        await host.AssertRefusedAsync(
            host.Stripe.Sign(form, "").Set("Content-Type", Form), 415, "WHR2006", RejectionReason.ContentTypeUnsupported);
    }

    [Theory]
    [Trait("Attack", "A56")]
    [InlineData("gzip")]
    [InlineData("GZIP")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    [InlineData("identity, gzip")]
    [InlineData("gzip, identity")]
    [InlineData("x")]
    [InlineData("")]
    public async Task ContentEncoding_OtherThanIdentity_IsRefusedBeforeTheBodyIsRead(string encoding)
    {
        // Of the body that is announced nothing is ever sent: an answer shows that nobody waited for it.
        var announced = (host.NewRequest() with { Body = [] }).Add("Content-Length", "10240").Add("Content-Encoding", encoding);
        var response = await host.AssertRefusedAsync(announced, 415, "WHR2014", RejectionReason.ContentEncodingUnsupported);
        Assert.Equal("close", response.Header("Connection"));
    }

    [Fact]
    [Trait("Attack", "A56")]
    public async Task ContentEncoding_TwoLines_AreRefused()
    {
        await host.AssertRefusedAsync(
            host.NewRequest().Add("Content-Encoding", "identity").Add("Content-Encoding", "gzip"), 415, "WHR2014", RejectionReason.ContentEncodingUnsupported);
        await host.AssertRefusedAsync(
            host.NewRequest().Add("Content-Encoding", "gzip").Add("Content-Encoding", "identity"), 415, "WHR2014", RejectionReason.ContentEncodingUnsupported);
    }

    [Fact]
    [Trait("Attack", "A56")]
    public async Task ContentEncoding_Bomb_IsRefusedAndNotUnpacked()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            await gzip.WriteAsync(new byte[8 * 1024 * 1024], TestContext.Current.CancellationToken);
        }

        Assert.True(packed.Length < 10 * 1024);
        var bomb = host.Default.Sign(packed.ToArray(), host.NewId());
        await host.AssertRefusedAsync(bomb.Add("Content-Encoding", "gzip"), 415, "WHR2014", RejectionReason.ContentEncodingUnsupported);

        // Without its header it is bytes that are no JSON.
        await host.AssertRefusedAsync(bomb, 400, "WHR2009", RejectionReason.BodyMalformed);
    }

    [Fact]
    [Trait("Attack", "A56")]
    public Task ContentEncoding_Identity_IsAccepted() => host.AssertAcceptedAsync(host.NewRequest().Add("Content-Encoding", "identity"));

    [Theory]
    [Trait("Attack", "A57")]
    [InlineData("65537")]
    [InlineData("30000001")]
    [InlineData("4294967297")]
    [InlineData("9223372036854775807")]
    public async Task ContentLength_OverTheLimit_IsRefusedBeforeTheBodyIsRead(string length)
    {
        var announced = (host.Small.Sign("{}", host.NewId()) with { Body = [] }).Add("Content-Length", length);
        var response = await host.AssertRefusedAsync(announced, 413, "WHR2007", RejectionReason.BodyTooLarge);
        Assert.Equal("close", response.Header("Connection"));

        // Who asks first is not told to go on: the first and only answer is the refusal.
        response = await host.AssertRefusedAsync(announced.Add("Expect", "100-continue"), 413, "WHR2007", RejectionReason.BodyTooLarge);
        Assert.Equal("close", response.Header("Connection"));
    }

    [Fact]
    [Trait("Attack", "A57")]
    public Task Connection_AfterABodyOverTheLimit_IsClosed() => host.AssertNothingHappensAsync(async () =>
    {
        await using var connection = await host.ConnectAsync();
        var tooLong = PlainOf(PipelineHost.SmallBodyBytes + 1);
        Assert.Equal(413, (await connection.SendAsync(tooLong)).Status);
        await connection.TryWriteAsync(PlainOf(100).ToBytes());
        Assert.True(await connection.IsClosedAsync());
    });

    [Theory]
    [Trait("Attack", "A57")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Body_OneByteOverTheLimit_IsRefusedAndAtTheLimitAccepted(bool isChunked)
    {
        await host.AssertRefusedAsync(
            PlainOf(PipelineHost.SmallBodyBytes + 1) with { IsChunked = isChunked }, 413, "WHR2007", RejectionReason.BodyTooLarge);
        await host.AssertAcceptedAsync(PlainOf(PipelineHost.SmallBodyBytes) with { IsChunked = isChunked });
    }

    [Fact]
    [Trait("Attack", "A57")]
    public async Task Body_OneByteOverTheUsualLimit_IsRefusedAndAtTheLimitAccepted()
    {
        const int Mebibyte = 1024 * 1024;
        await host.AssertRefusedAsync(host.Default.Sign(Padded(Mebibyte + 1), host.NewId()), 413, "WHR2007", RejectionReason.BodyTooLarge);
        await host.AssertAcceptedAsync(host.Default.Sign(Padded(Mebibyte), host.NewId()));
    }

    [Fact]
    [Trait("Attack", "A57")]
    public Task Chunks_WithoutEnd_AreRefusedAndNotGathered() => host.AssertNothingHappensAsync(async () =>
    {
        const int Most = 64 * 1024 * 1024;
        var request = host.Small.Sign("{}", host.NewId()) with { IsChunked = true };
        var chunk = WireRequest.Chunk(new byte[PieceBytes]);
        await using var connection = await host.ConnectAsync();
        var answer = connection.ReadAsync();
        var sent = 0L;
        var isOpen = await connection.TryWriteAsync(request.Head());
        while (isOpen && sent < Most)
        {
            isOpen = await connection.TryWriteAsync(chunk);
            sent += chunk.Length;
        }

        PipelineAssertions.AssertProblem(host, await answer, 413, "WHR2007", RejectionReason.BodyTooLarge);

        // What the kernel holds between the two ends is a few MiB; had the server read on, all would be gone.
        Assert.InRange(sent, PipelineHost.SmallBodyBytes, Most / 2);
    });

    [Fact]
    [Trait("Attack", "A57")]
    public Task Chunks_OfOneByteEach_AreBoundedByTheirSum() => host.AssertNothingHappensAsync(async () =>
    {
        // A piece of the stream has few bytes of body: the limit is for what the chunks hold, and what they cost stays bounded as well.
        var request = host.Small.Sign("{}", host.NewId()) with { IsChunked = true };
        byte[] chunks = [.. Enumerable.Repeat(WireRequest.Chunk("x"u8), PipelineHost.SmallBodyBytes + 1).SelectMany(static chunk => chunk)];
        await using var connection = await host.ConnectAsync();
        var answer = connection.ReadAsync();
        await connection.TryWriteAsync(request.Head());
        await connection.TryWriteAsync(chunks);
        PipelineAssertions.AssertProblem(host, await answer, 413, "WHR2007", RejectionReason.BodyTooLarge);
    });

    private static byte[] Padded(int length)
    {
        var body = PipelineHost.UserCreated;
        return Encoding.UTF8.GetBytes(body[..^1] + new string(' ', length - body.Length) + body[^1]);
    }

    private WireRequest PlainOf(int length) => host.Small.Sign(Padded(length), host.NewId());
}
