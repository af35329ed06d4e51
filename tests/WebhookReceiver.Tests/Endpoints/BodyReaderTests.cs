using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Endpoints;

namespace WebhookReceiver.Tests.Endpoints;

public sealed class BodyReaderTests
{
    private const int Limit = 1024 * 1024;

    // What is read ahead of the limit: a few buffers of the reader.
    private const int Ahead = 64 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly BodyMemory Plenty = new(long.MaxValue);

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

    [Theory]
    [Trait("Attack", "A71")]
    [InlineData(2L, 10)]
    [InlineData(Limit - 1L, 10)]
    [InlineData(25L * Limit, 35)]
    [InlineData(null, 40)]
    public async Task Read_BodyInDrops_IsTooSlowAfterItsTime(long? contentLength, int seconds)
    {
        var clock = new FakeTimeProvider();
        var body = new Pipe();
        var reading = BodyReader.ReadAsync(RequestOf(body.Reader, contentLength), 30 * Limit, Plenty, clock, CancellationToken.None).AsTask();
        clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
        await body.Writer.WriteAsync(new byte[1], TestContext.Current.CancellationToken);
        Assert.False(reading.IsCompleted);

        clock.Advance(TimeSpan.FromTicks(1));

        var (read, rejection) = await reading.WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(RejectionReason.BodyTooSlow, rejection);
        Assert.Empty(read);
    }

    [Fact]
    public async Task Read_BodyThatArrivesWithinItsTime_IsRead()
    {
        var clock = new FakeTimeProvider();
        var body = new Pipe();
        var reading = BodyReader.ReadAsync(RequestOf(body.Reader, contentLength: 2), Limit, Plenty, clock, CancellationToken.None).AsTask();
        await body.Writer.WriteAsync(new byte[1], TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(9));
        await body.Writer.WriteAsync(new byte[1], TestContext.Current.CancellationToken);
        await body.Writer.CompleteAsync();

        var (read, rejection) = await reading.WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Null(rejection);
        Assert.Equal(2, read.Length);
    }

    [Fact]
    public async Task Read_BodyThatIsThere_TakesNoTimerAndNothingButItsBytes()
    {
        const int Length = 1024;
        await AllocatedAsync(Length);

        // Compared with a body of one byte: without optimisation the method itself takes some.
        Assert.InRange(await AllocatedAsync(Length) - await AllocatedAsync(1), Length - 32, Length + 32);

        static async Task<long> AllocatedAsync(int length)
        {
            var (request, clock) = (RequestOf(PipeReader.Create(new(new byte[length])), length), new NoClock());
            var before = GC.GetAllocatedBytesForCurrentThread();

            var reading = BodyReader.ReadAsync(request, Limit, Plenty, clock, CancellationToken.None);

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(reading.IsCompletedSuccessfully);
            var (read, rejection) = await reading;
            Assert.Null(rejection);
            Assert.Equal(length, read.Length);
            return allocated;
        }
    }

    [Fact]
    [Trait("Attack", "A57")]
    public async Task Read_BodiesThatArriveSlowly_HoldNoMoreTogetherThanTheyMay()
    {
        const int Half = BodyMemory.Uncounted + (Limit / 2);
        var memory = new BodyMemory(Limit);
        var (first, second, third, small) = (new SlowBody(memory, "192.0.2.1"), new SlowBody(memory, "192.0.2.2"), new SlowBody(memory, "192.0.2.3"), new SlowBody(memory, "192.0.2.4"));
        await first.WriteAsync(Half);
        await second.WriteAsync(Half);
        await small.WriteAsync(BodyMemory.Uncounted);
        Assert.False(first.Reading.IsCompleted || second.Reading.IsCompleted || small.Reading.IsCompleted);

        await third.WriteAsync(BodyMemory.Uncounted + 1);
        Assert.Equal(([], RejectionReason.BodyMemoryFull), await third.Reading.WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken));

        // Whoever was first ends well, and leaves room.
        Assert.Equal(Half, await first.EndAsync());
        Assert.Equal(BodyMemory.Uncounted, await small.EndAsync());
        var fourth = new SlowBody(memory, "192.0.2.3");
        await fourth.WriteAsync(Half);
        Assert.Equal(Half, await fourth.EndAsync());
        Assert.Equal(Half, await second.EndAsync());
    }

    [Fact]
    [Trait("Attack", "A57")]
    public async Task Read_BodiesOfOneOriginThatArriveSlowly_HoldNoMoreThanHalfOfIt()
    {
        const int Quarter = BodyMemory.Uncounted + (Limit / 4);
        var memory = new BodyMemory(Limit);
        var (first, second, third, other) = (new SlowBody(memory, "2001:db8::1"), new SlowBody(memory, "2001:db8::2"), new SlowBody(memory, "2001:db8::3"), new SlowBody(memory, "2001:db8:1::1"));
        await first.WriteAsync(Quarter);
        await second.WriteAsync(Quarter);

        await third.WriteAsync(Quarter);
        await other.WriteAsync(Quarter);

        Assert.Equal(([], RejectionReason.BodyMemoryFull), await third.Reading.WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken));
        foreach (var body in (SlowBody[])[first, second, other])
        {
            Assert.Equal(Quarter, await body.EndAsync());
        }
    }

    [Fact]
    public async Task Read_BodyThatIsAloneAndLargerThanAllMayHold_IsRead()
    {
        var body = new SlowBody(new BodyMemory(1), "192.0.2.1");
        await body.WriteAsync(Limit / 2);
        await body.WriteAsync(Limit / 2);

        Assert.Equal(Limit, await body.EndAsync());
    }

    [Fact]
    public async Task Read_RequestThatIsAborted_IsNotCalledSlow()
    {
        using var aborted = new CancellationTokenSource();
        var reading = BodyReader.ReadAsync(RequestOf(new Pipe().Reader, contentLength: 2), Limit, Plenty, new FakeTimeProvider(), aborted.Token).AsTask();

        await aborted.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(408, nameof(RejectionReason.BodyTooSlow))]
    [InlineData(413, nameof(RejectionReason.BodyTooLarge))]
    [InlineData(400, nameof(RejectionReason.BodyIncomplete))]
    [InlineData(null, nameof(RejectionReason.BodyIncomplete))]
    public async Task Read_WhatTheServerRefuses_IsRefused(int? status, string reason)
    {
        var body = new Pipe();
        await body.Writer.CompleteAsync(status is { } code ? new BadHttpRequestException("Refused.", code) : new IOException("Bad chunk size data."));

        var (read, rejection) = await BodyReader.ReadAsync(RequestOf(body.Reader, contentLength: null), Limit, Plenty, TimeProvider.System, CancellationToken.None);

        Assert.Equal(Enum.Parse<RejectionReason>(reason), rejection);
        Assert.Empty(read);
    }

    [Fact]
    public async Task Read_ConnectionThatBreaks_IsNotTheSendersFault()
    {
        var body = new Pipe();
        await body.Writer.CompleteAsync(new IOException("Reset by the peer."));

        await Assert.ThrowsAsync<IOException>(async () => await BodyReader.ReadAsync(RequestOf(body.Reader, contentLength: null), Limit, Plenty, TimeProvider.System, new CancellationToken(true)));
    }

    [Fact]
    public async Task Read_FaultOfOurs_IsNotTheSendersFault()
    {
        var body = new Pipe();
        await body.Reader.CompleteAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await BodyReader.ReadAsync(RequestOf(body.Reader, contentLength: null), Limit, Plenty, TimeProvider.System, CancellationToken.None));
    }

    private static async Task<(byte[] Body, RejectionReason? Rejection)> ReadAsync(Stream body, long? contentLength)
    {
        var context = new DefaultHttpContext { Request = { Body = body, ContentLength = contentLength } };
        return await BodyReader.ReadAsync(context.Request, Limit, Plenty, TimeProvider.System, CancellationToken.None);
    }

    private static HttpRequest RequestOf(PipeReader body, long? contentLength)
    {
        var context = new DefaultHttpContext { Request = { ContentLength = contentLength } };
        context.Features.Set<IRequestBodyPipeFeature>(new GivenBody(body));
        return context.Request;
    }

    /// <summary>A body as a server gives it, which knows what has arrived.</summary>
    private sealed record GivenBody(PipeReader Reader) : IRequestBodyPipeFeature;

    private sealed class SlowBody
    {
        private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0, readerScheduler: PipeScheduler.Inline));

        public SlowBody(BodyMemory memory, string remote)
        {
            var request = RequestOf(_pipe.Reader, contentLength: null);
            request.HttpContext.Connection.RemoteIpAddress = IPAddress.Parse(remote);
            Reading = BodyReader.ReadAsync(request, Limit, memory, new FakeTimeProvider(), CancellationToken.None).AsTask();
        }

        public Task<(byte[] Body, RejectionReason? Rejection)> Reading { get; }

        public async Task WriteAsync(int bytes) => await _pipe.Writer.WriteAsync(new byte[bytes], TestContext.Current.CancellationToken);

        public async Task<int> EndAsync()
        {
            await _pipe.Writer.CompleteAsync();
            var (body, rejection) = await Reading.WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken);
            Assert.Null(rejection);
            return body.Length;
        }
    }

    private sealed class NoClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => throw new InvalidOperationException("Nobody may wait.");
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
