using System.Security.Cryptography;
using System.Text;

namespace WebhookReceiver.Senders;

/// <summary>A handshake, prepared: every template is read.</summary>
internal sealed class CompiledHandshake
{
    private readonly KeyValuePair<Template, string>[] _when;
    private readonly Template? _guard;
    private readonly ComputedValue[] _computed;
    private readonly HandshakeReplyWriter _reply;

    public CompiledHandshake(HandshakeDefinition definition)
    {
        Definition = definition;
        _when = [.. definition.When.Select(when => KeyValuePair.Create(Template.Parse(when.Key), when.Value))];
        _guard = definition.SecretEquals is { } guard ? Template.Parse(guard) : null;
        _computed = [.. definition.Computed.Select(computed => new ComputedValue(computed.Key, computed.Value))];
        _reply = new HandshakeReplyWriter(definition);
        TemplatePart[] parts = [.. Templates().SelectMany(template => template.Parts)];
        ReadsBody = parts.Any(part => part.Kind is TemplatePartKind.Json or TemplatePartKind.FormField);
        NeedsUrl = parts.Any(part => part.Kind == TemplatePartKind.PublicUrl);
        NeedsSecret = _guard is not null || parts.Any(part => part.Kind == TemplatePartKind.HandshakeSecret);
    }

    public HandshakeDefinition Definition { get; }

    /// <summary>Whether any of it stands in the body.</summary>
    public bool ReadsBody { get; }

    public bool NeedsUrl { get; }

    public bool NeedsSecret { get; }

    public bool Matches<TRequest>(ref readonly TRequest request)
        where TRequest : ISignedRequest, allows ref struct
    {
        var scope = new TemplateScope { Numbers = true };
        foreach ((Template template, string expected) in _when)
        {
            if (HandshakeText.Read(template, in request, in scope) is not { } value || (expected != "*" && value != expected))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Answers a request that matches.</summary>
    public HandshakeAnswer Answer<TRequest>(ref readonly TRequest request, ReadOnlySpan<SenderKey> keys, string? handshakeSecret)
        where TRequest : ISignedRequest, allows ref struct
    {
        var scope = new TemplateScope { Numbers = true };
        if (_guard is not null && !IsSecret(HandshakeText.Read(_guard, in request, in scope), handshakeSecret))
        {
            return Refused();
        }

        scope = scope with { HandshakeSecret = handshakeSecret };
        var computed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (ComputedValue value in _computed)
        {
            if (value.Compute(in request, in scope, keys) is not { } text)
            {
                return Refused();
            }

            computed[value.Name] = text;
        }

        return _reply.TryWrite(in request, new TemplateScope { Numbers = true, Computed = computed }) ?? Refused();
    }

    private HandshakeAnswer Refused() => new() { Name = Definition.Name, IsRefused = true, Status = Definition.RefusedStatus };

    private IEnumerable<Template> Templates()
    {
        IEnumerable<Template> templates = _when.Select(when => when.Key).Concat(_computed.Select(computed => computed.Content)).Concat(_reply.Templates);
        return _guard is null ? templates : templates.Append(_guard);
    }

    // Hashed first, so that the comparison does not tell how long the secret is.
    private static bool IsSecret(string? claimed, string? secret) => claimed is not null && secret is { Length: > 0 }
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(claimed)), SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
