namespace WebhookReceiver.Senders;

/// <summary>A secret, decoded for each scheme of a sender. Holds key material: it has no text form and is never logged.</summary>
public sealed class SenderKey
{
    private readonly byte[][] _bytesByScheme;

    internal SenderKey(byte[][] bytesByScheme) => _bytesByScheme = bytesByScheme;

    internal ReadOnlySpan<byte> For(int schemeIndex) => _bytesByScheme[schemeIndex];

    /// <summary>Says only what this is.</summary>
    public override string ToString() => "SenderKey (hidden)";
}
