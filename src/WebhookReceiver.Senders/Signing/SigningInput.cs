namespace WebhookReceiver.Senders;

/// <summary>What is to be signed.</summary>
/// <param name="Body">The exact body.</param>
/// <param name="Id">
/// The event's id, used where the scheme signs one (1 to 128 letters, digits, hyphens and underscores) or the row reads it from a header.
/// </param>
/// <param name="SignedAt">The time of signing, used where the scheme signs one; 1970 or later.</param>
/// <param name="Url">The public URL, exactly as the sender was given it, without a query; needed where the scheme signs it.</param>
/// <param name="Method">The HTTP method. The default is POST.</param>
/// <param name="Query">The query without its question mark. Empty by default.</param>
/// <param name="ContentType">The content type of the body. <see langword="null"/> (the default) is that of the row's sample.</param>
/// <param name="Headers">Headers that the sender sends with it, for schemes that sign some. <see langword="null"/> (the default) is those of the row's sample.</param>
public readonly record struct SigningInput(
    ReadOnlyMemory<byte> Body, string Id, DateTimeOffset SignedAt, string? Url = null, string Method = "POST", string Query = "", string? ContentType = null,
    IReadOnlyDictionary<string, string>? Headers = null);
