namespace WebhookReceiver.Senders;

/// <summary>The header <c>Content-Digest</c> (RFC 9530 2).</summary>
internal static class ContentDigest
{
    private static readonly Dictionary<string, SignatureHash> Known = new(StringComparer.Ordinal)
    {
        ["sha-256"] = SignatureHash.Sha256,
        ["sha-512"] = SignatureHash.Sha512,
    };

    /// <summary>Whether the header has a digest that is known here, and all of those are of this body.</summary>
    public static bool Holds(string header, ReadOnlySpan<byte> body)
    {
        if (StructuredFields.SplitMembers(header) is not { } members)
        {
            return false;
        }

        bool isKnown = false;
        foreach ((string name, string value) in members)
        {
            if (Known.TryGetValue(name, out SignatureHash hash))
            {
                isKnown = true;
                if (StructuredFields.ParseBytes(value) is not { } claimed || !claimed.AsSpan().SequenceEqual(BodyHash.Hash(hash, body)))
                {
                    return false;
                }
            }
        }

        return isKnown;
    }

    public static string Write(ReadOnlySpan<byte> body) => $"sha-256=:{Convert.ToBase64String(BodyHash.Hash(SignatureHash.Sha256, body))}:";
}
