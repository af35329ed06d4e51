using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>What templates read besides the request itself. The default value has nothing of it.</summary>
public readonly record struct TemplateScope
{
    /// <summary>The SHA-256 of the body, for <c>{digest}</c>.</summary>
    public byte[]? Digest { get; init; }

    /// <summary>The element of a batch, for <c>{item:…}</c>, <c>{itemKey:…}</c> and <c>{itemDigest}</c>.</summary>
    public JsonElement? Item { get; init; }

    /// <summary>The number of the element, from 0, for <c>{index}</c>.</summary>
    public int Index { get; init; }

    /// <summary>Whether numbers, true and false count as text, as they are written.</summary>
    public bool Numbers { get; init; }

    /// <summary>What a handshake has computed, by name, for <c>{computed:…}</c>.</summary>
    internal IReadOnlyDictionary<string, string>? Computed { get; init; }

    /// <summary>The source's second secret, for <c>{handshakeSecret}</c>. Not public: the text form of a record shows what is.</summary>
    internal string? HandshakeSecret { get; init; }
}
