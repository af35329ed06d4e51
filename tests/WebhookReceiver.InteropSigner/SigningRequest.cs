namespace WebhookReceiver.InteropSigner;

/// <summary>What is asked for: without a secret a new key, with one a signed request.</summary>
/// <param name="Sender">The id of a row of the catalogue.</param>
/// <param name="Secret">The secret or the public key, as it is configured at the receiver.</param>
/// <param name="Body">The body in base64.</param>
/// <param name="ContentType">The media type of the body.</param>
/// <param name="Id">The event's id, where the sender signs one or names it in a header.</param>
/// <param name="At">The time of signing.</param>
/// <param name="Url">The public URL, without a query.</param>
internal sealed record SigningRequest(
    string Sender, string? Secret, byte[] Body, string? ContentType, string Id, DateTimeOffset At, string? Url);
