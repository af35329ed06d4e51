using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WebhookReceiver.Senders;

/// <summary>Makes what a sender has whose public key is fetched: the private key, the document that is fetched, and what binds deliveries to a source.</summary>
internal static class FetchedKeyGenerator
{
    private const int RsaBits = 2048;
    private const int YearsValid = 1000;

    public static GeneratedKey Generate(CompiledScheme scheme, SenderDefinition row)
    {
        using var rsa = RSA.Create(RsaBits);
        string secret = SampleBinding(scheme, row) ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var signing = SigningKey.Private(rsa.ExportPkcs8PrivateKey(), SignatureAlgorithm.KeyKind.Rsa, Encoding.UTF8.GetBytes(secret));
        return new GeneratedKey(secret, signing, scheme.Definition.KeySource!.Document == KeyDocument.Certificate ? Certificate(rsa) : Set(rsa));
    }

    /// <summary>The sample's own value, so that the sample stays what it is.</summary>
    private static string? SampleBinding(CompiledScheme scheme, SenderDefinition row)
    {
        if (scheme.BindingField < 0 || row.Sample is not { } sample)
        {
            return null;
        }

        var draft = new RequestDraft(row, new SigningInput(Encoding.UTF8.GetBytes(sample.Body), "", DateTimeOffset.UnixEpoch));
        using RequestContent? content = draft.Content();
        var request = new DraftRequest(draft, content);
        return RequestText.Read(scheme.Fields[scheme.BindingField], in request, numbers: false, out string? value) == 1 ? value : null;
    }

    private static string Certificate(RSA rsa)
    {
        var request = new CertificateRequest("CN=sender of a test", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        DateTimeOffset start = DateTimeOffset.UnixEpoch;
        using X509Certificate2 certificate = request.CreateSelfSigned(start, start.AddYears(YearsValid));
        return certificate.ExportCertificatePem();
    }

    private static string Set(RSA rsa)
    {
        RSAParameters key = rsa.ExportParameters(includePrivateParameters: false);
        return $$"""{"keys":[{"kty":"RSA","kid":"{{KeyGenerator.KeyId}}","alg":"RS256","use":"sig","n":"{{Base64Url.EncodeToString(key.Modulus)}}","e":"{{Base64Url.EncodeToString(key.Exponent)}}"}]}""";
    }
}
