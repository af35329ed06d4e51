using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>The public keys of a document that was fetched. Immutable; safe to share between threads.</summary>
public sealed class FetchedKeys
{
    private const int MaxKeys = 64;

    private readonly IReadOnlyList<(string? Id, byte[] SubjectPublicKeyInfo)> _keys;

    private FetchedKeys(IReadOnlyList<(string? Id, byte[] SubjectPublicKeyInfo)> keys) => _keys = keys;

    /// <summary>Reads a document.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="document">Its bytes.</param>
    /// <param name="now">The clock when it was fetched: a certificate must be valid then.</param>
    /// <param name="keys">The keys; <see langword="null"/> if it is not what it should be, or holds none.</param>
    /// <returns>Whether there are keys.</returns>
    public static bool TryRead(KeyDocument kind, ReadOnlySpan<byte> document, DateTimeOffset now, [NotNullWhen(true)] out FetchedKeys? keys)
    {
        try
        {
            keys = kind == KeyDocument.Certificate ? OfCertificate(Encoding.ASCII.GetString(document), now) : OfSet(document.ToArray());
        }
        catch (Exception error) when (error is CryptographicException or JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            keys = null;
        }

        return keys is not null;
    }

    /// <summary>The key of an id; without one, the only key.</summary>
    internal PublicKey? Find(string? id, SignatureAlgorithm algorithm)
    {
        byte[]? found = null;
        foreach ((string? known, byte[] info) in _keys)
        {
            if (id is null ? _keys.Count == 1 : known == id)
            {
                found = info;
            }
        }

        return found is not null && KeyDecoder.TryCreate(algorithm, found, out KeyMaterial? key) ? key.Value.PublicKey : null;
    }

    private static FetchedKeys? OfCertificate(string pem, DateTimeOffset now)
    {
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(pem);
        return now >= new DateTimeOffset(certificate.NotBefore) && now <= new DateTimeOffset(certificate.NotAfter)
            ? new FetchedKeys([(null, certificate.PublicKey.ExportSubjectPublicKeyInfo())])
            : null;
    }

    private static FetchedKeys? OfSet(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var keys = new List<(string? Id, byte[] SubjectPublicKeyInfo)>();
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("keys", out JsonElement set) || set.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        foreach (JsonElement key in set.EnumerateArray().Take(MaxKeys))
        {
            if (TryInfo(key) is { } info)
            {
                keys.Add((TextOf(key, "kid"), info));
            }
        }

        return keys.Count == 0 ? null : new FetchedKeys(keys);
    }

    /// <summary>Keys of other kinds, for other uses, and such as cannot be read are left out: the others stay.</summary>
    private static byte[]? TryInfo(JsonElement key)
    {
        try
        {
            return key.ValueKind == JsonValueKind.Object && TextOf(key, "use") is null or "sig" ? InfoOf(key) : null;
        }
        catch (Exception error) when (error is CryptographicException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static string? TextOf(JsonElement key, string member) =>
        key.TryGetProperty(member, out JsonElement value) && value.ValueKind == JsonValueKind.String ? JsonText.OrNull(value) : null;

    private static byte[]? InfoOf(JsonElement key)
    {
        switch (TextOf(key, "kty"))
        {
            case "RSA":
                using (var rsa = RSA.Create(new RSAParameters { Modulus = BytesOf(key, "n"), Exponent = BytesOf(key, "e") }))
                {
                    return rsa.ExportSubjectPublicKeyInfo();
                }

            case "EC" when CurveOf(key) is { } curve:
                using (var ecdsa = ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = BytesOf(key, "x"), Y = BytesOf(key, "y") } }))
                {
                    return ecdsa.ExportSubjectPublicKeyInfo();
                }

            default:
                return null;
        }
    }

    private static ECCurve? CurveOf(JsonElement key) => TextOf(key, "crv") switch
    {
        "P-256" => ECCurve.NamedCurves.nistP256,
        "P-384" => ECCurve.NamedCurves.nistP384,
        _ => null,
    };

    /// <summary>The big-endian number of a member (RFC 7518, 6.2.1 and 6.3.1). An empty one would end the import of .NET with an IndexOutOfRangeException.</summary>
    private static byte[] BytesOf(JsonElement key, string member) =>
        TextOf(key, member) is { } text && System.Buffers.Text.Base64Url.DecodeFromChars(text) is { Length: > 0 } bytes ? bytes : throw new FormatException($"There is no '{member}'.");
}
