using Microsoft.AspNetCore.Http;
using WebhookReceiver.Endpoints;

namespace WebhookReceiver.Tests.Endpoints;

public sealed class BodyReaderTests
{
    private const int Limit = 1024 * 1024;

    // What is read ahead of the limit: a few buffers of the reader.
    private const int Ahead = 64 * 1024;

    [Fact]
    [Trait("Attack", "A57")]
    public async Task Read_BodyWithoutEnd_HoldsNoMoreThanTheLimit()
    {
        // Once before, so that what is made once in the life of a process is not counted.
        await ReadAsync(new EndlessStream(), contentLength: null);
        var body = new EndlessStream();
        var before = GC.GetAllocatedBytesForCurrentThread();

        var (read, rejection) = await ReadAsync(body, contentLength: null);

        // The stream never waits, so that all of it happens on this thread.
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(RejectionReason.BodyTooLarge, rejection);
        Assert.Empty(read);
        Assert.InRange(body.Given, Limit + 1, Limit + Ahead);
        Assert.InRange(allocated, 0, 2 * Limit);
    }

    [Theory]
    [Trait("Attack", "A57")]
    [InlineData(Limit + 1L)]
    [InlineData(long.MaxValue)]
    public async Task Read_LengthOverTheLimit_TouchesNothingOfTheBody(long contentLength)
    {
        var body = new EndlessStream();

        var (read, rejection) = await ReadAsync(body, contentLength);

        Assert.Equal(RejectionReason.BodyTooLarge, rejection);
        Assert.Empty(read);
        Assert.Equal(0, body.Given);
    }

    [Fact]
    [Trait("Attack", "A57")]
    public async Task Read_BodyAtTheLimit_IsCopiedOnce()
    {
        await ReadAsync(new MemoryStream(new byte[Limit]), Limit);
        using var body = new MemoryStream(new byte[Limit]);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var (read, rejection) = await ReadAsync(body, Limit);

        Assert.Null(rejection);
        Assert.Equal(Limit, read.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, Limit, 2 * Limit);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(99)]
    public async Task Read_BodyThatEndsBeforeItsLength_IsIncomplete(int sent)
    {
        var (read, rejection) = await ReadAsync(new MemoryStream(new byte[sent]), contentLength: 100);

        Assert.Equal(RejectionReason.BodyIncomplete, rejection);
        Assert.Empty(read);
    }

    private static async Task<(byte[] Body, RejectionReason? Rejection)> ReadAsync(Stream body, long? contentLength)
    {
        var context = new DefaultHttpContext { Request = { Body = body, ContentLength = contentLength } };
        return await BodyReader.ReadAsync(context.Request, Limit, CancellationToken.None);
    }

    /// <summary>Gives as much as is asked for, for ever, and counts it.</summary>
    private sealed class EndlessStream : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Given += count;
            return count;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Given += buffer.Length;
            Assert.True(Given < 16 * Limit, "It reads on.");
            return ValueTask.FromResult(buffer.Length);
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
