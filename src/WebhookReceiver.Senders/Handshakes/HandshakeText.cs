namespace WebhookReceiver.Senders;

/// <summary>Reads the templates of a handshake. What is absent, stands there twice, or is no text, as half of a surrogate pair in JSON, is none.</summary>
internal static class HandshakeText
{
    public static string? Read<TRequest>(Template template, ref readonly TRequest request, in TemplateScope scope)
        where TRequest : ISignedRequest, allows ref struct
    {
        try
        {
            return TemplateReader.Read(template, in request, in scope);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public static string? Read<TRequest>(TemplatePart part, ref readonly TRequest request, in TemplateScope scope)
        where TRequest : ISignedRequest, allows ref struct
    {
        try
        {
            return TemplateReader.Read(part, in request, in scope);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
