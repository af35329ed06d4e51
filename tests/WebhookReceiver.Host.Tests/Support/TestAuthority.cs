using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WebhookReceiver.Host.Tests;

/// <summary>Issues certificates for localhost, as an authority does whose root is known and whose own certificate below it must come from the server.</summary>
internal sealed class TestAuthority : IDisposable
{
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>The clock of the machine, by which a server judges what it shows.</summary>
    public static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly X509Certificate2 _root, _issuer;

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _root = Authority("CN=root", key).CreateSelfSigned(Now.AddDays(-900), Now.AddDays(900));
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issuer = Authority("CN=issuer", issuerKey).Create(_root, Now.AddDays(-800), Now.AddDays(800), [1]);
        _issuer = issuer.CopyWithPrivateKey(issuerKey);
    }

    /// <summary>What a client gets that trusts the root alone.</summary>
    public SslClientAuthenticationOptions ClientOptions => new()
    {
        TargetHost = "localhost",
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { _root },
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        },
    };

    /// <summary>A certificate with its key.</summary>
    public X509Certificate2 Issue(string name, DateTimeOffset? end = null, string usage = ServerAuthentication)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        using var certificate = request.Create(_issuer, Now.AddDays(-700), end ?? Now.AddDays(90), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>The certificate and, behind it, that of its issuer, as in certbot's <c>fullchain.pem</c>.</summary>
    public string FullChain(X509Certificate2 certificate) => certificate.ExportCertificatePem() + "\n" + _issuer.ExportCertificatePem() + "\n";

    /// <summary>The same in one file with the key.</summary>
    public byte[] Pfx(X509Certificate2 certificate, string password) =>
        new X509Certificate2Collection { certificate, X509CertificateLoader.LoadCertificate(_issuer.RawData) }.Export(X509ContentType.Pkcs12, password)!;

    /// <summary>The certificate that a server shows on a new connection. It must lead to the root.</summary>
    public async Task<string> ServedAsync(Uri url)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(url.Host, url.Port, TestContext.Current.CancellationToken);
        await using var connection = new SslStream(client.GetStream());
        await connection.AuthenticateAsClientAsync(ClientOptions, TestContext.Current.CancellationToken);
        return connection.RemoteCertificate!.Subject;
    }

    public void Dispose()
    {
        _root.Dispose();
        _issuer.Dispose();
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request;
    }
}
