using WebhookReceiver.Senders;

namespace WebhookReceiver.Tests.Support;

/// <summary>A handshake of a sender: what it sends and what it wants to hear.</summary>
/// <param name="Sender">The id of the row.</param>
/// <param name="Name">The handshake's name in the row.</param>
public sealed record HandshakeCase(string Sender, string Name)
{
    public string Method { get; init; } = "POST";

    /// <summary>Without the question mark. A signature that stands in the query is added to it.</summary>
    public string Query { get; init; } = "";

    public string Body { get; init; } = "";

    /// <summary>Only of a POST.</summary>
    public string? ContentType { get; init; } = "application/json";

    public (string Name, string Value)[] Headers { get; init; } = [];

    public int Status { get; init; } = 200;

    public string ReplyType { get; init; } = "text/plain; charset=utf-8";

    public string Reply { get; init; } = "";

    public (string Name, string Value)[] ReplyHeaders { get; init; } = [];

    public HandshakeDefinition DefinitionIn(SenderDefinition row) => row.Handshakes.Single(handshake => handshake.Name == Name);
}
