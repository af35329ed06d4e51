namespace WebhookReceiver.Senders;

/// <summary>Where a part of a template comes from, and how it is written. A part whose value is absent makes the whole template absent.</summary>
public enum TemplatePartKind
{
    /// <summary>Fixed text.</summary>
    Literal,
    /// <summary><c>{body}</c>: the raw body.</summary>
    Body,
    /// <summary><c>{digest}</c>: the SHA-256 of the raw body, in lower-case hex.</summary>
    Digest,
    /// <summary><c>{url}</c>: the public URL of the source, followed by the query as it was received.</summary>
    Url,
    /// <summary><c>{form}</c>: all fields of a form.</summary>
    Form,
    /// <summary><c>{header:Name}</c>: a header's value; the name ignores case. <c>{header?:Name}</c>: the empty text where there is none.</summary>
    Header,
    /// <summary><c>{parameter:name}</c>: an item of the signature's own text, by its name (compared by case), or by its place from 0.</summary>
    Parameter,
    /// <summary><c>{query:name}</c> or <c>{query?:name}</c>: a query parameter, decoded.</summary>
    Query,
    /// <summary><c>{form:field}</c> or <c>{form?:field}</c>: a field of a form.</summary>
    FormField,
    /// <summary>
    /// <c>{json:/pointer}</c> or <c>{json?:/pointer}</c>: a value of the JSON document (RFC 6901; the empty pointer is the whole document).
    /// </summary>
    Json,
    /// <summary>
    /// <c>{bodyHash:sha256}</c>: the raw bytes of the body's SHA-256; with <c>-hex</c> in lower-case hex, with <c>-base64</c> in base64. Likewise
    /// <c>sha1</c>, <c>sha384</c>, <c>sha512</c>; <c>crc32</c> is its CRC-32 in decimal.
    /// </summary>
    BodyHash,
    /// <summary><c>{method}</c>: the HTTP method.</summary>
    Method,
    /// <summary><c>{path}</c>: the path of the public URL.</summary>
    Path,
    /// <summary><c>{pathAndQuery}</c>: the path of the public URL, followed by the query as it was received.</summary>
    PathAndQuery,
    /// <summary><c>{rawQuery}</c>: the query as it was received, without its question mark.</summary>
    RawQuery,
    /// <summary><c>{secret}</c>: the key itself, in the content of a plain digest.</summary>
    Secret,
    /// <summary><c>{sortedForm}</c>: the names and values of all form fields, sorted by name, each pair once, without anything between them.</summary>
    SortedForm,
    /// <summary><c>{canonical:name}</c>: a canonical form of the request that has a name because data cannot say it.</summary>
    Canonical,
    /// <summary><c>{claim:name}</c>: a claim of the JWT.</summary>
    Claim,
    /// <summary><c>{created}</c>: when an HTTP message signature says it was made.</summary>
    Created,
    /// <summary><c>{item:/pointer}</c>: a value within the element of a batch; <c>{item:}</c> is the element.</summary>
    Item,
    /// <summary><c>{index}</c>: the number of the element in its batch, from 0.</summary>
    Index,
    /// <summary><c>{itemDigest}</c>: the SHA-256 of the element's own bytes, in lower-case hex.</summary>
    ItemDigest,
    /// <summary><c>{key:/pointer -a -b}</c>: the name of the object's first member that is neither <c>a</c> nor <c>b</c>.</summary>
    Key,
    /// <summary><c>{itemKey:/pointer -a}</c>: as <see cref="Key"/>, within the element of a batch.</summary>
    ItemKey,
    /// <summary><c>{computed:name}</c>: a value that a handshake computes.</summary>
    Computed,
    /// <summary><c>{handshakeSecret}</c>: the source's second secret, in what a handshake computes.</summary>
    HandshakeSecret,
    /// <summary><c>{publicUrl}</c>: the public URL of the source as the sender was given it, without the query of the request, in what a handshake answers.</summary>
    PublicUrl,
}
