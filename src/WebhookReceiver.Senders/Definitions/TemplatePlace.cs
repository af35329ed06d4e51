using static WebhookReceiver.Senders.TemplatePartKind;

namespace WebhookReceiver.Senders;

/// <summary>A place in a row that holds a template, with the parts that make sense there.</summary>
internal sealed class TemplatePlace
{
    private readonly TemplatePartKind[] _kinds;

    private TemplatePlace(string words, params TemplatePartKind[] kinds) => (Words, _kinds) = (words, kinds);

    /// <summary>What is signed: only what the signature can cover before anything is parsed.</summary>
    public static TemplatePlace Content { get; } =
        new("literals, {body}, {url}, {header:…} and {parameter:…}", Literal, Body, Url, Header, Parameter);

    public static TemplatePlace SignedField { get; } = new("{header:…} or {parameter:…}", Header, Parameter);

    public static TemplatePlace EventId { get; } =
        new("literals, {header:…}, {json:…}, {form:…} and {digest}", Literal, Header, Json, FormField, Digest);

    public static TemplatePlace EventText { get; } =
        new("literals, {header:…}, {json:…} and {form:…}", Literal, Header, Json, FormField);

    public static TemplatePlace EventData { get; } = new("{json:…} or {form}", Json, Form);

    /// <summary>A handshake that has a body.</summary>
    public static TemplatePlace HandshakePost { get; } =
        new("literals, {header:…}, {query:…}, {json:…} and {form:…}", Literal, Header, Query, Json, FormField);

    public static TemplatePlace Handshake { get; } =
        new("literals, {header:…} and {query:…} ({json:…} and {form:…} need POST)", Literal, Header, Query);

    public string Words { get; }

    public bool Allows(TemplatePartKind kind) => _kinds.Contains(kind);
}
