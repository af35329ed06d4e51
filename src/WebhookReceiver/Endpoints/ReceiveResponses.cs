using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using WebhookReceiver.Inbox;
using WebhookReceiver.Senders;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Endpoints;

/// <summary>Writes the answer to a delivery.</summary>
internal static class ReceiveResponses
{
    private const string JsonType = "application/json; charset=utf-8";

    public static Task WriteAsync(HttpResponse response, WebhookSource source, InboxEvent[] events)
    {
        var answer = source.Plan.Definition.Answer;
        response.StatusCode = answer.Status;
        if (answer.Body is { } text)
        {
            return WriteTextAsync(response, "text/plain; charset=utf-8", text);
        }

        if (answer.Status == StatusCodes.Status204NoContent)
        {
            return Task.CompletedTask;
        }

        response.ContentType = JsonType;
        return source.Plan.Event.Each.Count == 0 ? WriteReceiptAsync(response, events[0]) : WriteReceiptsAsync(response, events);
    }

    public static Task WriteAsync(HttpResponse response, HandshakeAnswer answer)
    {
        response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            response.Headers[name] = value;
        }

        // The reply can echo text of the request: no browser may take it for a page, whatever the row says.
        response.Headers.XContentTypeOptions = "nosniff";
        return answer.Body.Length == 0 ? Task.CompletedTask : WriteTextAsync(response, answer.ContentType, answer.Body);
    }

    public static Task WriteAsync(HttpResponse response, ReceiveResult.Rejected rejected, RejectionAnswer answer, string deliveryId)
    {
        response.StatusCode = answer.Status;
        if (answer.RetryAfterSeconds > 0)
        {
            response.Headers.RetryAfter = answer.RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        if (answer.ClosesConnection)
        {
            response.Headers.Connection = "close";
        }

        response.ContentType = "application/problem+json";
        return WriteJsonAsync(response, json =>
        {
            json.WriteString("type", answer.Error.Type);
            json.WriteString("title", answer.Error.Title);
            json.WriteNumber("status", answer.Status);
            json.WriteString("code", answer.Error.Code);
            json.WriteString("deliveryId", deliveryId);
            if (rejected.Detail is { } detail)
            {
                json.WriteString("detail", detail);
            }

            if (rejected.Errors is { } errors)
            {
                json.WriteStartObject("errors");
                foreach (var (pointer, messages) in errors)
                {
                    json.WriteStartArray(pointer);
                    foreach (var message in messages)
                    {
                        json.WriteStringValue(message);
                    }

                    json.WriteEndArray();
                }

                json.WriteEndObject();
            }
        });
    }

    /// <summary>A new id for a delivery that has no event.</summary>
    public static string NewDeliveryId()
    {
        Span<byte> bytes = stackalloc byte[12];
        RandomNumberGenerator.Fill(bytes);
        return "whd_" + Base64Url.EncodeToString(bytes);
    }

    // The answer to the usual delivery: ids are URL-safe, so that nothing needs escaping.
    private static Task WriteReceiptAsync(HttpResponse response, InboxEvent stored)
    {
        Span<byte> id = stackalloc byte[PublicId.Length];
        PublicId.Format(stored.Seq, stored.Token, id);
        Span<byte> buffer = stackalloc byte[128];
        var ok = System.Text.Unicode.Utf8.TryWrite(buffer, $"{{\"id\":\"{(ReadOnlySpan<byte>)id}\",\"status\":\"{StatusOf(stored)}\"}}", out var length);
        System.Diagnostics.Debug.Assert(ok, "An id has at most 64 characters.");
        response.ContentLength = length;
        buffer[..length].CopyTo(response.BodyWriter.GetSpan(length));
        response.BodyWriter.Advance(length);

        // The server flushes when the request ends: headers and body then leave in one write.
        return Task.CompletedTask;
    }

    // A batch: the id is the first event's, and it is a duplicate if there was nothing new in it.
    private static Task WriteReceiptsAsync(HttpResponse response, InboxEvent[] events) => WriteJsonAsync(response, json =>
    {
        if (events is [var first, ..])
        {
            json.WriteString("id", first.PublicId);
        }

        json.WriteString("status", StatusOf(Array.Find(events, static part => !part.IsDuplicate) ?? events.FirstOrDefault()));
        json.WriteStartArray("events");
        foreach (var part in events)
        {
            json.WriteStartObject();
            WriteReceipt(json, part);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static void WriteReceipt(Utf8JsonWriter json, InboxEvent stored)
    {
        json.WriteString("id", stored.PublicId);
        json.WriteString("status", StatusOf(stored));
    }

    private static string StatusOf(InboxEvent? stored) => stored is { IsDuplicate: true } ? "duplicate" : "accepted";

    private static Task WriteTextAsync(HttpResponse response, string contentType, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        response.ContentType = contentType;
        response.ContentLength = bytes.Length;
        return response.Body.WriteAsync(bytes).AsTask();
    }

    private static async Task WriteJsonAsync(HttpResponse response, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        var json = new Utf8JsonWriter(buffer);
        await using (json.ConfigureAwait(false))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        response.ContentLength = buffer.Length;
        await response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length)).ConfigureAwait(false);
    }
}
