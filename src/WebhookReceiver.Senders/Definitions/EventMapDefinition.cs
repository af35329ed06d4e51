namespace WebhookReceiver.Senders;

/// <summary>
/// Where the envelope of an event stands. Each list is tried in order; the first template whose parts are all present is the value. Parts
/// of a form need <see cref="BodyFormat.Form"/> among the sender's bodies. Immutable; safe to share between threads.
/// </summary>
public sealed record EventMapDefinition
{
    /// <summary>
    /// A JSON pointer to the elements of a batch, each an event of its own, where <c>*</c> is every element of an array and every member of an
    /// object: <c>/events/*</c>, or <c>/*</c> for an array at the root; <see langword="null"/> (the default) where a delivery carries one event. Each
    /// element is an object, and a batch may have none.
    /// </summary>
    public string? Each { get; init; }

    /// <summary>
    /// The event's id where the scheme does not sign one: literals, <c>{header:…}</c>, <c>{query:…}</c>, <c>{json:…}</c>,
    /// <c>{form:…}</c>, and <c>{digest}</c>, which is the SHA-256 of the body in hex and always present; in a batch <c>{item:…}</c>, <c>{index}</c>
    /// and <c>{itemDigest}</c> as well, of which each template then has one. May be empty only where every scheme signs an id and there is no
    /// <see cref="Each"/>: what is signed names the delivery and not its elements.
    /// </summary>
    public required IReadOnlyList<string> Id { get; init; }

    /// <summary>
    /// The event's type, at least one template of literals, <c>{header:…}</c>, <c>{query:…}</c>, <c>{json:…}</c>, <c>{form:…}</c>, <c>{key:…}</c>, and in
    /// a batch <c>{item:…}</c> and <c>{itemKey:…}</c>, such as <c>{header:X-GitHub-Event}.{json:/action}</c>. The last may be a literal alone.
    /// </summary>
    public required IReadOnlyList<string> Type { get; init; }

    /// <summary>The grammar of types. The default is <see cref="TypeGrammar.Any"/>.</summary>
    public TypeGrammar TypeGrammar { get; init; } = TypeGrammar.Any;

    /// <summary>
    /// When the event happened, as RFC 3339 or Unix seconds; of the same parts as the type. Empty (the default)
    /// where the sender does not say.
    /// </summary>
    public IReadOnlyList<string> Timestamp { get; init; } = [];

    /// <summary>
    /// What becomes the handler's type, at least one template of one part: <c>{json:/data}</c> for a member, <c>{json:}</c> for the whole
    /// document, <c>{form}</c> for the fields of a form; in a batch <c>{item:…}</c> alone.
    /// </summary>
    public required IReadOnlyList<string> Data { get; init; }
}

/// <summary>The grammars of an event's type.</summary>
public enum TypeGrammar
{
    /// <summary>1 to 200 characters without controls, no blanks at the ends.</summary>
    Any,
    /// <summary>Words of letters, digits and underscores joined by dots, at most 128 characters (Standard Webhooks).</summary>
    Dotted,
}

/// <summary>The formats of a body.</summary>
public enum BodyFormat
{
    /// <summary><c>application/json</c> or <c>+json</c>, UTF-8.</summary>
    Json,
    /// <summary><c>application/x-www-form-urlencoded</c>.</summary>
    Form,
    /// <summary><c>multipart/form-data</c>: its fields as of a form, without files.</summary>
    Multipart,
}
