using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>The body as it may have been before something on the way changed it.</summary>
internal static class BodyProbes
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Indented = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true, NewLine = "\n" };

    public static IEnumerable<SignatureProbe> For(SenderPlan plan, CapturedRequest request, SenderKey[] keys)
    {
        foreach ((SignatureCause cause, string text, byte[] body) in Variants(request))
        {
            if (!body.AsSpan().SequenceEqual(request.Bytes))
            {
                yield return new SignatureProbe(cause, text, plan, request with { Bytes = body }, keys);
            }
        }
    }

    private static IEnumerable<(SignatureCause Cause, string Text, byte[] Body)> Variants(CapturedRequest request)
    {
        byte[] body = request.Bytes;
        yield return (SignatureCause.BodyNotSigned, "The signature is of an empty body: the sender signed none, or something on the way put this one in.", []);
        yield return (SignatureCause.BodyLineEnds, "Something on the way turned LF into CRLF: the signature is of the body with LF. Pass the bytes on as they are.", Replace(body, "\r\n"u8, "\n"u8));
        yield return (SignatureCause.BodyLineEnds, "Something on the way turned CRLF into LF: the signature is of the body with CRLF. Pass the bytes on as they are.", Replace(Replace(body, "\r\n"u8, "\n"u8), "\n"u8, "\r\n"u8));
        yield return (SignatureCause.BodyFinalLineEnd, "Something on the way added a line end to the body.", body.AsSpan().TrimEnd("\r\n"u8).ToArray());
        yield return (SignatureCause.BodyFinalLineEnd, "Something on the way removed the final line end of the body.", [.. body, (byte)'\n']);
        yield return (SignatureCause.BodyFinalLineEnd, "Something on the way removed the final line end of the body.", [.. body, (byte)'\r', (byte)'\n']);
        yield return (SignatureCause.BodyByteOrderMark, "Something on the way added a byte order mark to the body.", body.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? body[3..] : body);
        yield return (SignatureCause.BodyByteOrderMark, "Something on the way removed the byte order mark of the body.", [.. Encoding.UTF8.Preamble, .. body]);
        const string Rewritten = "The JSON was parsed and written anew on the way, with other white space or other escapes. Read the raw body before anything parses it, and pass it on unchanged.";
        foreach (byte[] json in Rewrites(body))
        {
            yield return (SignatureCause.BodyRewritten, Rewritten, json);
        }

        if (request.Row.FormJsonField is { } field && request.Content?.Field(field) is { } value)
        {
            yield return (SignatureCause.BodyFormField, $"The signature is of the form's field '{field}' alone, and not of the body.", Encoding.UTF8.GetBytes(value));
        }

        if (request.Row.FormJsonField is { } name && request.Format == BodyFormat.Json)
        {
            yield return (SignatureCause.BodyFormField, $"The signature is of a form whose field '{name}' is this JSON: something on the way took the field out of its form.",
                Encoding.UTF8.GetBytes($"{name}={Uri.EscapeDataString(Encoding.UTF8.GetString(body)).Replace("%20", "+", StringComparison.Ordinal)}"));
        }
    }

    private static IEnumerable<byte[]> Rewrites(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            byte[] compact = JsonSerializer.SerializeToUtf8Bytes(document.RootElement, Compact);
            string escaped = Escaped(Encoding.UTF8.GetString(compact));
            return
            [
                compact,
                Encoding.UTF8.GetBytes(escaped),
                JsonSerializer.SerializeToUtf8Bytes(document.RootElement, Indented),

                // As Python's json.dumps writes it.
                Encoding.UTF8.GetBytes(Spaced(escaped)),
            ];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // No JSON, or half a surrogate pair in it.
            return [];
        }
    }

    /// <summary>What is not ASCII as <c>\uxxxx</c>, as PHP and Python write it.</summary>
    private static string Escaped(string json)
    {
        var escaped = new StringBuilder();
        foreach (char c in json)
        {
            escaped.Append(char.IsAscii(c) ? c.ToString() : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"));
        }

        return escaped.ToString();
    }

    private static string Spaced(string json)
    {
        var spaced = new StringBuilder();
        bool isText = false;
        for (int i = 0; i < json.Length; i++)
        {
            spaced.Append(json[i]);
            if (json[i] == '"' && (i == 0 || json[i - 1] != '\\'))
            {
                isText = !isText;
            }

            if (!isText && json[i] is (':' or ','))
            {
                spaced.Append(' ');
            }
        }

        return spaced.ToString();
    }

    private static byte[] Replace(ReadOnlySpan<byte> body, ReadOnlySpan<byte> old, ReadOnlySpan<byte> fresh)
    {
        var result = new List<byte>(body.Length);
        while (body.IndexOf(old) is var at and >= 0)
        {
            result.AddRange(body[..at]);
            result.AddRange(fresh);
            body = body[(at + old.Length)..];
        }

        result.AddRange(body);
        return [.. result];
    }
}
