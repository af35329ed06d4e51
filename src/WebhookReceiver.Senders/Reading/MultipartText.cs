using System.Net.Http.Headers;
using System.Text;
using System.Text.Unicode;

namespace WebhookReceiver.Senders;

/// <summary><c>multipart/form-data</c> (RFC 7578): the fields, without the files.</summary>
internal static class MultipartText
{
    private const int MaxParts = 1024;
    private const string Disposition = "Content-Disposition:";
    private const int MaxBoundaryLength = 70;

    public static bool IsType(string contentType) => contentType.AsSpan().TrimStart().StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase);

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

    /// <summary>A form of these fields, for samples and tests.</summary>
    public static byte[] Write(string contentType, IEnumerable<KeyValuePair<string, string>> fields)
    {
        string boundary = Boundary(contentType) ?? throw new ArgumentException("The content type has no boundary.");
        IEnumerable<string> parts = fields.Select(field => $"--{boundary}\r\nContent-Disposition: form-data; name=\"{field.Key}\"\r\n\r\n{field.Value}\r\n");
        return Encoding.UTF8.GetBytes(string.Concat(parts) + $"--{boundary}--\r\n");
    }

    private static bool TryReadPart(ReadOnlySpan<byte> part, List<KeyValuePair<string, string>> fields)
    {
        int blank = part.IndexOf("\r\n\r\n"u8);
        if (blank < 0)
        {
            return false;
        }

        // One line that says what the part is: of two, two readers could take different ones.
        string[] lines = [.. Encoding.UTF8.GetString(part[..blank]).Split("\r\n").Where(line => line.StartsWith(Disposition, StringComparison.OrdinalIgnoreCase))];
        if (lines is not [var line]
            || !ContentDispositionHeaderValue.TryParse(line[Disposition.Length..], out ContentDispositionHeaderValue? disposition)
            || disposition is not { DispositionType: "form-data", Name: { } name })
        {
            return false;
        }

        if (disposition.FileName is not null || disposition.FileNameStar is not null)
        {
            return true;
        }

        ReadOnlySpan<byte> value = part[(blank + 4)..];
        if (!Utf8.IsValid(value))
        {
            return false;
        }

        fields.Add(new(name.Trim('"'), Encoding.UTF8.GetString(value)));
        return true;
    }

    private static string? Boundary(string? contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type))
        {
            return null;
        }

        // Of two boundaries, two readers could take different ones.
        string?[] boundaries = [.. type.Parameters.Where(parameter => parameter.Name.Equals("boundary", StringComparison.OrdinalIgnoreCase)).Select(parameter => parameter.Value?.Trim('"'))];
        return boundaries is [{ Length: > 0 and <= MaxBoundaryLength } boundary] && Ascii.IsValid(boundary) ? boundary : null;
    }
}
