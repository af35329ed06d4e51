using System.Diagnostics.CodeAnalysis;

namespace WebhookReceiver.Senders;

/// <summary>
/// A secret, decoded for each scheme of a sender, by <see cref="SenderPlan.TryCreateKey"/>; where the sender signs with a private key, its
/// public key. Holds key material: it has no text form and is never logged. Immutable; safe to share between threads.
/// </summary>
public sealed class SenderKey
{
    private readonly KeyMaterial[] _byScheme;
    private readonly string _text;

    internal SenderKey(KeyMaterial[] byScheme, string text) => (_byScheme, _text) = (byScheme, text);

    internal KeyMaterial For(int schemeIndex) => _byScheme[schemeIndex];

    /// <summary>Whether both were made of the same text.</summary>
    internal bool IsSameAs(SenderKey other) => _text == other._text;

    /// <summary>Decodes another reading of the same text for another plan, to explain what does not verify.</summary>
    internal bool TryRemake(SenderPlan plan, Func<string, string> change, [NotNullWhen(true)] out SenderKey? key)
    {
        key = null;
        string text = change(_text);
        return text.Length > 0 && SecretRules.TryDecode(plan.Definition, text, enforceLength: false, out key, out _);
    }

    /// <summary>Says only what this is.</summary>
    /// <returns>A fixed text without any of the key.</returns>
    public override string ToString() => "SenderKey (hidden)";
}
