using System.Net.Http.Headers;
using System.Text;
using System.Text.Unicode;

namespace WebhookReceiver.Senders;

/// <summary><c>multipart/form-data</c> (RFC 7578): the fields, without the files.</summary>
internal static class MultipartText
{
    private const int MaxParts = 1024;
    private const int MaxBoundaryLength = 70;

    /// <returns>The fields in their order; <see langword="null"/> with a problem where it is no form.</returns>
    public static List<KeyValuePair<string, string>>? Parse(ReadOnlySpan<byte> body, string? contentType, out string? problem)
    {
        problem = "The body is not a multipart form in UTF-8.";
        if (Boundary(contentType) is not { } boundary)
        {
            return null;
        }

        var fields = new List<KeyValuePair<string, string>>();
        byte[] delimiter = Encoding.ASCII.GetBytes("\r\n--" + boundary);
        ReadOnlySpan<byte> first = delimiter.AsSpan(2);
        if (!body.StartsWith(first))
        {
            int start = body.IndexOf(delimiter);
            if (start < 0)
            {
                return null;
            }

            body = body[(start + 2)..];
        }

        body = body[first.Length..];
        for (int parts = 0; !body.StartsWith("--"u8); parts++)
        {
            int end = body.IndexOf(delimiter);
            if (end < 2 || parts == MaxParts || !body.StartsWith("\r\n"u8) || !TryReadPart(body[2..end], fields))
            {
                return null;
            }

            body = body[(end + delimiter.Length)..];
        }

        problem = null;
        return fields;
    }

    /// <summary>A form of one field, for samples and tests.</summary>
    public static byte[] Write(string contentType, string name, byte[] value)
    {
        string boundary = Boundary(contentType) ?? throw new ArgumentException("The content type has no boundary.");
        return
        [
            .. Encoding.ASCII.GetBytes($"--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n"),
            .. value,
            .. Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n"),
        ];
    }

    private static bool TryReadPart(ReadOnlySpan<byte> part, List<KeyValuePair<string, string>> fields)
    {
        int blank = part.IndexOf("\r\n\r\n"u8);
        if (blank < 0)
        {
            return false;
        }

        foreach (string line in Encoding.UTF8.GetString(part[..blank]).Split("\r\n"))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0
                || !line.AsSpan(0, colon).Equals("Content-Disposition", StringComparison.OrdinalIgnoreCase)
                || !ContentDispositionHeaderValue.TryParse(line[(colon + 1)..], out ContentDispositionHeaderValue? disposition)
                || disposition.Name is not { } name)
            {
                continue;
            }

            ReadOnlySpan<byte> value = part[(blank + 4)..];
            if (disposition.FileName is null && disposition.FileNameStar is null)
            {
                if (!Utf8.IsValid(value))
                {
                    return false;
                }

                fields.Add(new(name.Trim('"'), Encoding.UTF8.GetString(value)));
            }

            return true;
        }

        return false;
    }

    private static string? Boundary(string? contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type))
        {
            return null;
        }

        string? boundary = type.Parameters.FirstOrDefault(parameter => parameter.Name.Equals("boundary", StringComparison.OrdinalIgnoreCase))?.Value?.Trim('"');
        return boundary is { Length: > 0 and <= MaxBoundaryLength } && Ascii.IsValid(boundary) ? boundary : null;
    }
}
