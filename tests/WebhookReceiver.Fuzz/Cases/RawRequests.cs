using System.Text;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Fuzz.Cases;

/// <summary>Requests that are none, or whose line, headers or framing are odd, around a delivery that is right.</summary>
internal static class RawRequests
{
    private static readonly string[] Methods =
        ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT", "post", "POST ", " POST", "P\u00d6ST", "PO\0ST", "", "PRI", new('M', 200)];

    private static readonly string[] Targets =
    [
        "//webhook", "/webhook/", "/WEBHOOK/plain", "/webhook/pl%61in", "/webhook/%2fplain", "/webhook/plain/", "/webhook/plain/x", "/a/../webhook/plain", "/webhook/./plain", "/webhook/..", "/webhook/unknown", "/webhook/plain?",
        "/webhook/plain?x=1&x=%zz", "/webhook/%00", "/webhook/%ff", "/webhook/plain#x", "/api/v1/events", "/livez", "/metrics", "*", "/", "", "http://evil.example/webhook/plain", "http://", "/webhook/" + new string('a', 9_000), "/web\0hook",
        "/webhook/slack?ssl_check=1", "/webhook/{source}", "\\webhook\\plain", "/webhook/plain;x",
    ];

    private static readonly string[] Versions = ["HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/0.9", "HTTP/1.1 ", "http/1.1", "HTTP/1.1\0", "HTTP/", "", "HTTP/1.1\r", "HTTP/11"];

    private static readonly string[] Headers =
    [
        "Content-Length: 5", "Content-Length: +2", "Content-Length: -1", "Content-Length: 2, 2", "Content-Length: 0x10", "Content-Length: 99999999999999999999", "Content-Length: 1073741824", "Content-Length:", "Content-Length: 1 1",
        "Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: identity", "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: xchunked", "Transfer-Encoding: \tchunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer_Encoding: chunked", "Transfer-Encoding : chunked", "Host: a", "Host:", "Host: a b", "Host: hooks.example.com:99999", "Content-Encoding: gzip", "Content-Encoding: identity", "Content-Encoding: gzip, identity", "Content-Encoding: br\r\nContent-Encoding: identity",
        "Expect: 100-continue", "Expect: x", "Connection: close", "Connection: upgrade\r\nUpgrade: websocket", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAAA", "Connection: keep-alive, close", "Keep-Alive: timeout=0",
        "X-Forwarded-Proto: https", "X-Forwarded-For: 127.0.0.1, ::1, unknown", "X-Forwarded-Host: evil", "Forwarded: for=x", "X-HTTP-Method-Override: GET", "X-Original-URL: /api/v1/events", "Cookie: a=b; c", "Trailer: webhook-signature", "TE: trailers",
        "no colon", ": no name", "Space : before", " folded: x", "X: a\r\n b", "X: a\n b", "X: \0", "X: \u00ff", "X: \u001b[31m", "X\0: a", "X: a\rb", "\u00e9: a", "X-Event-Id: " + new string('\t', 3) + "x", "X:" + new string('x', 40_000), "webhook-id: a\r\nwebhook-id: b",
        string.Join("\r\n", Enumerable.Range(0, 120).Select(static n => $"X-{n}: {n}")),
    ];

    // Not the preface of HTTP/2, which the server answers in HTTP/2.
    private static readonly byte[][] Garbage =
    [
        [], "\r\n"u8.ToArray(), "\r\n\r\n\r\n"u8.ToArray(), "\n"u8.ToArray(), "\0\0\0\0"u8.ToArray(), "GET"u8.ToArray(), "POST /webhook/plain"u8.ToArray(),
        [0x16, 0x03, 0x01, 0x00, 0x05, 0x01, 0x00, 0x00, 0x01, 0x03], "GET /\r\n"u8.ToArray(), "HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), "POST /webhook/plain HTTP/1.1\r\n\r\n"u8.ToArray(), [.. Enumerable.Repeat((byte)'a', 10_000)],
    ];

    public static FuzzCase Make(long number, FuzzSource source, FuzzBody from, string id, DateTimeOffset at, ref Dice dice)
    {
        SignedRequest signed = source.TrySign(from.With(id), from.ContentType, id, at)!;
        byte[] right = RequestText.Write(source, from.ContentType, signed, signed.Body.Span);
        byte[] bytes = dice.Below(12) switch
        {
            0 => [.. dice.Of<byte[]>(Garbage), .. right],
            1 => [.. right, .. dice.Of<byte[]>(Garbage)],
            2 => WithLine(right, dice.Of<string>(Methods), source.Path, "HTTP/1.1"),
            3 => WithLine(right, "POST", dice.Of<string>(Targets), "HTTP/1.1"),
            4 => WithLine(right, "POST", source.Path, dice.Of<string>(Versions)),
            5 or 6 => WithHeader(right, dice.Of<string>(Headers)),
            7 => WithHeader(WithHeader(right, dice.Of<string>(Headers)), dice.Of<string>(Headers)),
            8 => RequestText.WriteChunked(source.Path, signed.Query, from.ContentType, source.Headers.Concat(signed.Headers), signed.Body.Span, ref dice),
            9 => WithByte(RequestText.WriteChunked(source.Path, signed.Query, from.ContentType, source.Headers.Concat(signed.Headers), signed.Body.Span, ref dice), ref dice),
            10 => WithByte(right, ref dice),
            _ => right[..dice.Below(right.Length)],
        };

        // Cut before its end it cannot have been accepted; whole, its answer is waited for.
        bool isAborted = dice.OneIn(3);
        return new FuzzCase(number, FuzzKind.Raw, FuzzExpectation.Any, source, isAborted ? right.AsMemory(0, dice.Below(right.Length)) : bytes, signed.Body)
        {
            MayClose = true,
            IsHead = bytes.AsSpan().StartsWith("HEAD "u8),
            Ending = isAborted ? FuzzEnding.Abort : FuzzEnding.HalfClose,
        };
    }

    private static byte[] WithLine(byte[] right, string method, string target, string version)
    {
        int end = right.AsSpan().IndexOf("\r\n"u8);
        return [.. Encoding.UTF8.GetBytes($"{method} {target} {version}"), .. right.AsSpan(end)];
    }

    private static byte[] WithHeader(byte[] right, string header)
    {
        int end = right.AsSpan().IndexOf("\r\n"u8) + 2;
        return [.. right.AsSpan(0, end), .. Encoding.Latin1.GetBytes(header), .. "\r\n"u8, .. right.AsSpan(end)];
    }

    private static byte[] WithByte(byte[] right, ref Dice dice)
    {
        byte[] changed = [.. right];
        changed[dice.Below(right.Length)] = dice.Of<byte>(" \r\n\t\0:;,\"\\/%aA0\u007f"u8);
        return changed;
    }
}
