namespace WebhookReceiver.Senders;

/// <summary>One row of the catalogue: everything that is known about a sender. Immutable; safe to share between threads.</summary>
/// <remarks>
/// Rows are data files (<c>Catalog/&lt;id&gt;.json</c>, or a user's own file) read by <see cref="SenderFile"/>, which checks them. A row
/// made in code, or changed by <see langword="with"/>, is checked by <see cref="SenderPlan.Compile"/>; the ranges that the properties name
/// are those that it allows. Texts that take values from a request are templates; <see cref="Template"/> has their grammar.
/// </remarks>
public sealed record SenderDefinition
{
    /// <summary>
    /// The name that a source refers to, such as <c>github</c>: 1 to 63 lower-case letters, digits and
    /// hyphens, not beginning with a hyphen.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>The name that people know, such as <c>GitHub</c>; not empty.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The ways in which this sender proves its requests, at least one. They differ in where the signature stands, in its prefix, or in
    /// <see cref="SchemeDefinition.When"/>. The first whose signature is present and whose conditions hold decides; the first of all is the
    /// one to sign with.
    /// </summary>
    public required IReadOnlyList<SchemeDefinition> Schemes { get; init; }

    /// <summary>Where the envelope of an event stands in a delivery.</summary>
    public required EventMapDefinition Event { get; init; }

    /// <summary>What makes two deliveries the same event, unless a source says otherwise. The default is <see cref="DuplicateRule.Id"/>.</summary>
    public DuplicateRule Duplicates { get; init; }

    /// <summary>The formats of a body that this sender sends, at least one. The default is JSON alone.</summary>
    public IReadOnlyList<BodyFormat> Bodies { get; init; } = [BodyFormat.Json];

    /// <summary>
    /// The form field that holds a JSON document (GitHub and Slack: <c>payload</c>); <see langword="null"/> (the default) where there is
    /// none. Needs <see cref="BodyFormat.Form"/> or <see cref="BodyFormat.Multipart"/> among the bodies.
    /// </summary>
    public string? FormJsonField { get; init; }

    /// <summary>Further media types whose body is JSON, such as <c>text/plain</c>. None by default.</summary>
    public IReadOnlyList<string> JsonMediaTypes { get; init; } = [];

    /// <summary>Requests that are answered at once instead of being stored. The default is none.</summary>
    public IReadOnlyList<HandshakeDefinition> Handshakes { get; init; } = [];

    /// <summary>What the sender wants to hear after an accepted delivery. The default is 200 and the receiver's own JSON.</summary>
    public AnswerDefinition Answer { get; init; } = new();

    /// <summary>The largest body in bytes, 1 byte to 1 GiB. The default is 1 MiB.</summary>
    public int MaxBodyBytes { get; init; } = 1024 * 1024;

    /// <summary>How many levels deep the JSON of a body may nest, 1 to 512. The default is 64.</summary>
    public int MaxJsonDepth { get; init; } = 64;

    /// <summary>
    /// The shortest secret that is accepted, in bytes of the decoded key, 1 to 4,096. The default is 16; lower only where the sender itself
    /// issues shorter ones. <see cref="KeyRule.Whsec"/> takes none below 16, whatever stands here.
    /// </summary>
    public int MinSecretBytes { get; init; } = 16;

    /// <summary>
    /// Headers that are stored with an event, besides those that the templates of this row name; a signature
    /// header never is. None by default.
    /// </summary>
    public IReadOnlyList<string> KeepHeaders { get; init; } = [];

    /// <summary>
    /// What an operator should know because the signature does not cover it; shown at start and in the docs. None by default.
    /// </summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>How long the sender waits and how it tries again; <see langword="null"/> (the default) where that is not known.</summary>
    public DeliveryFacts? Delivery { get; init; }

    /// <summary>How the endpoint is set up at the sender; <see langword="null"/> (the default) where that is not known.</summary>
    public SetupFacts? Setup { get; init; }

    /// <summary>The sender's own pages on its webhooks. None by default.</summary>
    public IReadOnlyList<string> Links { get; init; } = [];

    /// <summary>Where these facts come from.</summary>
    public required EvidenceDefinition Evidence { get; init; }

    /// <summary>Known requests with their verdicts, as tests of the row; nothing reads them to verify. None by default.</summary>
    public IReadOnlyList<VectorDefinition> Vectors { get; init; } = [];

    /// <summary>An ordinary event of this sender; <see langword="null"/> (the default) where there is none.</summary>
    public SampleDefinition? Sample { get; init; }
}
