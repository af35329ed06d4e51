using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace WebhookReceiver.Endpoints;

/// <summary>Reads a body once, whole and bounded, into the one array that is verified, stored and handled.</summary>
internal static class BodyReader
{
    /// <summary>Reads the body.</summary>
    /// <returns>The bytes, or why there are none.</returns>
    public static async ValueTask<(byte[] Body, RejectionReason? Rejection)> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            // A row may take more than the server's default. Less is said to the server as well: once we have answered 413 it would go on
            // reading what is left, so as to keep the connection, and of endless chunks that is whatever the client can send.
            limit.MaxRequestBodySize = maxBytes;
        }

        if (request.ContentLength > maxBytes)
        {
            return ([], RejectionReason.BodyTooLarge);
        }

        var reader = request.BodyReader;
        while (true)
        {
            ReadResult read;
            try
            {
                read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (BadHttpRequestException error)
            {
                return ([], error.StatusCode == StatusCodes.Status413PayloadTooLarge ? RejectionReason.BodyTooLarge : RejectionReason.BodyIncomplete);
            }

            var buffer = read.Buffer;
            if (buffer.Length > maxBytes)
            {
                reader.AdvanceTo(buffer.Start, buffer.End);
                return ([], RejectionReason.BodyTooLarge);
            }

            if (read.IsCompleted)
            {
                var body = buffer.ToArray();
                reader.AdvanceTo(buffer.End);
                return request.ContentLength is { } length && length != body.Length ? ([], RejectionReason.BodyIncomplete) : (body, null);
            }

            // Nothing is consumed until all is there, so that the bytes are copied once.
            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }
}
