using System.Diagnostics.CodeAnalysis;

namespace WebhookReceiver.Senders;

/// <summary>A row, compiled once: verifies without allocating, and signs. Immutable; safe to share between threads.</summary>
public sealed class SenderPlan
{
    /// <summary>The most signatures that one header may carry.</summary>
    public const int MaxSignatures = 8;

    /// <summary>The longest signature header in characters.</summary>
    public const int MaxSignatureHeaderLength = 1024;

    private SenderPlan(SenderDefinition definition) => Definition = definition;

    /// <summary>The row this plan was made from, with the overrides applied.</summary>
    public SenderDefinition Definition { get; }

    /// <summary>Where the envelope stands.</summary>
    public EventMap Event => throw new NotImplementedException();

    /// <summary>Whether any scheme signs the public URL, so that one must be configured.</summary>
    public bool SignsUrl => throw new NotImplementedException();

    /// <summary>The template of the signed id of a scheme; <see langword="null"/> where the scheme signs none.</summary>
    public Template? SignedId(int schemeIndex) => throw new NotImplementedException();

    /// <summary>Compiles a row.</summary>
    /// <exception cref="SenderFileException">A template or a location does not fit; the message names it.</exception>
    public static SenderPlan Compile(SenderDefinition definition, SenderOverrides? overrides = null) => throw new NotImplementedException();

    /// <summary>Decodes a secret by the key rules of the sender's schemes.</summary>
    /// <param name="secret">The text as configured.</param>
    /// <param name="key">The key.</param>
    /// <param name="problem">What is wrong, in words that never repeat the secret.</param>
    public bool TryCreateKey(string secret, [NotNullWhen(true)] out SenderKey? key, [NotNullWhen(false)] out string? problem) =>
        throw new NotImplementedException();

    /// <summary>Verifies a request over its exact bytes, with every key, in constant time.</summary>
    /// <param name="request">The request.</param>
    /// <param name="keys">The live keys, newest first.</param>
    /// <param name="now">The receiver's clock.</param>
    public SignatureVerdict Verify<TRequest>(ref readonly TRequest request, ReadOnlySpan<SenderKey> keys, DateTimeOffset now)
        where TRequest : ISignedRequest, allows ref struct => throw new NotImplementedException();

    /// <summary>Signs a body as the sender would, by the row's first scheme.</summary>
    /// <returns>The headers to send: the signature and whatever it covers.</returns>
    public IReadOnlyList<KeyValuePair<string, string>> Sign(SigningInput input, SenderKey key) => throw new NotImplementedException();
}

/// <summary>What the operator may change of a row. <see langword="null"/> keeps the row's own.</summary>
/// <param name="SignatureHeader">The name of the signature header.</param>
/// <param name="EventIdHeader">The header that carries the event's id; only where the scheme does not sign one.</param>
/// <param name="Tolerance">How far the signed time may be from the receiver's clock; only where the scheme signs one.</param>
public sealed record SenderOverrides(string? SignatureHeader = null, string? EventIdHeader = null, TimeSpan? Tolerance = null);

/// <summary>What is to be signed.</summary>
/// <param name="Body">The exact body.</param>
/// <param name="Id">The event's id, used where the scheme signs one or the row reads it from a header.</param>
/// <param name="SignedAt">The time of signing, used where the scheme signs one.</param>
/// <param name="Url">The public URL, needed where the scheme signs it.</param>
public readonly record struct SigningInput(ReadOnlyMemory<byte> Body, string Id, DateTimeOffset SignedAt, string? Url = null);

/// <summary>The compiled <see cref="EventMapDefinition"/>.</summary>
/// <param name="Id">Templates of the id, in order.</param>
/// <param name="Type">Templates of the type, in order.</param>
/// <param name="TypeGrammar">The grammar of types.</param>
/// <param name="Timestamp">Templates of the time, in order.</param>
/// <param name="Data">Parts that are the data, in order.</param>
public sealed record EventMap(
    IReadOnlyList<Template> Id, IReadOnlyList<Template> Type, TypeGrammar TypeGrammar, IReadOnlyList<Template> Timestamp, IReadOnlyList<TemplatePart> Data);
