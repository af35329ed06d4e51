using System.Text;

namespace WebhookReceiver.Senders;

/// <summary>What a sender wants to hear after an accepted delivery. Immutable; safe to share between threads.</summary>
public sealed record AnswerDefinition
{
    /// <summary>The HTTP status, 200 to 299. The default is 200. With 204 and no <see cref="Body"/> the answer has no body.</summary>
    public int Status { get; init; } = 200;

    /// <summary>A fixed body as text/plain; <see langword="null"/> (the default) for the receiver's own JSON.</summary>
    public string? Body { get; init; }
}

/// <summary>
/// How long a sender waits for the answer and how it tries again, in words, for people; <see langword="null"/> where that is not known.
/// Nothing is decided by them. Immutable; safe to share between threads.
/// </summary>
public sealed record DeliveryFacts
{
    /// <summary>How long the sender waits, such as <c>10 s</c>.</summary>
    public string? Timeout { get; init; }

    /// <summary>When the sender tries again.</summary>
    public string? Retries { get; init; }

    /// <summary>The statuses that the sender takes for success.</summary>
    public string? Success { get; init; }
}

/// <summary>How an endpoint is set up at a sender, in words, for people. Immutable; safe to share between threads.</summary>
public sealed record SetupFacts
{
    /// <summary>Where to click; <see langword="null"/> (the default) where that is not known.</summary>
    public string? Where { get; init; }

    /// <summary>Which secret it is, and what it is called there; <see langword="null"/> (the default) where that is not known.</summary>
    public string? Secret { get; init; }
}

/// <summary>Where the facts of a row come from, and how far they can be relied on. Immutable; safe to share between threads.</summary>
public sealed record EvidenceDefinition
{
    /// <summary>How the way of signing was established.</summary>
    public required Confidence Confidence { get; init; }

    /// <summary>SDKs with versions, documents, specifications; at least one.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>Parts of the row that are weaker than <see cref="Confidence"/> says. None by default.</summary>
    public IReadOnlyList<string> Unverified { get; init; } = [];
}

/// <summary>How a fact was established, strongest first.</summary>
public enum Confidence
{
    /// <summary>Read in the sender's own SDK or source.</summary>
    SdkSource,
    /// <summary>Read in the sender's own documentation or a specification.</summary>
    Documentation,
    /// <summary>Independent code or documents agree.</summary>
    Corroborated,
    /// <summary>Recalled and not checked.</summary>
    Recalled,
}

/// <summary>A known request with its verdict. Immutable; safe to share between threads.</summary>
public sealed record VectorDefinition
{
    /// <summary>Who made it, such as <c>npm stripe@23.1.0</c>.</summary>
    public required string Origin { get; init; }

    /// <summary>The secret as an operator would configure it: a published one, or one that was made for this request.</summary>
    public required string Secret { get; init; }

    /// <summary>The document of keys that would be fetched, where the row fetches one; otherwise <see langword="null"/>.</summary>
    public string? KeyDocument { get; init; }

    /// <summary>The public URL without a query, needed where the URL is signed; otherwise <see langword="null"/>.</summary>
    public string? Url { get; init; }

    /// <summary>The query as it was received, without its question mark. Empty by default.</summary>
    public string Query { get; init; } = "";

    /// <summary>The HTTP method. The default is POST.</summary>
    public string Method { get; init; } = "POST";

    /// <summary>The content type. The default is <c>application/json</c>.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>The request's headers.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The body as text; its UTF-8 bytes are what was signed. Empty (the default) where <see cref="BodyBase64"/> says it.</summary>
    public string Body { get; init; } = "";

    /// <summary>The exact bytes of the body in base64, where text does not say them; otherwise <see langword="null"/>.</summary>
    public string? BodyBase64 { get; init; }

    /// <summary>The exact bytes of the body.</summary>
    /// <returns>A new array.</returns>
    /// <exception cref="FormatException"><see cref="BodyBase64"/> is no base64.</exception>
    public byte[] BodyBytes() => BodyBase64 is { } text ? Convert.FromBase64String(text) : Encoding.UTF8.GetBytes(Body);

    /// <summary>The receiver's clock in Unix seconds. The default, 0, does where no time is signed.</summary>
    public long Now { get; init; }

    /// <summary>Whether the request must be accepted. The default is <see langword="true"/>.</summary>
    public bool Valid { get; init; } = true;
}

/// <summary>An ordinary event of a sender, from which samples are signed. Immutable; safe to share between threads.</summary>
public sealed record SampleDefinition
{
    /// <summary>The event's type.</summary>
    public required string Type { get; init; }

    /// <summary>Headers besides those of the signature. None by default.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The content type. The default is <c>application/json</c>.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>The query without its question mark. Empty by default.</summary>
    public string Query { get; init; } = "";

    /// <summary>The body as text; its UTF-8 bytes are what is sent.</summary>
    public required string Body { get; init; }
}
