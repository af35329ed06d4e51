namespace WebhookReceiver.Senders;

/// <summary>What a handshake is answered with, or that it is refused. Immutable; safe to share between threads.</summary>
public sealed record HandshakeAnswer
{
    /// <summary>The handshake's name: <see cref="HandshakeDefinition.Name"/>.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Whether it is refused: the guard does not hold, or the request lacks what the reply needs or has too much of it. The status is then the
    /// row's for a refusal, and there is nothing else.
    /// </summary>
    public bool IsRefused { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>The media type of the body: <c>text/plain</c> or <c>application/json</c>. It can echo text of the request, which no browser may take for a page.</summary>
    public string ContentType { get; init; } = "";

    /// <summary>Headers of the answer, each once. Their values are printable ASCII. None by default.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The body; empty for none.</summary>
    public string Body { get; init; } = "";
}
