namespace WebhookReceiver.Senders;

/// <summary>A request as the sender would send it.</summary>
/// <param name="Headers">
/// The signature and whatever it covers, where that stands in headers, and the event's id where the row reads it from one.
/// </param>
/// <param name="Body">The body: the one that was given, or, where the signature or the time stands in it, one with those.</param>
/// <param name="Query">The query without its question mark: the one that was given, with the signature where it stands there.</param>
public sealed record SignedRequest(IReadOnlyList<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte> Body, string Query);
