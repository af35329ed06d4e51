namespace WebhookReceiver.Senders;

/// <summary>One row of the catalogue: everything that is known about a sender. Immutable; safe to share between threads.</summary>
/// <remarks>Rows are data files (<c>Catalog/&lt;id&gt;.json</c>, or a user's own file) read by <see cref="SenderFile"/>.</remarks>
public sealed record SenderDefinition
{
    /// <summary>The name that a source refers to, such as <c>github</c>: lower-case letters, digits and hyphens.</summary>
    public required string Id { get; init; }

    /// <summary>The name that people know, such as <c>GitHub</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The ways in which this sender signs, at least one. The first whose signature header is present decides.</summary>
    public required IReadOnlyList<SchemeDefinition> Schemes { get; init; }

    /// <summary>Where the envelope of an event stands in a delivery.</summary>
    public required EventMapDefinition Event { get; init; }

    /// <summary>The formats of a body that this sender sends. The default is JSON alone.</summary>
    public IReadOnlyList<BodyFormat> Bodies { get; init; } = [BodyFormat.Json];

    /// <summary>The form field that holds a JSON document (GitHub and Slack: <c>payload</c>); <see langword="null"/> where there is none.</summary>
    public string? FormJsonField { get; init; }

    /// <summary>Requests that are answered at once instead of being stored. The default is none.</summary>
    public IReadOnlyList<HandshakeDefinition> Handshakes { get; init; } = [];

    /// <summary>What the sender wants to hear after an accepted delivery. The default is 200 and the receiver's own JSON.</summary>
    public AnswerDefinition Answer { get; init; } = new();

    /// <summary>The largest body in bytes. The default is 1 MiB.</summary>
    public int MaxBodyBytes { get; init; } = 1024 * 1024;

    /// <summary>How deep the JSON of a body may nest, 1 to 512. The default is 64.</summary>
    public int MaxJsonDepth { get; init; } = 64;

    /// <summary>The shortest secret in bytes that is accepted. The default is 16; lower only where the sender itself issues shorter ones.</summary>
    public int MinSecretBytes { get; init; } = 16;

    /// <summary>Headers that are stored with an event, besides those that the templates of this row name.</summary>
    public IReadOnlyList<string> KeepHeaders { get; init; } = [];

    /// <summary>What an operator should know because the signature does not cover it; shown at start and in the docs.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>How long the sender waits and how it tries again.</summary>
    public DeliveryFacts? Delivery { get; init; }

    /// <summary>Where these facts come from.</summary>
    public required EvidenceDefinition Evidence { get; init; }

    /// <summary>Known requests with their verdicts.</summary>
    public IReadOnlyList<VectorDefinition> Vectors { get; init; } = [];

    /// <summary>An ordinary event of this sender.</summary>
    public SampleDefinition? Sample { get; init; }
}
