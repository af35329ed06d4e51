using System.Text;

namespace WebhookReceiver.Senders;

/// <summary>Puts together the bytes that are signed.</summary>
/// <remarks>
/// Header text is taken as it stands and never printed again from a parsed value. Servers decode headers as UTF-8 (or as ASCII, which is
/// part of it), so encoding as UTF-8 gives back the bytes that were sent.
/// </remarks>
internal static class SignedContent
{
    public static int Measure(CompiledScheme scheme, ReadOnlySpan<ReadOnlyMemory<char>> fields, string? url, ReadOnlySpan<byte> body)
    {
        int length = 0;
        foreach (ContentPart part in scheme.Content)
        {
            length = checked(length + part.Kind switch
            {
                TemplatePartKind.Literal => part.Literal.Length,
                TemplatePartKind.Body => body.Length,
                TemplatePartKind.Url => Encoding.UTF8.GetByteCount(url!),
                _ => Encoding.UTF8.GetByteCount(fields[part.Field].Span),
            });
        }

        return length;
    }

    public static int Write(
        CompiledScheme scheme, ReadOnlySpan<ReadOnlyMemory<char>> fields, string? url, ReadOnlySpan<byte> body, Span<byte> destination)
    {
        int at = 0;
        foreach (ContentPart part in scheme.Content)
        {
            Span<byte> rest = destination[at..];
            switch (part.Kind)
            {
                case TemplatePartKind.Literal:
                    part.Literal.CopyTo(rest);
                    at += part.Literal.Length;
                    break;
                case TemplatePartKind.Body:
                    body.CopyTo(rest);
                    at += body.Length;
                    break;
                case TemplatePartKind.Url:
                    at += Encoding.UTF8.GetBytes(url, rest);
                    break;
                default:
                    at += Encoding.UTF8.GetBytes(fields[part.Field].Span, rest);
                    break;
            }
        }

        return at;
    }
}
