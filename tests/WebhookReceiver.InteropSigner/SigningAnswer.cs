namespace WebhookReceiver.InteropSigner;

/// <summary>The request as the sender would send it.</summary>
/// <param name="Headers">The headers that the signature needs.</param>
/// <param name="Body">The body in base64: some senders sign within it.</param>
/// <param name="Query">The query, without the question mark.</param>
internal sealed record SigningAnswer(IReadOnlyDictionary<string, string> Headers, byte[] Body, string Query);
