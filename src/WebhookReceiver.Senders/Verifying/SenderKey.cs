namespace WebhookReceiver.Senders;

/// <summary>
/// A secret, decoded for each scheme of a sender, by <see cref="SenderPlan.TryCreateKey"/>; where the sender signs with a private key, its
/// public key. Holds key material: it has no text form and is never logged. Immutable; safe to share between threads.
/// </summary>
public sealed class SenderKey
{
    private readonly KeyMaterial[] _byScheme;

    internal SenderKey(KeyMaterial[] byScheme) => _byScheme = byScheme;

    internal KeyMaterial For(int schemeIndex) => _byScheme[schemeIndex];

    /// <summary>Says only what this is.</summary>
    /// <returns>A fixed text without any of the key.</returns>
    public override string ToString() => "SenderKey (hidden)";
}
