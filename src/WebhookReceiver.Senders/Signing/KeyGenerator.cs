using System.Security.Cryptography;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace WebhookReceiver.Senders;

/// <summary>Makes secrets and key pairs such as a sender would issue.</summary>
internal static class KeyGenerator
{
    private const int SecretBytes = 32;
    private const int RsaBits = 2048;

    /// <summary>The id of the key in a set that was made here.</summary>
    public const string KeyId = "test-key";

    public static GeneratedKey Generate(CompiledScheme scheme, SenderDefinition row)
    {
        if (scheme.KeySource is not null)
        {
            return FetchedKeyGenerator.Generate(scheme, row);
        }

        SignatureAlgorithm algorithm = SignatureAlgorithm.Of(scheme.Definition);
        switch (algorithm.Kind)
        {
            case SignatureAlgorithm.KeyKind.Ed25519:
                byte[] seed = new byte[Ed25519.SecretKeySize];
                RandomNumberGenerator.Fill(seed);
                byte[] point = new byte[Ed25519.PublicKeySize];
                Ed25519.GeneratePublicKey(seed, 0, point, 0);
                string text = scheme.Definition.Key == KeyRule.Hex ? Convert.ToHexStringLower(point)
                    : scheme.Definition.Key == KeyRule.Whpk ? "whpk_" + Convert.ToBase64String(point)
                    : Convert.ToBase64String(point);
                return new GeneratedKey(text, SigningKey.Private(seed, algorithm.Kind));
            case SignatureAlgorithm.KeyKind.Ecdsa:
                using (var ecdsa = ECDsa.Create(algorithm.Hash == SignatureHash.Sha384 ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256))
                {
                    return new GeneratedKey(
                        Convert.ToBase64String(ecdsa.ExportSubjectPublicKeyInfo()), SigningKey.Private(ecdsa.ExportPkcs8PrivateKey(), algorithm.Kind));
                }

            case SignatureAlgorithm.KeyKind.Rsa:
                using (var rsa = RSA.Create(RsaBits))
                {
                    return new GeneratedKey(
                        Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo()), SigningKey.Private(rsa.ExportPkcs8PrivateKey(), algorithm.Kind));
                }

            default:
                string secret = SecretFor(row);
                return SecretRules.TryCreateKey(row, secret, out SenderKey? key, out string? problem)
                    ? new GeneratedKey(secret, SigningKey.Of(scheme, key))
                    : throw new InvalidOperationException(problem);
        }
    }

    /// <summary>One text must fit all schemes of the row: pairs of hex digits are base64 as well, and anything is text.</summary>
    private static string SecretFor(SenderDefinition row)
    {
        byte[] bytes = RandomNumberGenerator.GetBytes(Math.Max(SecretBytes, row.MinSecretBytes + (row.MinSecretBytes % 2)));
        HashSet<KeyRule> rules = [.. row.Schemes.Select(scheme => scheme.Key)];
        return row.Schemes.Any(scheme => scheme.Proof == ProofKind.Basic) ? "webhooks:" + Convert.ToHexStringLower(bytes)
            : rules.Contains(KeyRule.Hex) ? Convert.ToHexStringLower(bytes)
            : rules.Contains(KeyRule.Base64) ? Convert.ToBase64String(bytes)
            : rules.Contains(KeyRule.V1Whsec) ? "v1,whsec_" + Convert.ToBase64String(bytes)
            : rules.Overlaps([KeyRule.Whsec, KeyRule.WhsecOrUtf8]) ? "whsec_" + Convert.ToBase64String(bytes)
            : Convert.ToHexStringLower(bytes);
    }
}
