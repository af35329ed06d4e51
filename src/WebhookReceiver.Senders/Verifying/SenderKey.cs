namespace WebhookReceiver.Senders;

/// <summary>
/// A secret, decoded for each scheme of a sender, by <see cref="SenderPlan.TryCreateKey"/>. Holds key material: it has no text form and is
/// never logged. Immutable; safe to share between threads.
/// </summary>
public sealed class SenderKey
{
    private readonly byte[][] _bytesByScheme;

    internal SenderKey(byte[][] bytesByScheme) => _bytesByScheme = bytesByScheme;

    internal ReadOnlySpan<byte> For(int schemeIndex) => _bytesByScheme[schemeIndex];

    /// <summary>Says only what this is.</summary>
    /// <returns>A fixed text without any of the key.</returns>
    public override string ToString() => "SenderKey (hidden)";
}
