using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace WebhookReceiver.Endpoints;

/// <summary>Reads a body once, whole, bounded and in bounded time, into the one array that is verified, stored and handled.</summary>
internal static class BodyReader
{
    // A chunk of one byte takes six; the rest is room for extensions.
    private const int MostFraming = 8;
    private const int LastChunk = 1024;

    private const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel.Core";

    private const int Mebibyte = 1024 * 1024;
    private const int LeastSeconds = 10;

    /// <summary>Reads the body.</summary>
    /// <returns>The bytes, or why there are none.</returns>
    /// <exception cref="OperationCanceledException">The request was aborted.</exception>
    public static async ValueTask<(byte[] Body, RejectionReason? Rejection)> ReadAsync(
        HttpRequest request, int maxBytes, BodyMemory memory, TimeProvider clock, CancellationToken aborted)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            // A row may take more than the server's default. Without any limit the server would, to keep the connection, read on after our
            // 413, and of endless chunks that is whatever the client can send for five seconds. It counts the framing of chunks as well.
            limit.MaxRequestBodySize = (MostFraming * (long)maxBytes) + LastChunk;
        }

        if (request.ContentLength > maxBytes)
        {
            return ([], RejectionReason.BodyTooLarge);
        }

        var reader = request.BodyReader;
        try
        {
            // The usual body came with its headers: nobody waits for it, and no clock is set.
            return reader.TryRead(out var read) && TryTake(request, reader, read.Buffer, read.IsCompleted, maxBytes) is { } taken
                ? taken
                : await WaitAsync(request, reader, maxBytes, memory, clock, aborted).ConfigureAwait(false);
        }
        catch (BadHttpRequestException error)
        {
            return ([], error.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => RejectionReason.BodyTooLarge,
                StatusCodes.Status408RequestTimeout => RejectionReason.BodyTooSlow, // the server has a least rate of its own
                _ => RejectionReason.BodyIncomplete,
            });
        }
        catch (Exception error) when (IsMalformed(error) && !aborted.IsCancellationRequested)
        {
            return ([], RejectionReason.BodyIncomplete);
        }
    }

    /// <summary>
    /// How Kestrel says that the length of a chunk is beyond all numbers, and that a trailer has a NUL in it. That a connection was reset is an <see cref="IOException"/> as well,
    /// and nobody is there then to be told. An invalid operation of anybody else is a fault of ours, and not the sender's.
    /// </summary>
    private static bool IsMalformed(Exception error) =>
        error is InvalidOperationException { Source: Kestrel } || error is IOException and not ConnectionResetException;

    /// <summary>The server's least rate lets a body of many drops take for ever; this is the limit for the whole of it.</summary>
    private static async ValueTask<(byte[] Body, RejectionReason? Rejection)> WaitAsync(
        HttpRequest request, PipeReader reader, int maxBytes, BodyMemory memory, TimeProvider clock, CancellationToken aborted)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(LeastSeconds + ((request.ContentLength ?? maxBytes) / Mebibyte)), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, aborted);
        using var held = memory.Begin(request.HttpContext.Connection.RemoteIpAddress);
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(either.Token).ConfigureAwait(false);
                var length = read.Buffer.Length;
                if (TryTake(request, reader, read.Buffer, read.IsCompleted, maxBytes) is { } taken)
                {
                    return taken;
                }

                if (!held.TryGrow(length))
                {
                    return ([], RejectionReason.BodyMemoryFull);
                }
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !aborted.IsCancellationRequested)
        {
            return ([], RejectionReason.BodyTooSlow);
        }
    }

    /// <returns><see langword="null"/> while there is more to come.</returns>
    private static (byte[] Body, RejectionReason? Rejection)? TryTake(HttpRequest request, PipeReader reader, in ReadOnlySequence<byte> buffer, bool isAll, int maxBytes)
    {
        if (buffer.Length > maxBytes)
        {
            // Consumed, because the answer can be held back, and these bytes shall not be held with it.
            reader.AdvanceTo(buffer.End);
            return ([], RejectionReason.BodyTooLarge);
        }

        if (isAll)
        {
            var body = buffer.ToArray();
            reader.AdvanceTo(buffer.End);
            return request.ContentLength is { } length && length != body.Length ? ([], RejectionReason.BodyIncomplete) : (body, null);
        }

        // Nothing is consumed until all is there, so that the bytes are copied once.
        reader.AdvanceTo(buffer.Start, buffer.End);
        return null;
    }
}
