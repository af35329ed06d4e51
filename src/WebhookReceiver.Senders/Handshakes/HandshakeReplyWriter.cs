using System.Text;
using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>Writes the reply of a handshake, which is mostly what the request said: bounded, escaped, and with no header that could end early.</summary>
internal sealed class HandshakeReplyWriter
{
    /// <summary>The longest body, and the longest value of a header, in characters.</summary>
    private const int MaxLength = 8 * 1024;

    private readonly HandshakeDefinition _definition;
    private readonly bool _isJson;
    private readonly Template _body;
    private readonly KeyValuePair<string, Template>[] _headers;

    public HandshakeReplyWriter(HandshakeDefinition definition)
    {
        _definition = definition;
        _isJson = definition.Reply.ContentType.StartsWith("application/json", StringComparison.Ordinal);
        _body = Template.Parse(definition.Reply.Body);
        _headers = [.. definition.Reply.Headers.Select(header => KeyValuePair.Create(header.Key, Template.Parse(header.Value)))];
    }

    public IEnumerable<Template> Templates => _headers.Select(header => header.Value).Append(_body);

    /// <returns><see langword="null"/> where the request lacks a part, or its text is none that the reply can hold.</returns>
    public HandshakeAnswer? TryWrite<TRequest>(ref readonly TRequest request, in TemplateScope scope)
        where TRequest : ISignedRequest, allows ref struct
    {
        var headers = new List<KeyValuePair<string, string>>(_headers.Length);
        foreach ((string name, Template template) in _headers)
        {
            if (Text(template, isJson: false, in request, in scope) is not { } value || !ReplyHeader.IsValue(value))
            {
                return null;
            }

            headers.Add(new(name, value));
        }

        return Text(_body, _isJson, in request, in scope) is { } body
            ? new HandshakeAnswer
            {
                Name = _definition.Name,
                Status = _definition.Reply.Status,
                ContentType = _definition.Reply.ContentType,
                Headers = headers.AsReadOnly(),
                Body = body,
            }
            : null;
    }

    private static string? Text<TRequest>(Template template, bool isJson, ref readonly TRequest request, in TemplateScope scope)
        where TRequest : ISignedRequest, allows ref struct
    {
        var text = new StringBuilder();
        foreach (TemplatePart part in template.Parts)
        {
            if (HandshakeText.Read(part, in request, in scope) is not { } value || text.Length + value.Length > MaxLength)
            {
                return null;
            }

            text.Append(isJson && part.Kind != TemplatePartKind.Literal ? JsonEncodedText.Encode(value).ToString() : value);
        }

        return text.Length <= MaxLength ? text.ToString() : null;
    }
}
