using static WebhookReceiver.Senders.TemplatePartKind;

namespace WebhookReceiver.Senders;

/// <summary>A place in a row that holds a template, with the parts that make sense there.</summary>
internal sealed class TemplatePlace
{
    private readonly TemplatePartKind[] _kinds;

    private TemplatePlace(string words, params TemplatePartKind[] kinds) => (Words, _kinds) = (words, kinds);

    /// <summary>What is signed.</summary>
    public static TemplatePlace Content { get; } = new(
        "literals, {body}, {bodyHash:…}, {url}, {path}, {pathAndQuery}, {rawQuery}, {method}, {secret}, {sortedForm}, {canonical:…}, {header:…}, "
            + "{parameter:…}, {query:…}, {form:…} and {json:…}",
        Literal, Body, TemplatePartKind.BodyHash, Url, TemplatePartKind.Path, PathAndQuery, RawQuery, Method, Secret, TemplatePartKind.SortedForm, Canonical, Header, Parameter, Query, FormField, Json);

    public static TemplatePlace SignedField { get; } = new(
        "{header:…}, {parameter:…}, {query:…}, {form:…}, {json:…}, {claim:…} or {created}", Header, Parameter, Query, FormField, Json, Claim, Created);

    /// <summary>What decides whether a scheme is taken.</summary>
    public static TemplatePlace SchemeCondition { get; } = new("{header:…}, {query:…} or {json:…}", Header, Query, Json);

    /// <summary>Where a key is fetched from.</summary>
    public static TemplatePlace KeyUrl { get; } = new("a URL, {header:…} or {json:…}", Literal, Header, Json);

    public static TemplatePlace EventId { get; } = new(
        "literals, {header:…}, {query:…}, {json:…}, {form:…}, {digest}, {item:…}, {index} and {itemDigest}",
        Literal, Header, Query, Json, FormField, Digest, Item, TemplatePartKind.Index, ItemDigest);

    public static TemplatePlace EventText { get; } = new(
        "literals, {header:…}, {query:…}, {json:…}, {form:…}, {item:…}, {key:…} and {itemKey:…}",
        Literal, Header, Query, Json, FormField, Item, Key, ItemKey);

    public static TemplatePlace EventData { get; } = new("{json:…}, {item:…} or {form}", Json, Item, Form);

    /// <summary>What decides that a request is a handshake.</summary>
    public static TemplatePlace Handshake(bool hasBody) => hasBody
        ? new("literals, {header:…}, {query:…}, {json:…} and {form:…}", Literal, Header, Query, Json, FormField)
        : new("literals, {header:…} and {query:…} ({json:…} and {form:…} need POST)", Literal, Header, Query);

    public static TemplatePlace HandshakeComputed(bool hasBody) => Handshake(hasBody).And("{publicUrl} and {handshakeSecret}", PublicUrl, HandshakeSecret);

    public static TemplatePlace HandshakeReply(bool hasBody) => Handshake(hasBody).And("{publicUrl} and {computed:…}", PublicUrl, Computed);

    public string Words { get; }

    public bool Allows(TemplatePartKind kind) => _kinds.Contains(kind);

    private TemplatePlace And(string words, params TemplatePartKind[] kinds) => new($"{Words}; {words}", [.. _kinds, .. kinds]);
}
