using System.Security.Cryptography;

namespace WebhookReceiver.Senders.Tests;

/// <summary>Public keys as people paste them, and signatures as strangers write them.</summary>
public sealed class PublicKeyTests
{
    private static readonly SenderPlan SendGrid = SenderPlan.Compile(Rows.Get("sendgrid-events"));
    private static readonly SenderPlan Wise = SenderPlan.Compile(Rows.Get("wise"));

    [Theory]
    [InlineData("nistP256", true)]
    [InlineData("nistP384", true)]
    [InlineData("nistP521", true)]
    [InlineData("secP256k1", false)]
    [InlineData("brainpoolP256r1", false)]
    public void Ecdsa_OfEachCurve_IsTakenWhereItIsOfNist(string curve, bool expected) =>
        Assert.Equal(expected, SendGrid.TryCreateKey(InfoOf(curve), out _, out _));

    [Theory]
    [InlineData("ES256", "nistP256", true)]
    [InlineData("ES256", "nistP384", false)]
    [InlineData("ES256", "nistP521", false)]
    [InlineData("ES256", "secP256k1", false)]
    [InlineData("ES384", "nistP384", true)]
    [InlineData("ES384", "nistP256", false)]
    public void Ecdsa_WhoseAlgorithmNamesTheCurve_IsOfThatCurveAlone(string algorithm, string curve, bool expected)
    {
        SenderDefinition row = Rows.Get("vonage");
        var plan = SenderPlan.Compile(row with { Schemes = [row.Schemes[0] with { Algorithm = algorithm, Key = KeyRule.PublicKey }] });

        Assert.Equal(expected, plan.TryCreateKey(InfoOf(curve), out _, out string? problem));
        Assert.True(expected || problem!.Contains("curve", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(512, false)]
    [InlineData(1024, true)]
    [InlineData(2048, true)]
    [InlineData(4096, true)]
    [InlineData(4104, false)]
    public void Rsa_OutsideItsSizes_IsRefused(int bits, bool expected)
    {
        // The size is that of the modulus: no key has to be found to have one.
        byte[] modulus = new byte[bits / 8];
        modulus.AsSpan().Fill(0xff);
        using var rsa = RSA.Create();
        rsa.ImportParameters(new RSAParameters { Modulus = modulus, Exponent = [1, 0, 1] });

        Assert.Equal(expected, Wise.TryCreateKey(Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo()), out _, out _));
    }

    [Fact]
    public void Pem_InEachFormThatPeoplePaste_IsTheSameKey()
    {
        using var rsa = RSA.Create(2048);
        string pem = rsa.ExportSubjectPublicKeyInfoPem();
        string[] forms = [pem, pem + "\n", pem.ReplaceLineEndings("\r\n"), pem.ReplaceLineEndings(""), pem.ReplaceLineEndings("\\n"), Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo())];

        Assert.All(forms, form =>
        {
            Assert.True(Wise.TryCreateKey(form, out SenderKey? key, out string? problem), problem);
            Assert.Equal(rsa.ExportSubjectPublicKeyInfo(), key.For(0).Bytes);
        });
    }

    [Fact]
    public void WhatIsNoPublicKey_Pasted_IsRefusedInWordsThatDoNotRepeatIt()
    {
        using var rsa = RSA.Create(2048);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using System.Security.Cryptography.X509Certificates.X509Certificate2 certificate =
            new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=x", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                .CreateSelfSigned(Delivery.SignedAt, Delivery.SignedAt.AddDays(1));
        byte[] info = rsa.ExportSubjectPublicKeyInfo();
        string[] pasted =
        [
            rsa.ExportPkcs8PrivateKeyPem(), rsa.ExportRSAPrivateKeyPem(), Convert.ToBase64String(rsa.ExportPkcs8PrivateKey()), rsa.ExportRSAPublicKeyPem(),
            certificate.ExportCertificatePem(), Convert.ToBase64String(certificate.RawData),
            other.ExportSubjectPublicKeyInfoPem(), Convert.ToBase64String([.. info, 0]), Convert.ToBase64String(info[..^1]),
            "-----BEGIN PUBLIC KEY-----", "-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----", "-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----",
            "-----BEGIN PUBLIC KEY-----END PUBLIC KEY-----",
        ];

        Assert.All(pasted, text =>
        {
            Assert.False(Wise.TryCreateKey(text, out _, out string? problem), text);
            Assert.DoesNotContain(text.Length > 40 ? text[30..40] : text, problem, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void SignatureInDer_ThatIsNotAsItShouldBe_IsAMismatch()
    {
        Delivery delivery = Delivery.Of(SendGrid);
        byte[] der = Convert.FromBase64String(delivery.SignatureText());
        byte[][] wrong =
        [
            [0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00],
            [0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01],
            [0x30, 0x00],
            [0x00],
            [.. der, 0x00],
            der[..^1],
            [0x30, 0x81, der[1], .. der[2..]],
            [0x30, 0x80, .. der[2..], 0x00, 0x00],
            [0x30, (byte)(der[1] + 2), .. der[2..], 0x05, 0x00],
            new byte[64],
            [.. Enumerable.Repeat((byte)0xff, 512)],
        ];

        Assert.Equal(SignatureOutcome.Verified, delivery.Outcome());
        Assert.All(wrong, bytes => Assert.Equal(
            (Convert.ToHexString(bytes), SignatureOutcome.SignatureMismatch),
            (Convert.ToHexString(bytes), delivery.WithSignatureText(Convert.ToBase64String(bytes)).Outcome())));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(128)]
    [InlineData(255)]
    [InlineData(257)]
    [InlineData(512)]
    public void RsaSignature_OfAnotherLength_IsRefused(int length) =>
        Assert.NotEqual(SignatureOutcome.Verified, Delivery.Of(Wise).WithSignatureText(Convert.ToBase64String(new byte[length])).Outcome());

    [Fact]
    public void Signature_LongerThanAnyKeys_IsMalformed() =>
        Assert.Equal(SignatureOutcome.SignatureMalformed, Delivery.Of(Wise).WithSignatureText(Convert.ToBase64String(new byte[513])).Outcome());

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")]
    [InlineData("0200000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("8c28c5cbe1d4d5a5a7b7e4d1f0b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4")]
    public void Ed25519_OfSmallOrderOrNoPoint_IsRefused(string hex) =>
        Assert.False(SenderPlan.Compile(Rows.Get("discord-events")).TryCreateKey(hex, out _, out _));

    [Fact]
    public void Ed25519Signature_WithTheOrderAdded_IsAMismatch()
    {
        // S and S + L solve the same equation: who takes both takes two signatures for one.
        Delivery delivery = Delivery.Of("discord-events");
        byte[] signature = Convert.FromHexString(delivery.SignatureText());
        byte[] order = Convert.FromHexString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        int carry = 0;
        for (int i = 0; i < 32; i++)
        {
            carry += signature[32 + i] + order[i];
            signature[32 + i] = (byte)carry;
            carry >>= 8;
        }

        Assert.Equal(SignatureOutcome.Verified, delivery.Outcome());
        Assert.Equal(SignatureOutcome.SignatureMismatch, delivery.WithSignatureText(Convert.ToHexStringLower(signature)).Outcome());
        Assert.Equal(SignatureOutcome.SignatureMismatch, delivery.WithSignatureText(new string('0', 128)).Outcome());
        Assert.Equal(SignatureOutcome.SignatureMalformed, delivery.WithSignatureText(new string('0', 126)).Outcome());
        Assert.Equal(SignatureOutcome.SignatureMalformed, delivery.WithSignatureText("").Outcome());
    }

    [Theory]
    [InlineData(ProofKind.Hmac, KeyRule.PublicKey)]
    [InlineData(ProofKind.Hmac, KeyRule.Whpk)]
    public void PublicKey_AsTheSecretOfARow_IsRefused(ProofKind proof, KeyRule key)
    {
        SenderDefinition row = Rows.Get("hmac-sha256");
        SenderFileException error = Assert.Throws<SenderFileException>(
            () => SenderPlan.Compile(row with { Schemes = [row.Schemes[0] with { Proof = proof, Key = key }] }));

        Assert.Contains("$.schemes[0].key: expected neither whpk nor publicKey", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Verification_ByTwoPublicKeys_NamesTheOneThatSigned()
    {
        Delivery delivery = Delivery.Of(SendGrid, "[]");
        SenderKey other = Rows.Key(SendGrid.Definition, SendGrid.GenerateKey().Secret);

        Assert.Equal((SignatureOutcome.Verified, 1), (delivery.Verify(other, delivery.Key).Outcome, delivery.Verify(other, delivery.Key).KeyIndex));
    }

    private static string InfoOf(string curve)
    {
        using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        return Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
    }
}
