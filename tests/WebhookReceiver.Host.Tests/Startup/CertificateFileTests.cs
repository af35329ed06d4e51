using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using WebhookReceiver.Host.Startup;

namespace WebhookReceiver.Host.Tests.Startup;

public sealed class CertificateFileTests : IDisposable
{
    private const string Password = "password-of-the-tests";

    private static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);

    private readonly TestAuthority _authority = new();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _authority.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Load_EachFormThatKestrelTakes_IsTheCertificateWithItsKey()
    {
        using var certificate = _authority.Issue("one");
        using var key = certificate.GetECDsaPrivateKey()!;
        var pem = _directory.Write("pem", _authority.FullChain(certificate));
        var plainKey = _directory.Write("key", key.ExportPkcs8PrivateKeyPem());
        var encryptedKey = _directory.Write("encrypted", key.ExportEncryptedPkcs8PrivateKeyPem(Password, Encryption));
        var der = Write("der", certificate.RawData);
        var pfx = Write("pfx", certificate.Export(X509ContentType.Pkcs12, Password));

        Assert.Equal(["one", "one", "one", "one"], new[] { File(pem, plainKey), File(pem, encryptedKey, Password), File(der, plainKey), File(pfx, null, Password) }.Select(static file =>
        {
            file.Load();
            Assert.True(file.Current!.TargetCertificate.HasPrivateKey);
            return file.Current.TargetCertificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        }));
    }

    [Fact]
    public void Load_FullChain_KeepsWhatLeadsToTheIssuer()
    {
        using var certificate = _authority.Issue("one");
        var file = File(_directory.Write("pem", _authority.FullChain(certificate)), WriteKey("key", certificate));

        file.Load();

        Assert.Equal("CN=issuer", Assert.Single(file.Current!.IntermediateCertificates).Subject);
    }

    [Fact]
    public void Load_WhatNoServerCanUse_IsAProblem()
    {
        using var certificate = _authority.Issue("one");
        using var other = _authority.Issue("two");
        using var client = _authority.Issue("client", usage: TestAuthority.ClientAuthentication);
        using var key = certificate.GetECDsaPrivateKey()!;
        var pem = _directory.Write("pem", _authority.FullChain(certificate));
        var pfx = Write("pfx", certificate.Export(X509ContentType.Pkcs12, Password));
        var withoutKey = Write("without", X509CertificateLoader.LoadCertificate(certificate.RawData).Export(X509ContentType.Pkcs12, Password));
        var encrypted = _directory.Write("encrypted", key.ExportEncryptedPkcs8PrivateKeyPem(Password, Encryption));

        Assert.All(
            [
                File(pem, WriteKey("key", other)), File(pem, pem), File(pem, encrypted), File(pem, encrypted, "wrong"), File(pem, WriteKey("plain", certificate), Password),
                File(pem, "none"), File("none", encrypted), File(_directory.FullName, encrypted), File(_directory.Write("empty", ""), WriteKey("plain", certificate)),
                File(pem, null), File(pfx, null), File(pfx, null, "wrong"), File(withoutKey, null, Password),
                File(_directory.Write("client", _authority.FullChain(client)), WriteKey("clientKey", client)),
            ],
            static file =>
            {
                var error = Assert.ThrowsAny<Exception>(file.Load);
                Assert.True(CertificateFile.IsProblem(error), error.ToString());
                Assert.DoesNotContain(Password, error.Message, StringComparison.Ordinal);
                Assert.Null(file.Current);
            });
    }

    [Fact]
    public void ReloadIfChanged_OtherFiles_AreTakenOnceTheyAreTheSameTwice()
    {
        using var one = _authority.Issue("one");
        using var two = _authority.Issue("two");
        var file = File(_directory.Write("pem", _authority.FullChain(one)), WriteKey("key", one));
        file.Load();
        Assert.False(file.ReloadIfChanged());

        _directory.Write("pem", two.ExportCertificatePem());
        Assert.False(file.ReloadIfChanged());
        _directory.Write("pem", _authority.FullChain(two));
        Assert.False(file.ReloadIfChanged());
        WriteKey("key", two);
        Assert.False(file.ReloadIfChanged());
        Assert.Equal("CN=one", file.Current!.TargetCertificate.Subject);

        Assert.True(file.ReloadIfChanged());
        Assert.Equal("CN=two", file.Current!.TargetCertificate.Subject);
        Assert.False(file.ReloadIfChanged());
    }

    [Theory]
    [InlineData("pem")]
    [InlineData("key")]
    public void ReloadIfChanged_FilesThatCannotBeUsed_AreSaidOnceAndLeaveWhatWas(string changed)
    {
        using var one = _authority.Issue("one");
        using var two = _authority.Issue("two");
        var file = File(_directory.Write("pem", _authority.FullChain(one)), WriteKey("key", one));
        file.Load();
        foreach (var break_ in new Action<string>[] { static path => System.IO.File.WriteAllText(path, "-----BEGIN"), System.IO.File.Delete, path => System.IO.File.WriteAllText(path, changed == "pem" ? _authority.FullChain(two) : KeyOf(two)) })
        {
            break_(Path.Combine(_directory.FullName, changed));

            Assert.False(file.ReloadIfChanged());
            Assert.True(CertificateFile.IsProblem(Assert.ThrowsAny<Exception>(() => file.ReloadIfChanged())));
            Assert.False(file.ReloadIfChanged());
            Assert.Equal("CN=one", file.Current!.TargetCertificate.Subject);
        }

        // The other half of the pair, however much later.
        _directory.Write("pem", _authority.FullChain(two));
        WriteKey("key", two);
        Assert.False(file.ReloadIfChanged());
        Assert.True(file.ReloadIfChanged());
        Assert.Equal("CN=two", file.Current!.TargetCertificate.Subject);
    }

    private static CertificateFile File(string path, string? keyPath, string? password = null) => new("Default", "Kestrel:Certificates:Default", path, keyPath, password);

    private static string KeyOf(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }

    private string WriteKey(string name, X509Certificate2 certificate) => _directory.Write(name, KeyOf(certificate));

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_directory.FullName, name);
        System.IO.File.WriteAllBytes(path, bytes);
        return path;
    }
}
