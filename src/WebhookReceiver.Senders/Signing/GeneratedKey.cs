namespace WebhookReceiver.Senders;

/// <summary>A secret that was made for a test or a demonstration.</summary>
/// <param name="Secret">What an operator configures: a shared secret, or a public key.</param>
/// <param name="SigningKey">What signs.</param>
/// <param name="KeyDocument">The document that the receiver would fetch, where the sender's public key is fetched; otherwise <see langword="null"/>.</param>
public sealed record GeneratedKey(string Secret, SigningKey SigningKey, string? KeyDocument = null)
{
    /// <summary>Says only what this is.</summary>
    /// <returns>A fixed text without any of the key.</returns>
    public override string ToString() => "GeneratedKey (hidden)";
}
