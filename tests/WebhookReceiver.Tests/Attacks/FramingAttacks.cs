using System.Globalization;
using System.Text;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Attacks;

/// <summary>
/// Requests that two servers could take for different ones, because it is not clear where they end. But for that all are signed by the sender:
/// it is the framing alone that is refused.
/// </summary>
public sealed class FramingAttacks(PipelineHost host) : IClassFixture<PipelineHost>
{
    private const string Chunked = "chunked";

    [Theory]
    [Trait("Attack", "A39")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Length_BesideChunks_IsRefusedInEitherOrder(bool isLengthFirst)
    {
        var chunks = host.NewRequest() with { IsChunked = true };
        var length = (chunks.ToBytes().Length - chunks.Head().Length).ToString(CultureInfo.InvariantCulture);

        var response = await host.AssertRefusedAsync(
            isLengthFirst
                ? chunks.Add("Content-Length", length).Add("Transfer-Encoding", Chunked)
                : chunks.Add("Transfer-Encoding", Chunked).Add("Content-Length", length),
            400, "WHR2019", RejectionReason.FramingAmbiguous);

        Assert.Equal("close", response.Header("Connection"));
    }

    [Fact]
    [Trait("Attack", "A39")]
    public Task Length_BesideChunksWithARequestBehindThem_EndsTheConnectionBeforeThat() => host.AssertNothingHappensAsync(async () =>
    {
        // By its length the first request holds all; by its chunks it is empty, and a valid one follows that no proxy has seen.
        byte[] behind = [.. "0\r\n\r\n"u8, .. host.NewRequest().ToBytes()];
        var first = new WireRequest("/webhook", behind).Add("Content-Length", behind.Length.ToString(CultureInfo.InvariantCulture)).Add("Transfer-Encoding", Chunked);
        await using var connection = await host.ConnectAsync();

        PipelineAssertions.AssertProblem(host, await connection.SendAsync(first), 400, "WHR2019", RejectionReason.FramingAmbiguous);

        Assert.True(await connection.IsClosedAsync());
    });

    [Fact]
    [Trait("Attack", "A39")]
    public async Task Length_BesideChunksUnderTheNameThatTheServerGivesIt_IsRefused()
    {
        var marked = (host.NewRequest() with { IsChunked = true }).Add("X-Content-Length", "2");
        await host.AssertRefusedAsync(marked, 400, "WHR2019", RejectionReason.FramingAmbiguous);
        await host.AssertNothingHappensAsync(async () =>
        {
            // With all three the server may see no more than that it has nowhere to put the length, and then closes without an answer.
            await using var connection = await host.ConnectAsync();
            await connection.TryWriteAsync(marked.Add("Transfer-Encoding", Chunked).Add("Content-Length", "2").ToBytes());
            Assert.True(await connection.IsClosedAsync() || (await connection.ReadAsync()).Status == 400);
        });

        // Where there are no chunks, it is a header like any other.
        await host.AssertAcceptedAsync(host.NewRequest().Add("X-Content-Length", "2"));
    }

    [Theory]
    [Trait("Attack", "A40")]
    [InlineData("gzip, chunked")]
    [InlineData("identity, chunked")]
    [InlineData("chunked, chunked")]
    [InlineData(", chunked")]
    [InlineData("chunked", "chunked")]
    [InlineData("gzip", "chunked")]
    [InlineData("identity", "chunked")]
    public async Task TransferEncoding_OtherThanChunkedOnce_IsRefused(params string[] lines)
    {
        var request = lines.Aggregate(host.NewRequest() with { IsChunked = true }, static (request, line) => request.Add("Transfer-Encoding", line));

        var response = await host.AssertRefusedAsync(request, 400, "WHR2019", RejectionReason.FramingAmbiguous);

        Assert.Equal("close", response.Header("Connection"));
    }

    [Theory]
    [Trait("Attack", "A40")]
    [InlineData("gzip")]
    [InlineData("identity")]
    [InlineData("")]
    [InlineData("chunked, gzip")]
    [InlineData("chunked;q=1")]
    [InlineData("xchunked")]
    [InlineData("\vchunked")]
    public Task TransferEncoding_NotChunkedAtItsEnd_IsRefused(string coding) =>
        host.AssertRefusedByTheServerAsync((host.NewRequest() with { IsChunked = true }).Add("Transfer-Encoding", coding).ToBytes());

    [Fact]
    [Trait("Attack", "A40")]
    public Task TransferEncoding_InHttp10_IsRefused() =>
        host.AssertRefusedAsync(host.NewRequest() with { IsChunked = true, Version = "HTTP/1.0" }, 400, "WHR2019", RejectionReason.FramingAmbiguous);

    [Theory]
    [Trait("Attack", "A40")]
    [InlineData("chunked")]
    [InlineData("Chunked")]
    public Task TransferEncoding_ChunkedOnceInEitherCase_IsAccepted(string coding) =>
        host.AssertAcceptedAsync((host.NewRequest() with { IsChunked = true, ChunkBytes = 7 }).Add("Transfer-Encoding", coding));

    [Theory]
    [Trait("Attack", "A41")]
    [InlineData("{0};x\n{1}\r\n0\r\n\r\n")]
    [InlineData("{0};x\rx\r\n{1}\r\n0\r\n\r\n")]
    [InlineData("{0}\n{1}\r\n0\r\n\r\n")]
    [InlineData("{0}\r\n{1}\n0\r\n\r\n")]
    [InlineData("{0}\r\n{1}\r\n0\n\r\n")]
    [InlineData("{0}\r\n{1}\r\n0;x\n\r\n")]
    [InlineData("{0}\r\n{1}x\r\n0\r\n\r\n")]
    [InlineData("+{0}\r\n{1}\r\n0\r\n\r\n")]
    [InlineData("-{0}\r\n{1}\r\n0\r\n\r\n")]
    [InlineData("0x{0}\r\n{1}\r\n0\r\n\r\n")]
    [InlineData(" {0}\r\n{1}\r\n0\r\n\r\n")]
    [InlineData("{0} \r\n{1}\r\n0\r\n\r\n")]
    [InlineData("\r\n{0}\r\n{1}\r\n0\r\n\r\n")]
    [InlineData("00000000{0}\r\n{1}\r\n0\r\n\r\n")]
    [InlineData("1000000{0}\r\n{1}\r\n0\r\n\r\n")]
    [InlineData("{0}\r\n{1}\r\n0\r\nX-Trailer: a\0b\r\n\r\n")]
    public async Task Chunks_OddlyFramed_AreRefused(string framing)
    {
        var response = await host.AssertRefusedAsync(ChunkedAs(framing), 400, "WHR2015", RejectionReason.BodyIncomplete);

        Assert.Equal("close", response.Header("Connection"));
    }

    [Theory]
    [Trait("Attack", "A41")]
    [InlineData("{0}\r\n{1}\r\n0\r\n\r\n")]
    [InlineData("{0};x=y\r\n{1}\r\n0;x=\"y\"\r\n\r\n")]
    [InlineData("0{0}\r\n{1}\r\n00\r\n\r\n")]
    public Task Chunks_AsTheyMayBe_AreAccepted(string framing) => host.AssertAcceptedAsync(ChunkedAs(framing));

    [Theory]
    [Trait("Attack", "A42")]
    [InlineData("X-Note: one\r\n two\r\n")]
    [InlineData("X-Note: one\r\n\ttwo\r\n")]
    [InlineData(" X-Note: one\r\n")]
    [InlineData("X-Note : one\r\n")]
    [InlineData("X-Note\t: one\r\n")]
    [InlineData("X Note: one\r\n")]
    [InlineData("X-Note\r\n")]
    [InlineData(": one\r\n")]
    [InlineData("Host: other.test\r\n")]
    [InlineData("Content-Length : 0\r\n")]
    [InlineData("Transfer-Encoding : chunked\r\n")]
    [InlineData("Transfer-Encoding\r\n : chunked\r\n")]
    public Task HeaderLine_OddlyWritten_IsRefused(string line) => host.AssertRefusedByTheServerAsync(host.NewRequest().ToBytesWith(Encoding.ASCII.GetBytes(line)));

    [Fact]
    [Trait("Attack", "A42")]
    public Task Host_Absent_IsRefused() => host.AssertRefusedByTheServerAsync((host.NewRequest() with { Host = null }).ToBytes());

    [Theory]
    [Trait("Attack", "A42")]
    [InlineData("+")]
    [InlineData("00")]
    public Task ContentLength_WithASignOrZerosBeforeIt_IsThatLength(string before) => host.AssertNothingHappensAsync(async () =>
    {
        // The server shows us a number and not how it was written. So what counts is that nothing is lost of it: the request behind begins where this one ends.
        var unsigned = host.NewRequest().Without("webhook-signature");
        var length = before + unsigned.Body.Length.ToString(CultureInfo.InvariantCulture);
        await using var connection = await host.ConnectAsync();
        await connection.TryWriteAsync((byte[])[.. unsigned.Add("Content-Length", length).ToBytes(), .. (unsigned with { Method = "PUT" }).ToBytes()]);

        Assert.Equal(401, (await connection.ReadAsync()).Status);
        Assert.Equal(405, (await connection.ReadAsync()).Status);
    });

    [Theory]
    [Trait("Attack", "A43")]
    [InlineData("-1")]
    [InlineData("-{0}")]
    [InlineData("")]
    [InlineData("{0}, {0}")]
    [InlineData("{0} {0}")]
    [InlineData("{0};x")]
    [InlineData("{0}.0")]
    [InlineData("0x{0}")]
    [InlineData("x")]
    [InlineData("18446744073709551616")]
    [InlineData("{0}", "{0}")]
    [InlineData("{0}", "0")]
    [InlineData("0", "{0}")]
    public Task ContentLength_TwiceOrNone_IsRefused(params string[] lines)
    {
        var request = host.NewRequest();
        return host.AssertRefusedByTheServerAsync(lines.Aggregate(request, (changed, line) =>
            changed.Add("Content-Length", string.Format(CultureInfo.InvariantCulture, line, request.Body.Length))).ToBytes());
    }

    [Fact]
    [Trait("Attack", "A52")]
    public Task Expect_WhereTheBodyWouldBeRefused_IsAnsweredWithThatAtOnce() => host.AssertNothingHappensAsync(async () =>
    {
        // Nothing of the body is sent: the first and only answer is the refusal.
        var announced = (host.Small.Sign("{}", host.NewId()) with { Body = [] }).Add("Content-Length", "65537").Add("Expect", "100-continue");
        await using var connection = await host.ConnectAsync();

        PipelineAssertions.AssertProblem(host, await connection.SendAsync(announced), 413, "WHR2007", RejectionReason.BodyTooLarge);

        Assert.True(await connection.IsClosedAsync());
    });

    [Fact]
    [Trait("Attack", "A52")]
    public async Task Expect_WhereTheBodyIsTaken_IsToldToGoOn()
    {
        var request = host.NewRequest();
        await using var connection = await host.ConnectAsync();
        await connection.TryWriteAsync(request.Add("Expect", "100-continue").Add("Content-Length", request.Body.Length.ToString(CultureInfo.InvariantCulture)).Head());
        Assert.Equal(100, (await connection.ReadAsync()).Status);

        await connection.TryWriteAsync(request.Body);

        Assert.Equal(200, (await connection.ReadAsync()).Status);
    }

    [Theory]
    [Trait("Attack", "A54")]
    [InlineData("X-Note: a\0b\r\n")]
    [InlineData("X-No\0te: a\r\n")]
    [InlineData("X-Note: a\rb\r\n")]
    [InlineData("X-Note: a\r\r\n")]
    [InlineData("X-Nöte: a\r\n")]
    [InlineData("webhook-id: a\0b\r\n")]
    [InlineData("Content-Type: application/json\0\r\n")]
    public Task Header_WithNulOrCarriageReturnOrANameThatIsNoAscii_IsRefused(string line) =>
        host.AssertRefusedByTheServerAsync(host.NewRequest().ToBytesWith(Encoding.UTF8.GetBytes(line)));

    [Theory]
    [Trait("Attack", "A54")]
    [InlineData(0xE9)]
    [InlineData(0xC3)]
    [InlineData(0xC0, 0xAF)]
    [InlineData(0xED, 0xA0, 0x80)]
    [InlineData(0xFF)]
    public Task Header_OfBytesThatAreNoUtf8_IsRefused(params int[] value) =>
        host.AssertRefusedByTheServerAsync(host.NewRequest().ToBytesWith([.. "X-Note: "u8, .. value.Select(static b => (byte)b), .. "\r\n"u8]));

    [Theory]
    [Trait("Attack", "A54")]
    [InlineData("é")]
    [InlineData("\u202E")]
    [InlineData("\u001B[31m")]
    public Task Header_ThatNobodyAsksFor_MayHoldText(string value) => host.AssertAcceptedAsync(host.NewRequest().Add("X-Note", value));

    private WireRequest ChunkedAs(string framing)
    {
        var request = host.NewRequest();
        var text = string.Format(CultureInfo.InvariantCulture, framing, request.Body.Length.ToString("x", CultureInfo.InvariantCulture), PipelineHost.UserCreated);
        return request with { IsChunked = true, Framed = Encoding.ASCII.GetBytes(text) };
    }
}
