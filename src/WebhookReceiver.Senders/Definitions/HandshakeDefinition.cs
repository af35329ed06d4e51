using System.Collections.ObjectModel;

namespace WebhookReceiver.Senders;

/// <summary>
/// A request that proves to the sender that the endpoint is alive or is ours. It is answered and never stored. Its templates
/// take literals, <c>{header:…}</c> and <c>{query:…}</c>, and with POST <c>{json:…}</c> and <c>{form:…}</c> as well. Immutable;
/// safe to share between threads.
/// </summary>
public sealed record HandshakeDefinition
{
    /// <summary>A name for logs and docs, such as <c>url_verification</c>; not empty.</summary>
    public required string Name { get; init; }

    /// <summary>The HTTP method: <c>GET</c>, <c>HEAD</c>, <c>OPTIONS</c> or <c>POST</c>, in upper case. The default is POST.</summary>
    public string Method { get; init; } = "POST";

    /// <summary>Whether the request must carry a valid signature. The default is <see langword="true"/>.</summary>
    public bool Verified { get; init; } = true;

    /// <summary>
    /// What the request must hold, all of it: template → exact text; <c>*</c> is any text that is present. Numbers, true and false of JSON
    /// are compared as they are written. At least one condition with POST.
    /// </summary>
    public required IReadOnlyDictionary<string, string> When { get; init; }

    /// <summary>
    /// The template whose value must equal the source's handshake secret (compared in constant time);
    /// <see langword="null"/> (the default) for no guard.
    /// </summary>
    public string? SecretEquals { get; init; }

    /// <summary>
    /// The HTTP status of a refusal, 400 to 499: the guard does not hold, or the request lacks what the reply needs. The default is 403.
    /// </summary>
    public int RefusedStatus { get; init; } = 403;

    /// <summary>Values that the reply can name as <c>{computed:name}</c>. None by default.</summary>
    public IReadOnlyDictionary<string, ComputedDefinition> Computed { get; init; } = ReadOnlyDictionary<string, ComputedDefinition>.Empty;

    /// <summary>The answer.</summary>
    public required HandshakeReply Reply { get; init; }
}

/// <summary>
/// The answer to a handshake. Its templates take <c>{publicUrl}</c> and <c>{computed:…}</c> as well. Immutable; safe to share between threads.
/// </summary>
public sealed record HandshakeReply
{
    /// <summary>The HTTP status, 200 to 299. The default is 200.</summary>
    public int Status { get; init; } = 200;

    /// <summary>
    /// <c>text/plain</c> or <c>application/json</c>, with or without parameters. The default is <c>text/plain; charset=utf-8</c>.
    /// </summary>
    public string ContentType { get; init; } = "text/plain; charset=utf-8";

    /// <summary>
    /// Headers of the answer: name → template. None that says how the body is to be read or framed, and no cookie. None by default.
    /// </summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>A template of the body, such as <c>{query:hub.challenge}</c>. Parts are JSON-escaped where the media type is JSON. Empty by default.</summary>
    public string Body { get; init; } = "";
}
