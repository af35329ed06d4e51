namespace WebhookReceiver.Senders;

/// <summary>A sender's public key. Immutable; safe to share between threads.</summary>
internal abstract class PublicKey
{
    /// <summary>Whether a signature of the content is by the private key. What a request can have wrong is never an exception.</summary>
    public abstract bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature);
}
